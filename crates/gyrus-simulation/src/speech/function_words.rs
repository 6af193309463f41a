//! Words of grammar, which are spoken without stress.

/// Articles, pronouns, prepositions, conjunctions and auxiliaries, in order.
const FUNCTION_WORDS: [&str; 92] = [
    "a", "about", "all", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "for", "from", "had", "has", "have", "he", "her", "him", "his", "how", "i", "if", "in", "into", "is",
    "it", "its", "may", "me", "might", "mr", "mrs", "must", "my", "no", "nor", "not", "of", "on", "or", "our", "shall",
    "she", "should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "till", "to", "under", "until", "up", "upon", "us", "was", "we", "were", "what", "when", "where",
    "which", "while", "who", "whom", "whose", "will", "with", "would", "yet", "you", "your", "yours",
];

/// Whether `word` is one of them, without regard to case and to punctuation around it.
pub(super) fn is_function_word(word: &str) -> bool {
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    FUNCTION_WORDS.binary_search(&plain.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(FUNCTION_WORDS.is_sorted());
    }

    #[test]
    fn case_and_punctuation_do_not_matter() {
        assert!(is_function_word("\"The") && is_function_word("upon,") && !is_function_word("stone"));
    }
}
