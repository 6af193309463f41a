//! Where a word stands in its sentence and in the story.

use gyrus_types::Transcript;

use super::column::WordColumns;

/// What may follow the mark that ends a sentence.
const CLOSING: [char; 8] = ['"', '\'', '\u{201d}', '\u{2019}', '\u{bb}', ')', ']', '}'];

/// Words since the sentence began, 0 for its first.
///
/// A sentence ends with a word that ends with `.`, `!` or `?`, closing quotes and brackets aside; so it also ends at an
/// abbreviation (`Mr.`) and inside quoted speech that goes on, and nothing is asked of the next word's first letter.
pub fn places_in_sentence(transcript: &Transcript) -> WordColumns {
    let mut place = 0;
    let places = (0..transcript.words().len()).map(|word| {
        let own = place;
        let ends = transcript.word_text(word).trim_end_matches(CLOSING).ends_with(['.', '!', '?']);
        place = if ends { 0 } else { place + 1 };
        own as f64
    });
    WordColumns::of(places)
}

/// i / (n - 1) for word i of n, from 0 to 1; 0 for the word of a story of one.
pub fn places_in_story(transcript: &Transcript) -> WordColumns {
    let n = transcript.words().len();
    WordColumns::of((0..n).map(|word| word as f64 / (n.max(2) - 1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[f64]) {
        let found = places_in_sentence(&Transcript::untimed(text.into()));
        assert_eq!(found.values.column(0).to_vec(), expected, "{text}");
    }

    #[test]
    fn sentences_end_at_their_marks() {
        check("Down she went. Then? \"Oh!\" (dear me.) So", &[0.0, 1.0, 2.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
        check("\u{201c}Well!\u{201d} thought Alice", &[0.0, 0.0, 1.0]);
        check("one, two; three: four", &[0.0, 1.0, 2.0, 3.0]);
        check("3.14 is a number", &[0.0, 1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_story_goes_from_0_to_1() {
        let found = |text: &str| places_in_story(&Transcript::untimed(text.into())).values.column(0).to_vec();
        assert_eq!(found("a b c"), [0.0, 0.5, 1.0]);
        assert_eq!(found("a"), [0.0]);
    }
}
