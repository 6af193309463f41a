//! Static vectors of words from plain texts: words that stand among the same words get vectors that are alike.
//!
//! Counts of neighbours, positive pointwise mutual information, and its largest singular values; nothing is learnt by
//! descent, so the seed decides rounding alone.

mod information;
mod singular;
mod sparse;
mod spelling;
mod vocabulary;

use std::collections::BTreeSet;

use ndarray::{Array1, Array2};

pub use spelling::spelling;

use crate::Error;
use information::mutual_information;
use singular::{Singular, largest};
use vocabulary::Vocabulary;

/// How vectors are made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VectorParams {
    /// Numbers of a vector.
    pub width: usize,
    /// Words before and after a word that count as its neighbours.
    pub window: usize,
    /// How often a word must occur to have a vector and to count as a neighbour.
    pub least: u64,
    /// The power to which counts of neighbours are raised, so that rare ones do not stand out.
    pub smoothing: f64,
}

impl Default for VectorParams {
    /// Smoothing as Levy et al. (2015) advise; the others are our choice for a few million words.
    fn default() -> Self {
        Self { width: 32, window: 5, least: 5, smoothing: 0.75 }
    }
}

/// Words of some texts with their counts, the commonest of them with vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct StaticVectors {
    vocabulary: Vocabulary,
    singular: Singular,
}

impl StaticVectors {
    /// The vectors of the words of `texts`.
    ///
    /// A vector is a row of U diag(s)^(1/2), for the largest singular values s of the words' positive mutual information.
    ///
    /// # Errors
    /// [`Error::None`] for a width or window of 0, or if no word occurs often enough; [`Error::Size`] for a smoothing that
    /// is not positive and finite.
    pub fn of(texts: &[String], params: &VectorParams, seed: u64) -> Result<Self, Error> {
        Error::unless_any("the width of static vectors", params.width)?;
        Error::unless_any("the number of neighbours", params.window)?;
        let smoothing = Error::unless_positive("the smoothing of neighbours", params.smoothing)?;
        let vocabulary = Vocabulary::of(texts);
        let n = vocabulary.common(params.least);
        Error::unless_any("the number of words that occur often enough", n)?;
        let information = mutual_information(&vocabulary.texts, n, params.window, smoothing);
        Ok(Self { vocabulary, singular: largest(&information, params.width, seed) })
    }

    /// Words that the texts have, repeated ones counted each time.
    pub fn total(&self) -> u64 {
        self.vocabulary.counts.iter().sum()
    }

    /// Words that have a vector, the most common first.
    pub fn words(&self) -> &[String] {
        &self.vocabulary.words[..self.singular.u.nrows()]
    }

    /// Vectors of [`Self::words`], `(words, width)`; fewer columns where the texts have fewer words than the width.
    pub fn vectors(&self) -> Array2<f64> {
        &self.singular.u * &self.singular.s.mapv(f64::sqrt)
    }

    /// The singular values, `(width)`, descending.
    pub fn singular_values(&self) -> &Array1<f64> {
        &self.singular.s
    }

    /// The vectors of those words of `wanted` that have one, a line each: the word and its numbers, in order of the alphabet.
    pub fn vector_table(&self, wanted: &BTreeSet<String>) -> String {
        let vectors = self.vectors();
        let mut rows: Vec<(&str, String)> = Vec::new();
        for (word, vector) in self.words().iter().zip(vectors.rows()).filter(|(word, _)| wanted.contains(*word)) {
            rows.push((word, vector.iter().map(|value| format!(" {value:.4}")).collect()));
        }
        rows.sort();
        rows.iter().map(|(word, numbers)| format!("{word}{numbers}\n")).collect()
    }

