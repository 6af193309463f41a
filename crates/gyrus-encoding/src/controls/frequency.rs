//! How common each word is.

use std::collections::HashMap;

use gyrus_types::Transcript;

use super::column::WordColumns;
use super::spelling::folded;

/// Occurrences per million that are added to every word's, so that a word that was never counted has a frequency:
/// 1 on the Zipf scale, the lower end of van Heuven et al. (2014).
pub const FREQUENCY_FLOOR: f64 = 0.01;

/// log10(1e6 c / n + floor) of every word, with c the count of its spelling, n the sum of all counts and the floor
/// [`FREQUENCY_FLOOR`]; and how many words (not spellings) have no count.
///
/// Words and the keys of `counts` are compared in lower case without the punctuation around them; counts of keys that
/// are then the same are added. A word without letters or digits is undefined.
pub fn word_frequencies(transcript: &Transcript, counts: &HashMap<String, f64>) -> (WordColumns, usize) {
    let total: f64 = counts.values().sum();
    let mut sums: HashMap<String, f64> = HashMap::new();
    // Sums do not depend on the order of a hash map.
    let mut keys: Vec<_> = counts.iter().filter_map(|(word, count)| Some((folded(word)?, count))).collect();
    keys.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(b.1)));
    keys.into_iter().for_each(|(word, count)| *sums.entry(word).or_default() += count);
    let mut unseen = 0;
    let mut value = |word: usize| {
        let Some(spelling) = folded(transcript.word_text(word)) else { return f64::NAN };
        let count = sums.get(&spelling).copied().unwrap_or(0.0);
        unseen += usize::from(count == 0.0);
        let per_million = if total > 0.0 { 1e6 * count / total } else { 0.0 };
        (per_million + FREQUENCY_FLOOR).log10()
    };
    let values: Vec<f64> = (0..transcript.words().len()).map(&mut value).collect();
    (WordColumns::of(values), unseen)
}

/// How often each spelling occurs in the story itself: what stands in for a table where there is none.
pub fn story_counts(transcript: &Transcript) -> HashMap<String, f64> {
    let mut counts = HashMap::new();
    let words = (0..transcript.words().len()).filter_map(|word| folded(transcript.word_text(word)));
    words.for_each(|word| *counts.entry(word).or_default() += 1.0);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(counts: &[(&str, f64)], text: &str, per_million: &[f64], expected_unseen: usize) {
        let counts = counts.iter().map(|(word, count)| (word.to_string(), *count)).collect();
        let (found, unseen) = word_frequencies(&Transcript::untimed(text.into()), &counts);
        for (found, per_million) in found.values.iter().zip(per_million) {
            let expected = (per_million + 0.01).log10();
            assert!((found - expected).abs() < 1e-12 || found.is_nan() && expected.is_nan(), "{found} for {expected}");
        }
        assert_eq!((found.values.len(), unseen), (per_million.len(), expected_unseen));
    }

    #[test]
    fn counts_are_of_spellings_without_case_and_punctuation() {
        let counts = [("the", 600.0), ("The", 150.0), ("cat", 250.0)];
        check(&counts, "The cat, -- dog the", &[750_000.0, 250_000.0, f64::NAN, 0.0, 750_000.0], 1);
    }

    #[test]
    fn an_empty_table_has_seen_nothing() {
        check(&[], "a b", &[0.0, 0.0], 2);
    }

    #[test]
    fn a_story_counts_its_own_words() {
        let story = Transcript::untimed("The cat -- the \"Cat\" sat".into());
        let counts = story_counts(&story);
        assert_eq!((counts["the"], counts["cat"], counts["sat"], counts.len()), (2.0, 2.0, 1.0, 3));
        assert_eq!(word_frequencies(&story, &counts).1, 0);
    }
}
