//! The same words in a random order: what word identities give a model without their order.
//!
//! A whole word with its punctuation takes the place of another; white space and whatever stands between words stay.

use gyrus_types::{Transcript, Word};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::Error;

/// A story whose words have changed places, and the way back.
#[derive(Debug, Clone, PartialEq)]
pub struct ShuffledWords {
    transcript: Transcript,
    order: Vec<usize>,
}

impl ShuffledWords {
    /// The words of `transcript` in an order drawn from `seed`, every order as likely as any other.
    ///
    /// # Errors
    /// [`Error::Types`] if the shuffled words are no story, which those of a story are.
    pub fn new(transcript: &Transcript, seed: u64) -> Result<Self, Error> {
        let mut order: Vec<usize> = (0..transcript.words().len()).collect();
        order.shuffle(&mut StdRng::seed_from_u64(seed));
        Self::ordered(transcript, order)
    }

    /// The words of `transcript` with word `order[k]` at place k.
    fn ordered(transcript: &Transcript, order: Vec<usize>) -> Result<Self, Error> {
        let (mut text, mut words, mut end) = (String::with_capacity(transcript.text().len()), Vec::new(), 0);
        for (place, &word) in transcript.words().iter().zip(&order) {
            text.push_str(&transcript.text()[end..place.characters.start]);
            let start = text.len();
            text.push_str(transcript.word_text(word));
            words.push(Word { characters: start..text.len(), time: None });
            end = place.characters.end;
        }
        text.push_str(&transcript.text()[end..]);
        Ok(Self { transcript: Transcript::new(text, words)?, order })
    }

    /// The shuffled story, to be read by a model.
    ///
    /// None of its words has a time: times stay with the rows of the story as it was told, see [`ShuffledWords::rows`].
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// For each place of the shuffled story, the row of the word that stands there.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// What belongs to the words of the shuffled story, place by place, put back to the words' own rows.
    ///
    /// With windows of the shuffled story as `places`, an extraction gives each word's state in its own row.
    ///
    /// # Panics
    /// There is not one value for each word.
    pub fn rows<T: Clone>(&self, places: &[T]) -> Vec<T> {
        assert_eq!(places.len(), self.order.len(), "one value for each word");
        let mut place_of = vec![0; self.order.len()];
        self.order.iter().enumerate().for_each(|(place, &word)| place_of[word] = place);
        place_of.into_iter().map(|place| places[place].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Failure, tokenizer};
    use crate::{LastToken, Overflow, Reading, WordTokens, windows};

    const TEXT: &str = " The cat -- sat,\non the  mat. ";

    fn words(story: &Transcript) -> Vec<&str> {
        (0..story.words().len()).map(|word| story.word_text(word)).collect()
    }

    #[test]
    fn words_move_whole_and_white_space_stays() -> Result<(), Failure> {
        let story = Transcript::untimed(TEXT.into());
        let shuffled = ShuffledWords::ordered(&story, vec![3, 6, 0, 2, 5, 1, 4])?;
        assert_eq!(shuffled.transcript().text(), " sat, mat. The --\nthe cat  on ");
        assert_eq!(words(shuffled.transcript()), ["sat,", "mat.", "The", "--", "the", "cat", "on"]);
        Ok(())
    }

    #[test]
    fn what_stands_between_words_stays() -> Result<(), Failure> {
        let word = |characters| Word { characters, time: None };
        let story = Transcript::new("a (mm)bc.".into(), vec![word(0..1), word(6..8)])?;
        assert_eq!(ShuffledWords::ordered(&story, vec![1, 0])?.transcript().text(), "bc (mm)a.");
        Ok(())
    }

    #[test]
    fn rows_come_back_to_their_words() -> Result<(), Failure> {
        let story = Transcript::untimed((0..200).map(|i| format!("w{i} ")).collect());
        let shuffled = ShuffledWords::new(&story, 5)?;
        assert_ne!(words(shuffled.transcript()), words(&story));
        assert_eq!(shuffled.rows(&words(shuffled.transcript())), words(&story));
        assert_eq!(shuffled.rows(shuffled.order()), (0..200).collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn the_seed_decides_the_order() -> Result<(), Failure> {
        let story = Transcript::untimed(TEXT.into());
        assert_eq!(ShuffledWords::new(&story, 1)?, ShuffledWords::new(&story, 1)?);
        assert_ne!(ShuffledWords::new(&story, 1)?.order(), ShuffledWords::new(&story, 2)?.order());
        assert_eq!(ShuffledWords::new(&Transcript::untimed(String::new()), 1)?.order(), [0; 0]);
        Ok(())
    }

    #[test]
    fn no_word_keeps_a_time_that_was_another_words() -> Result<(), Failure> {
        let time = gyrus_types::Interval::new(1.0, 2.0).ok();
        let words = [0..1, 2..3].map(|characters| Word { characters, time }).to_vec();
        let shuffled = ShuffledWords::new(&Transcript::new("a b".into(), words)?, 0)?;
        assert!(shuffled.transcript().timed().rows.is_empty());
        Ok(())
    }

    /// The ids that the model reads for every word of the story, from the story as told and shuffled.
    fn read(specification: &str) -> Result<[Vec<Vec<u32>>; 2], Failure> {
        let (tokenizer, story) = (tokenizer()?, Transcript::untimed(TEXT.into()));
        let shuffled = ShuffledWords::new(&story, 3)?;
        let read = |story: &Transcript| -> Result<Vec<Vec<u32>>, Failure> {
            let tokens = tokenizer.read(story, Reading::WordByWord)?;
            let words = WordTokens::new(&tokens, story, LastToken::Punctuation)?;
            let found = windows(&tokens, &words, specification.parse()?, 512, Overflow::Error)?.windows;
            Ok(found.iter().map(|window| tokens.ids()[window.tokens()].to_vec()).collect())
        };
        Ok([read(&story)?, shuffled.rows(&read(shuffled.transcript())?)])
    }

    #[test]
    fn a_window_of_one_word_reads_the_same_in_any_order() -> Result<(), Failure> {
        let [told, shuffled] = read("1w")?;
        assert_eq!(told, shuffled);
        let [told, shuffled] = read("2w")?;
        assert_ne!(told, shuffled);
        Ok(())
    }
}
