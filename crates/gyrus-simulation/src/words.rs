//! A sequence of words, of which only this is known: which of them are the same word.

use std::collections::HashMap;

use gyrus_types::Transcript;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::Error;

/// Words in order, each the number of an entry of a vocabulary; at least one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    ids: Vec<usize>,
}

impl Words {
    /// Words that somebody else chose, as numbers from 0.
    ///
    /// # Errors
    /// [`Error::None`] without words.
    pub fn given(ids: Vec<usize>) -> Result<Self, Error> {
        Error::unless_any("the number of words", ids.len())?;
        Ok(Self { ids })
    }

    /// `n_words` independent draws from a vocabulary whose entry of rank k, from 1, has probability proportional to 1 / k.
    ///
    /// # Errors
    /// [`Error::None`] without words or without a vocabulary.
    pub fn zipf(n_words: usize, vocabulary: usize, seed: u64) -> Result<Self, Error> {
        Error::unless_any("the vocabulary", vocabulary)?;
        let mut sum = 0.0;
        let cumulative: Vec<f64> = (1..=vocabulary)
            .map(|k| {
                sum += 1.0 / k as f64;
                sum
            })
            .collect();
        let mut rng = StdRng::seed_from_u64(seed);
        let draw = |_| {
            let at = rng.random_range(0.0..sum);
            cumulative.partition_point(|&below| below <= at).min(vocabulary - 1)
        };
        Self::given((0..n_words).map(draw).collect())
    }

    /// The words of a story, numbered as they first appear, without regard to case and to punctuation around them.
    ///
    /// # Errors
    /// [`Error::None`] if the story has no words.
    pub fn of(story: &Transcript) -> Result<Self, Error> {
        let mut known = HashMap::new();
        let number = |i| {
            let next = known.len();
            let plain = story.word_text(i).trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            *known.entry(plain).or_insert(next)
        };
        Self::given((0..story.words().len()).map(number).collect())
    }

    /// The number of each word.
    pub fn ids(&self) -> &[usize] {
        &self.ids
    }

    /// How many words of the vocabulary there may be: one more than the largest number.
    pub fn vocabulary(&self) -> usize {
        self.ids.iter().max().map_or(0, |largest| largest + 1)
    }

    /// How often each entry of the vocabulary occurs.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.vocabulary()];
        self.ids.iter().for_each(|&id| counts[id] += 1);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_follow_the_law_of_zipf() -> Result<(), Error> {
        let n = 100_000;
        let counts = Words::zipf(n, 50, 3)?.counts();
        let harmonic: f64 = (1..=50).map(|k| 1.0 / f64::from(k)).sum();
        for (k, &count) in counts.iter().enumerate() {
            let p = 1.0 / ((k + 1) as f64 * harmonic);
            let error = (p * (1.0 - p) / n as f64).sqrt();
            assert!((count as f64 / n as f64 - p).abs() < 4.5 * error, "rank {}", k + 1);
        }
        Ok(())
    }

    #[test]
    fn a_story_is_numbered_without_case_and_punctuation() -> Result<(), Error> {
        let story = Transcript::untimed("Down, down -- \"Down!\" said the (said) cat".into());
        assert_eq!(Words::of(&story)?.ids(), [0, 0, 1, 0, 2, 3, 2, 4]);
        Ok(())
    }

    #[test]
    fn a_silence_is_refused() {
        assert_eq!(Words::given(vec![]), Err(Error::None("the number of words")));
        assert!(Words::zipf(0, 5, 1).is_err() && Words::zipf(5, 0, 1).is_err());
        assert!(Words::of(&Transcript::untimed(" ".into())).is_err());
    }
}
