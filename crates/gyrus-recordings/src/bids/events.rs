//! The words of a story from the events of a recording.

use std::path::Path;

use gyrus_types::{Interval, Transcript, Word};

use super::channels::known;
use crate::text_columns::TextColumns;
use crate::{Error, check_times};

/// The words in the column `column` of the table `path`, in order of their onsets, their text joined by single spaces.
///
/// Columns `onset` and `duration` are seconds; events without a word (`n/a` or nothing) are passed over.
///
/// # Errors
/// [`Error::MissingColumn`]; [`Error::TimeUnit`] for times that are probably no seconds; [`Error::Row`] for a word that holds white space, or an onset or duration that is no number or
/// backward.
pub fn read_words(path: &Path, column: &str) -> Result<Transcript, Error> {
    let table = TextColumns::read(path)?;
    let (texts, onsets, durations) = (table.column(column)?, table.column("onset")?, table.column("duration")?);
    let mut words = Vec::new();
    for row in 0..table.rows() {
        let wrong = |wrong, value: &str| Error::Row { path: path.into(), row: row + 1, wrong, value: value.into() };
        let Some(word) = known(Some(texts), row) else { continue };
        if word.contains(char::is_whitespace) {
            return Err(wrong("has a word that holds white space", &word));
        }
        let seconds = |column| {
            let text = known(Some(column), row).unwrap_or_default();
            text.parse().map_err(|_| wrong("has a time that is not a number", &text))
        };
        let (onset, duration): (f64, f64) = (seconds(onsets)?, seconds(durations)?);
        let time = Interval::new(onset, onset + duration)
            .map_err(|_| wrong("has an infinite or backward interval", &format!("{onset}, {duration} s")))?;
        words.push((word, time));
    }
    words.sort_by(|(_, a), (_, b)| a.onset().total_cmp(&b.onset()));
    let (mut text, mut placed) = (String::new(), Vec::new());
    for (word, time) in words {
        text.push_str(if text.is_empty() { "" } else { " " });
        let begin = text.len();
        text.push_str(&word);
        placed.push(Word { characters: begin..text.len(), time: Some(time) });
    }
    let story = Transcript::new(text, placed).map_err(|source| Error::Types { path: path.into(), source })?;
    check_times(path, &story)?;
    Ok(story)
}
