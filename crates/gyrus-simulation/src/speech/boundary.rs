//! What stands between two words of a text that is read aloud: nothing, punctuation, or blank lines.

/// The end of a stretch of text, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Boundary {
    /// The phrase goes on.
    None,
    /// A comma.
    Comma,
    /// A semicolon, a colon or a dash.
    Clause,
    /// A full stop, a question mark or an exclamation mark.
    Sentence,
    /// A blank line.
    Paragraph,
    /// Two blank lines or more.
    Section,
}

/// Titles, whose full stop ends nothing.
const TITLES: [&str; 5] = ["Mr.", "Mrs.", "Miss.", "Dr.", "St."];

impl Boundary {
    /// What ends after `word`, with the white space `gap` between it and the next.
    pub(super) fn after(word: &str, gap: &str) -> Self {
        match gap.matches('\n').count() {
            0 | 1 => Self::of(word),
            2 => Self::Paragraph,
            _ => Self::Section,
        }
    }

    /// What the punctuation of `word` ends; quotation marks and brackets after it aside.
    fn of(word: &str) -> Self {
        if TITLES.contains(&word.trim_start_matches(['"', '\'', '('])) {
            return Self::None;
        }
        match word.trim_end_matches(['"', '\'', ')', ']', '\u{201d}', '\u{2019}']).chars().last() {
            Some('.' | '!' | '?') => Self::Sentence,
            Some(';' | ':' | '-' | '\u{2013}' | '\u{2014}') => Self::Clause,
            Some(',') => Self::Comma,
            _ => Self::None,
        }
    }

    /// The silence here in seconds, before scaling.
    ///
    /// Pauses of read speech are mostly medium ones of 0.2 to 1 second, and the longer the larger the part that ends
    /// (Campione and Veronis 2002; Krivokapic 2007); the very numbers are our choice.
    pub(super) fn pause(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Comma => 0.25,
            Self::Clause => 0.4,
            Self::Sentence => 0.6,
            Self::Paragraph => 1.0,
            Self::Section => 2.5,
        }
    }

    /// The factor by which the vowel and what follows it are longer in the last syllable before this boundary.
    ///
    /// 1.4 before a pause (Klatt 1979, rule of clause-final lengthening); it grows with the strength of the boundary
    /// (Wightman et al. 1992), so a comma has half of it.
    pub(super) fn lengthening(self) -> f64 {
        match self {
            Self::None => 1.0,
            Self::Comma => 1.2,
            Self::Clause | Self::Sentence | Self::Paragraph | Self::Section => 1.4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_is_seen_through_quotation_marks() {
        let cases = [
            ("door", Boundary::None),
            ("door,\"", Boundary::Comma),
            ("door;", Boundary::Clause),
            ("--", Boundary::Clause),
            ("(door.)", Boundary::Sentence),
            ("\"Door?\"", Boundary::Sentence),
            ("\"Mrs.", Boundary::None),
            ("Pells'", Boundary::None),
        ];
        for (word, expected) in cases {
            assert_eq!(Boundary::after(word, " "), expected, "{word}");
        }
    }

    #[test]
    fn blank_lines_outweigh_punctuation_and_line_breaks_do_not() {
        assert_eq!(Boundary::after("door,", "\n"), Boundary::Comma);
        assert_eq!(Boundary::after("door", "\r\n\r\n"), Boundary::Paragraph);
        assert_eq!(Boundary::after("door.", "\n\n\n"), Boundary::Section);
    }
}
