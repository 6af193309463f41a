//! Which tokens belong to which word.
//!
//! Words and tokens both carry their bytes in the text, and only these bytes decide: nothing is tokenised again.

use std::ops::Range;

use gyrus_types::{Tokens, Transcript};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Where a word ends for the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LastToken {
    /// At the last token that overlaps the word's letters or digits, so that `said,` ends with `said`.
    /// A word without letters or digits ends at the last token that overlaps it.
    #[default]
    Letters,
    /// At the last token that overlaps the word, punctuation included.
    Punctuation,
}

/// The tokens of every word of a transcript, in the transcript's order.
///
/// White space belongs to the word after it: a word's first token is the first that begins at or after the end of the word before.
/// If no token up to its last does so (one token covers parts of both words), its last token is its first too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordTokens {
    ranges: Vec<Range<usize>>,
}

impl WordTokens {
    /// The tokens of every word of `transcript`, whose text was tokenised as `tokens`.
    ///
    /// # Errors
    /// [`Error::TokenOrder`] if token offsets are not in order within the text, [`Error::NoToken`] if no token overlaps a word.
    pub fn new(tokens: &Tokens, transcript: &Transcript, last_token: LastToken) -> Result<Self, Error> {
        check_order(tokens.offsets(), transcript.text())?;
        let mut previous_end = 0;
        let ranges = (0..transcript.words().len()).map(|word| {
            let bytes = transcript.words()[word].characters.clone();
            let last = last(tokens.offsets(), transcript.word_text(word), bytes.start, last_token)
                .ok_or_else(|| Error::NoToken { word: word + 1, text: transcript.word_text(word).into() })?;
            let first = tokens.offsets().partition_point(|token| token.start < previous_end).min(last);
            previous_end = bytes.end;
            Ok(first..last + 1)
        });
        Ok(Self { ranges: ranges.collect::<Result<_, Error>>()? })
    }

    /// Indices in [`Tokens::ids`] of each word's tokens, one range per word, none empty.
    pub fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }
}

/// Starts and ends never step back, and every token is a stretch of the text.
fn check_order(offsets: &[Range<usize>], text: &str) -> Result<(), Error> {
    let mut previous = 0..0;
    for (token, bytes) in offsets.iter().enumerate() {
        if bytes.start < previous.start || bytes.end < previous.end || text.get(bytes.clone()).is_none() {
            return Err(Error::TokenOrder { token, start: bytes.start, end: bytes.end });
        }
        previous = bytes.clone();
    }
    Ok(())
}

/// The last token that overlaps what counts of the word, which begins at byte `start` of the text.
fn last(offsets: &[Range<usize>], word: &str, start: usize, last_token: LastToken) -> Option<usize> {
    let letters_only = last_token == LastToken::Letters && word.contains(char::is_alphanumeric);
    let counted: Vec<Range<usize>> = word
        .char_indices()
        .filter(|(_, character)| !letters_only || character.is_alphanumeric())
        .map(|(at, character)| start + at..start + at + character.len_utf8())
        .collect();
    let end = counted.last()?.end;
    let after = offsets.partition_point(|token| token.start < end);
    let candidates = offsets[..after].iter().enumerate().rev().take_while(|(_, token)| token.end > start);
    let mut overlapping = candidates.filter(|(_, token)| {
        counted.iter().any(|character| token.start < character.end && character.start < token.end)
    });
    overlapping.next().map(|(token, _)| token)
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "one token's bytes, not many numbers")]
mod tests {
    use gyrus_types::Word;

    use super::*;

    /// Tokens cut at `cuts`, words at white space.
    fn check(text: &str, offsets: &[Range<usize>], last_token: LastToken, expected: &[Range<usize>]) {
        let tokens = Tokens::new(vec![], vec![0; offsets.len()], offsets.to_vec()).expect("one offset per id");
        let words = WordTokens::new(&tokens, &Transcript::untimed(text.into()), last_token);
        assert_eq!(words.map(|w| w.ranges).ok().as_deref(), Some(expected));
    }

    #[test]
    fn space_belongs_to_the_word_after_it() {
        check("ab cd", &[0..2, 2..3, 3..5], LastToken::Letters, &[0..1, 1..3]);
        check("ab cd", &[0..2, 2..5], LastToken::Letters, &[0..1, 1..2]);
    }

    #[test]
    fn trailing_punctuation_belongs_to_no_word_unless_asked_for() {
        let offsets = [0..2, 2..3, 3..4, 4..7];
        check("ab,\" cd", &offsets, LastToken::Letters, &[0..1, 3..4]);
        check("ab,\" cd", &offsets, LastToken::Punctuation, &[0..3, 3..4]);
    }

    #[test]
    fn leading_punctuation_is_part_of_the_word() {
        check("a \"b\"", &[0..1, 1..3, 3..4, 4..5], LastToken::Letters, &[0..1, 1..3]);
    }

    #[test]
    fn a_word_without_letters_ends_at_its_last_token() {
        check("a -- b", &[0..1, 1..3, 3..4, 4..6], LastToken::Letters, &[0..1, 1..3, 3..4]);
    }

    #[test]
    fn one_token_over_two_words_belongs_to_both() {
        check("ab cd ef", &[0..1, 1..4, 4..5, 5..8], LastToken::Letters, &[0..2, 2..3, 3..4]);
        check("a b c", &[0..5], LastToken::Letters, &[0..1, 0..1, 0..1]);
    }

    #[test]
    fn several_tokens_of_one_character_all_belong() {
        check("é a", &[0..2, 0..2, 2..4], LastToken::Letters, &[0..2, 2..3]);
    }

    #[test]
    fn tokens_of_no_width_belong_to_nothing() {
        check("a  b", &[0..1, 2..2, 3..4, 4..4], LastToken::Letters, &[0..1, 1..3]);
    }

    #[test]
    fn word_without_a_token_is_named() {
        let tokens = Tokens::new(vec![], vec![0], vec![0..2]).expect("one offset per id");
        let error = WordTokens::new(&tokens, &Transcript::untimed("ab ☃".into()), LastToken::Letters);
        assert!(error.is_err_and(|e| e.to_string() == "word 2 (from 1) has no token: `☃`"));
    }

    #[test]
    fn disordered_tokens_are_an_error() {
        let story = Transcript::untimed("é ab".into());
        for offsets in [vec![3..4, 0..2], vec![0..9], vec![1..2]] {
            let tokens = Tokens::new(vec![], vec![0; offsets.len()], offsets).expect("one offset per id");
            assert!(matches!(WordTokens::new(&tokens, &story, LastToken::Letters), Err(Error::TokenOrder { .. })));
        }
    }

    #[test]
    fn text_between_words_belongs_to_the_word_after_it() -> Result<(), gyrus_types::Error> {
        let words = vec![Word { characters: 0..1, time: None }, Word { characters: 6..7, time: None }];
        let story = Transcript::new("a (mm)b".into(), words)?;
        let tokens = Tokens::new(vec![], vec![0; 3], vec![0..1, 1..6, 6..7])?;
        assert_eq!(WordTokens::new(&tokens, &story, LastToken::Letters).map(|w| w.ranges).ok(), Some(vec![0..1, 1..3]));
        Ok(())
    }
}