    /// How often each word of `wanted` occurs, a line each in order of the alphabet, and last, beside a `*` that is no
    /// word's spelling, how often all other words do: shares of the sum are then shares of the texts.
    pub fn count_table(&self, wanted: &BTreeSet<String>) -> String {
        let counted = self.vocabulary.words.iter().zip(&self.vocabulary.counts);
        let mut rows: Vec<_> = counted.filter(|(word, _)| wanted.contains(*word)).collect();
        rows.sort();
        let others = self.total() - rows.iter().map(|(_, count)| *count).sum::<u64>();
        let lines: String = rows.iter().map(|(word, count)| format!("{word}\t{count}\n")).collect();
        format!("word\tcount\n{lines}*\t{others}\n")
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// Sentences of words about the sea or about the kitchen, never both, with function words in all.
    fn two_topics() -> String {
        let mut rng = StdRng::seed_from_u64(5);
        let mut sentence = |topic: &str| -> String {
            let word = |rng: &mut StdRng| match rng.random_range(0..3) {
                0 => format!("the{} ", rng.random_range(0..4)),
                _ => format!("{topic}{} ", rng.random_range(0..10)),
            };
            (0..12).map(|_| word(&mut rng)).collect()
        };
        (0..400).map(|i| sentence(if i % 2 == 0 { "sea" } else { "pan" })).collect()
    }

    fn cosine(a: &[f64], b: &[f64]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn nearest_words_are_of_the_same_topic() -> Result<(), Error> {
        let params = VectorParams { width: 4, window: 3, ..Default::default() };
        let found = StaticVectors::of(&[two_topics()], &params, 1)?;
        let vectors: Vec<Vec<f64>> = found.vectors().rows().into_iter().map(|row| row.to_vec()).collect();
        for (i, word) in found.words().iter().enumerate().filter(|(_, word)| !word.starts_with("the")) {
            let others = (0..vectors.len()).filter(|&j| j != i);
            let nearest =
                others.max_by(|&j, &k| cosine(&vectors[i], &vectors[j]).total_cmp(&cosine(&vectors[i], &vectors[k])));
            let nearest = nearest.map_or("", |j| found.words()[j].as_str());
            assert_eq!(nearest[..3], word[..3], "{word} {nearest}");
        }
        Ok(())
    }

    /// Word i of a text that the script writes too: w0 ... w22.
    fn small_text() -> String {
        (0..600_u64).map(|i| format!("w{} ", (i * i + 5 * i * (i / 7)) % 23)).collect()
    }

    /// Figures of `tests/scripts/vectors_oracle.py`.
    #[test]
    fn agrees_with_singular_values_by_numpy() -> Result<(), Error> {
        let params = VectorParams { width: 4, window: 2, least: 5, smoothing: 0.75 };
        let found = StaticVectors::of(&[small_text()], &params, 1)?;
        let expected = Array1::from(VALUES.to_vec());
        assert_abs_diff_eq!(found.singular_values(), &expected, epsilon = 1e-6);
        let vectors = found.vectors();
        let place = |name: &str| found.words().iter().position(|word| word == name).unwrap_or(0);
        for (name, expected) in INNER {
            assert_abs_diff_eq!(vectors.row(place("w0")).dot(&vectors.row(place(name))), expected, epsilon = 1e-6);
        }
        Ok(())
    }

    const VALUES: [f64; 4] = [5.396_931_341, 2.979_110_775, 2.917_985_057, 2.508_880_994];
    const INNER: [(&str, f64); 4] =
        [("w0", 0.208_677_978), ("w1", 0.330_715_448), ("w2", 0.078_997_674), ("w5", 0.063_029_434)];

    #[test]
    fn tables_have_the_wanted_words_and_count_the_others() -> Result<(), Error> {
        let params = VectorParams { width: 2, window: 1, least: 2, ..Default::default() };
        let found = StaticVectors::of(&["the cat the dog the cat ran".into()], &params, 1)?;
        let wanted = ["dog", "the", "absent"].map(String::from).into();
        assert_eq!(found.count_table(&wanted), "word\tcount\ndog\t1\nthe\t3\n*\t3\n");
        let table = found.vector_table(&wanted);
        assert!(table.starts_with("the ") && table.lines().count() == 1, "{table}");
        assert_eq!(table.split_whitespace().count(), 3);
        Ok(())
    }

    #[test]
    fn texts_without_common_words_are_refused() {
        let of = |texts: &[String], params| StaticVectors::of(texts, &params, 1).map_err(|error| error.to_string());
        let params = VectorParams::default();
        assert_eq!(
            of(&["a b".into()], params),
            Err("the number of words that occur often enough must be at least 1".into())
        );
        assert!(of(&["a b".into()], VectorParams { width: 0, ..params }).is_err());
        assert!(of(&["a b".into()], VectorParams { smoothing: 0.0, ..params }).is_err());
    }
}
