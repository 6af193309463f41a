//! How a word is looked up in tables of words.

use std::collections::HashSet;

use gyrus_types::{Transcript, syllables};

use super::column::WordColumns;

/// A word without the punctuation around it; apostrophes and hyphens inside stay, and `’` becomes `'`.
///
/// Nothing if it has neither letters nor digits.
pub(crate) fn bare(word: &str) -> Option<String> {
    let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
    (!bare.is_empty()).then(|| bare.replace('\u{2019}', "'"))
}

/// The bare word in lower case.
pub(crate) fn folded(word: &str) -> Option<String> {
    bare(word).map(|bare| bare.to_lowercase())
}

/// Every spelling under which a word of the story may be looked up: the bare word, and that in lower case.
pub fn wanted_spellings(transcript: &Transcript) -> HashSet<String> {
    let words = (0..transcript.words().len()).map(|word| transcript.word_text(word));
    words.flat_map(|word| [bare(word), folded(word)]).flatten().collect()
}

/// The letters and digits of every word.
pub fn letters(transcript: &Transcript) -> WordColumns {
    let count = |word: usize| transcript.word_text(word).chars().filter(|c| c.is_alphanumeric()).count() as f64;
    WordColumns::of((0..transcript.words().len()).map(count))
}

/// The syllables of every word, by [`syllables`]; a word without letters or digits is undefined.
pub fn spoken_syllables(transcript: &Transcript) -> WordColumns {
    let count = |word: usize| bare(transcript.word_text(word)).map_or(f64::NAN, |bare| syllables(&bare) as f64);
    WordColumns::of((0..transcript.words().len()).map(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_around_a_word_is_left_out() {
        assert_eq!(bare("\u{201c}Don\u{2019}t!\u{201d}").as_deref(), Some("Don't"));
        assert_eq!(folded("(Rabbit-Hole,").as_deref(), Some("rabbit-hole"));
        assert_eq!(bare("--"), None);
    }

    #[test]
    fn letters_and_digits_are_counted() {
        let found = letters(&Transcript::untimed("Zoë's -- 12 cats,".into()));
        assert_eq!(found.values.column(0).to_vec(), [4.0, 0.0, 2.0, 4.0]);
    }

    #[test]
    fn syllables_are_of_words_that_are_spoken() {
        let found = spoken_syllables(&Transcript::untimed("\u{201c}River,\u{201d} -- said grandfather".into()));
        assert_eq!((found.values[[0, 0]], found.values[[2, 0]], found.values[[3, 0]]), (2.0, 1.0, 3.0));
        assert_eq!(found.undefined, [1]);
    }

    #[test]
    fn both_spellings_are_wanted() {
        let mut wanted: Vec<_> = wanted_spellings(&Transcript::untimed("The cat, the".into())).into_iter().collect();
        wanted.sort();
        assert_eq!(wanted, ["The", "cat", "the"]);
    }
}
