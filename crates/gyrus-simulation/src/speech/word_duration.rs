//! How long a word lasts when it is read aloud, from its syllables, its consonants and where it stands.

use super::boundary::Boundary;
use super::consonants::consonants;
use super::function_words::is_function_word;
use gyrus_types::syllables;

/// Seconds of a stressed vowel, of one without stress, and of a consonant: means of connected discourse (Klatt 1976).
const STRESSED: f64 = 0.130;
const UNSTRESSED: f64 = 0.070;
const CONSONANT: f64 = 0.070;

/// Seconds of `word` in front of `boundary`, before scaling: v_1 + ... + v_k + c 0.07 + (f - 1) (v_k + h 0.07 c / k).
///
/// Of its k vowels one is stressed, and none in a function word, which is reduced; a word of several syllables has its
/// stress in front of the last vowel v_k. f is the boundary's lengthening, of the last vowel and of half (h) of the last
/// syllable's share of the c consonants, the rhyme alone being lengthened.
pub(super) fn word_duration(word: &str, boundary: Boundary) -> f64 {
    let (k, c) = (syllables(word) as f64, consonants(word) as f64);
    let stressed = if is_function_word(word) { UNSTRESSED } else { STRESSED };
    let last = if k > 1.0 { UNSTRESSED } else { stressed };
    let plain = stressed + (k - 1.0) * UNSTRESSED + c * CONSONANT;
    plain + (boundary.lengthening() - 1.0) * (last + 0.5 * CONSONANT * c / k)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, boundary: Boundary, expected: f64) {
        let found = word_duration(word, boundary);
        assert!((found - expected).abs() < 1e-12, "{word}: {found}");
    }

    #[test]
    fn a_function_word_is_shorter_than_a_content_word_of_the_same_sounds() {
        check("than", Boundary::None, 0.070 + 2.0 * 0.070);
        check("than,", Boundary::None, 0.070 + 2.0 * 0.070);
        check("thin", Boundary::None, 0.130 + 2.0 * 0.070);
    }

    #[test]
    fn syllables_and_consonants_add_up() {
        check("lantern", Boundary::None, 0.130 + 0.070 + 5.0 * 0.070);
    }

    #[test]
    fn the_rhyme_before_a_boundary_is_longer() {
        check("lamp,", Boundary::Comma, 0.130 + 3.0 * 0.070 + 0.2 * (0.130 + 0.5 * 3.0 * 0.070));
        check("lantern.", Boundary::Sentence, 0.200 + 0.350 + 0.4 * (0.070 + 0.5 * 5.0 * 0.070 / 2.0));
    }
}
