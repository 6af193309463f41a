//! A story: its text, its words, and when each was spoken.

use std::ops::Range;

use crate::{Error, Interval};

/// A white-space unit of the text with its punctuation, and when it was spoken if that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Bytes of the word in the text.
    pub characters: Range<usize>,
    /// When it was spoken; `None` stays as context and is never scored.
    pub time: Option<Interval>,
}

/// A story: its text and its words in order. Row i of everything made from it is word i.
#[derive(Debug, Clone, PartialEq)]
pub struct Transcript {
    text: String,
    words: Vec<Word>,
}

/// The words that have a time: the one place where words are dropped, remembering the rows kept.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedWords {
    /// Index in the transcript of each kept word.
    pub rows: Vec<usize>,
    /// When each kept word was spoken.
    pub times: Vec<Interval>,
}

impl Transcript {
    /// A story of `words` in `text`.
    ///
    /// # Errors
    /// [`Error::WordCharacters`] if a word is empty, outside the text, inside a character or not after the word before;
    /// [`Error::WordOrder`] if a word begins earlier than a timed word in front of it.
    pub fn new(text: String, words: Vec<Word>) -> Result<Self, Error> {
        let (mut end, mut onset) = (0, f64::NEG_INFINITY);
        for (i, word) in words.iter().enumerate() {
            let range = word.characters.clone();
            if range.start < end || text.get(range.clone()).is_none_or(str::is_empty) {
                return Err(Error::WordCharacters { word: i, start: range.start, end: range.end });
            }
            end = range.end;
            if let Some(time) = word.time {
                if time.onset() < onset {
                    return Err(Error::WordOrder { word: i, onset: time.onset(), previous: onset });
                }
                onset = time.onset();
            }
        }
        Ok(Self { text, words })
    }

    /// The white-space units of `text`, none with a time.
    pub fn untimed(text: String) -> Self {
        let start = text.as_ptr() as usize;
        let words = text
            .split_whitespace()
            .map(|unit| {
                let at = unit.as_ptr() as usize - start;
                Word { characters: at..at + unit.len(), time: None }
            })
            .collect();
        Self { text, words }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words in order.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The text of word `i`.
    pub fn word_text(&self, i: usize) -> &str {
        &self.text[self.words[i].characters.clone()]
    }

    /// The words that have a time, with their rows.
    pub fn timed(&self) -> TimedWords {
        let (rows, times) =
            self.words.iter().enumerate().filter_map(|(i, word)| word.time.map(|time| (i, time))).unzip();
        TimedWords { rows, times }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(characters: Range<usize>, onset: f64) -> Word {
        Word { characters, time: Interval::new(onset, onset + 0.1).ok() }
    }

    #[test]
    fn untimed_words_are_white_space_units() {
        let story = Transcript::untimed("Down,  down the hole.\n".into());
        let words: Vec<_> = (0..story.words().len()).map(|i| story.word_text(i)).collect();
        assert_eq!(words, ["Down,", "down", "the", "hole."]);
    }

    #[test]
    fn overlapping_words_are_an_error() {
        assert!(Transcript::new("ab cd".into(), vec![word(0..2, 0.0), word(1..5, 1.0)]).is_err());
    }

    #[test]
    fn a_word_cannot_begin_before_the_one_in_front() {
        let error = Transcript::new("ab cd".into(), vec![word(0..2, 3.0), word(3..5, 1.0)]).expect_err("backward");
        assert!(error.to_string().contains("word 1 begins at 1 s"), "{error}");
    }

    #[test]
    fn words_without_a_time_are_dropped_once_and_remembered() -> Result<(), Error> {
        let silent = Word { characters: 3..4, time: None };
        let story = Transcript::new("ab - cd".into(), vec![word(0..2, 0.0), silent, word(5..7, 1.0)])?;
        assert_eq!(story.timed().rows, [0, 2]);
        Ok(())
    }
}
