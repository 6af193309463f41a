//! What the aligner Gentle exports as CSV: word, the word it knows it as, start and end, without a header.

use std::path::Path;

use gyrus_types::Transcript;

use super::story::{Story, time};
use crate::Error;
use crate::praat::decode;

/// The words in the bytes of `align.csv` at `path`; those that were not found in the sound have no time.
pub(super) fn read_gentle(path: &Path, bytes: &[u8]) -> Result<Transcript, Error> {
    let text = decode(path, bytes)?;
    let mut story = Story::default();
    for (line, row) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start_matches('\u{feff}'))) {
        if row.trim().is_empty() {
            continue;
        }
        let wrong = |(wrong, value)| Error::Line { path: path.into(), line, wrong, value };
        let fields = fields(row).ok_or_else(|| wrong(("has a quotation mark that is not closed", row.into())))?;
        let [word, _, start, end] = &fields[..] else {
            return Err(wrong(("has not word, known word, start and end", row.into())));
        };
        time(start.trim(), end.trim()).and_then(|time| story.push(word.trim(), time)).map_err(wrong)?;
    }
    story.finish(path)
}

/// The fields of a line of CSV; none if it ends within quotation marks.
fn fields(row: &str) -> Option<Vec<String>> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = row.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            _ => field.push(character),
        }
    }
    fields.push(field);
    (!quoted).then_some(fields)
}
