//! Under which spelling a word is counted.

/// The word in lower case without the punctuation around it; apostrophes and hyphens inside stay, and `’` becomes `'`.
///
/// Nothing if it has neither letters nor digits. Tables of counts and vectors are looked up by this spelling.
pub fn spelling(word: &str) -> Option<String> {
    let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
    (!bare.is_empty()).then(|| bare.replace('\u{2019}', "'").to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_punctuation_around_a_word_are_left_out() {
        assert_eq!(spelling("\u{201c}Don\u{2019}t!\u{201d}").as_deref(), Some("don't"));
        assert_eq!(spelling("(Well-Kept,").as_deref(), Some("well-kept"));
        assert_eq!(spelling("_Zo\u{cb}_").as_deref(), Some("zo\u{eb}"));
        assert_eq!(spelling("--"), None);
    }
}
