//! A story as far as it has been read.

use std::path::Path;

use gyrus_types::{Interval, Transcript, Word};

use crate::Error;

/// How files say that a word has no time.
pub(super) const NO_TIME: [&str; 4] = ["", "n/a", "NA", "nan"];

/// Words in order, their text joined by single spaces.
#[derive(Default)]
pub(super) struct Story {
    text: String,
    words: Vec<Word>,
    onset: Option<f64>,
}

impl Story {
    /// Adds a word; what is wrong with it and the value, if it cannot be the next one.
    pub fn push(&mut self, word: &str, time: Option<Interval>) -> Result<(), (&'static str, String)> {
        if word.is_empty() || word.contains(char::is_whitespace) {
            return Err(("has a word that is empty or holds white space", word.into()));
        }
        if let Some(time) = time {
            if self.onset.is_some_and(|onset| time.onset() < onset) {
                return Err(("begins before the word in front of it", time.onset().to_string()));
            }
            self.onset = Some(time.onset());
        }
        self.text.push_str(if self.text.is_empty() { "" } else { " " });
        let begin = self.text.len();
        self.text.push_str(word);
        self.words.push(Word { characters: begin..self.text.len(), time });
        Ok(())
    }

    /// The whole story from the file `path`.
    pub fn finish(self, path: &Path) -> Result<Transcript, Error> {
        Transcript::new(self.text, self.words).map_err(|source| Error::Types { path: path.into(), source })
    }
}

/// The time from `start` to `end` in seconds, none where neither is known; what is wrong and the value, otherwise.
pub(super) fn time(start: &str, end: &str) -> Result<Option<Interval>, (&'static str, String)> {
    match (NO_TIME.contains(&start), NO_TIME.contains(&end)) {
        (true, true) => Ok(None),
        (false, false) => {
            let interval = Interval::new(seconds(start)?, seconds(end)?);
            interval.map(Some).map_err(|_| ("has an infinite or backward interval", format!("{start} .. {end}")))
        }
        _ => Err(("has only one of start and end", format!("{start} .. {end}"))),
    }
}

/// The time from `start` on for `duration`, both in seconds.
pub(super) fn lasting(start: &str, duration: &str) -> Result<Option<Interval>, (&'static str, String)> {
    match (NO_TIME.contains(&start), NO_TIME.contains(&duration)) {
        (true, true) => Ok(None),
        (false, false) => {
            let (onset, duration) = (seconds(start)?, seconds(duration)?);
            let interval = Interval::new(onset, onset + duration);
            interval.map(Some).map_err(|_| ("has an infinite or backward interval", format!("{onset}, {duration} s")))
        }
        _ => Err(("has only one of start and duration", format!("{start}, {duration}"))),
    }
}

fn seconds(text: &str) -> Result<f64, (&'static str, String)> {
    text.parse().map_err(|_| ("has a time that is not a number", text.into()))
}
