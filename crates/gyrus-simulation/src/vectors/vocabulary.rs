//! The words of some texts, the most common first, and where each stands.

use std::collections::HashMap;

use super::spelling::spelling;

/// Words with their counts, and the texts as numbers of words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vocabulary {
    /// Spellings, the most common first, those as common in order of the alphabet.
    pub(super) words: Vec<String>,
    /// How often each occurs.
    pub(super) counts: Vec<u64>,
    /// Each text, word after word, by the number of its spelling.
    pub(super) texts: Vec<Vec<u32>>,
}

impl Vocabulary {
    /// The words of `texts`, the units between white space; a double hyphen parts words too, as older prints have it.
    pub(super) fn of(texts: &[String]) -> Self {
        let words = |text: &str| -> Vec<String> {
            text.split_whitespace().flat_map(|unit| unit.split("--")).filter_map(spelling).collect()
        };
        let texts: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
        let mut counts: HashMap<&str, u64> = HashMap::new();
        texts.iter().flatten().for_each(|word| *counts.entry(word).or_default() += 1);
        let mut ranked: Vec<(&str, u64)> = counts.into_iter().collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let ids: HashMap<&str, u32> = ranked.iter().zip(0..).map(|((word, _), id)| (*word, id)).collect();
        let numbered = |text: &Vec<String>| text.iter().map(|word| ids[word.as_str()]).collect();
        let texts_by_number = texts.iter().map(numbered).collect();
        let (words, counts) = ranked.iter().map(|(word, count)| (String::from(*word), *count)).unzip();
        Self { words, counts, texts: texts_by_number }
    }

    /// How many words occur at least `least` times; they are the first ones.
    pub(super) fn common(&self, least: u64) -> usize {
        self.counts.partition_point(|&count| count >= least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_come_first_and_texts_are_their_numbers() {
        let found = Vocabulary::of(&["The sea--the sea! - A".into(), "sea".into()]);
        assert_eq!(found.words, ["sea", "the", "a"]);
        assert_eq!(found.counts, [3, 2, 1]);
        assert_eq!(found.texts, [vec![1, 0, 1, 0, 2], vec![0]]);
        assert_eq!((found.common(1), found.common(2), found.common(4)), (3, 2, 0));
    }
}
