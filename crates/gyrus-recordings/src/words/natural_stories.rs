//! The words of Natural Stories: `story.token.part`, a tab, and a string, where the part `whole` is the word with its
//! punctuation; the other parts are pieces of it. There are no times.

use std::path::Path;

use gyrus_types::Transcript;

use super::story::Story;
use crate::Error;
use crate::praat::decode;

/// The words of `story` in the bytes of `words.tsv` at `path`; of the only one if none is named.
pub(super) fn read_natural_stories(path: &Path, bytes: &[u8], story: Option<&str>) -> Result<Transcript, Error> {
    let text = decode(path, bytes)?;
    let (mut words, mut found) = (Story::default(), Vec::<String>::new());
    let mut wanted = story.map(String::from);
    for (line, row) in text.lines().enumerate().map(|(i, line)| (i + 1, line.trim_start_matches('\u{feff}'))) {
        if row.trim().is_empty() {
            continue;
        }
        let wrong = |(wrong, value)| Error::Line { path: path.into(), line, wrong, value };
        let (place, word) = row.split_once('\t').unwrap_or((row, ""));
        let parts: Vec<&str> = place.split('.').collect();
        let &[of, token, part] = &parts[..] else {
            return Err(wrong(("does not begin with story.token.part", row.into())));
        };
        if of.parse::<u32>().is_err() || token.parse::<u32>().is_err() {
            return Err(wrong(("has no number of a story and a token", place.into())));
        }
        if part == "whole" && wanted.get_or_insert_with(|| of.into()) == of {
            words.push(word.trim(), None).map_err(wrong)?;
        }
        if found.last().is_none_or(|last| last != of) && !found.iter().any(|known| known == of) {
            found.push(of.into());
        }
    }
    let one = story.map_or(found.len() <= 1, |story| found.iter().any(|known| known == story));
    match one {
        true => words.finish(path),
        false => {
            let wanted = story.unwrap_or_default().into();
            Err(Error::Several { path: path.into(), what: "story", wanted, found })
        }
    }
}
