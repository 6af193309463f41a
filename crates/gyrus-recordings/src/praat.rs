//! Praat's text files as Praat itself reads them: free-standing numbers, quoted strings and `<flags>`.
//!
//! The words around them are comments, so nothing here depends on how a file is laid out.
//! Files are UTF-8, or UTF-16 with a byte-order mark.

use std::path::Path;

use crate::Error;

/// What Praat reads: the rest of the file is comment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    Number(f64),
    Text(String),
    Flag(String),
    /// A word where a number should be.
    Odd(String),
    /// A quoted string that the file ends in.
    Open,
}

impl Piece {
    /// The piece as errors name it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Number(number) => format!("the number `{number}`"),
            Self::Text(text) => format!("the text `{text}`"),
            Self::Flag(flag) => format!("the flag `{flag}`"),
            Self::Odd(word) => format!("`{word}`"),
            Self::Open => "a string without its closing quote".into(),
        }
    }
}

/// The text of a file in UTF-8, or in UTF-16 if it begins with a byte-order mark.
pub(crate) fn decode(path: &Path, bytes: &[u8]) -> Result<String, Error> {
    let wide = |from: fn([u8; 2]) -> u16, encoding| {
        let units = bytes.chunks(2).map(|pair| pair.try_into().map_or(0xDC00, from));
        let mut byte = 0;
        let characters = char::decode_utf16(units).map(|unit| {
            byte += unit.as_ref().map_or(0, |character| 2 * character.len_utf16());
            unit.ok()
        });
        characters.collect::<Option<String>>().ok_or(Error::Encoding { path: path.into(), encoding, byte })
    };
    match bytes {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes, "UTF-16 (little-endian)"),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes, "UTF-16 (big-endian)"),
        _ => String::from_utf8(bytes.into()).map_err(|error| {
            let byte = error.utf8_error().valid_up_to();
            Error::Encoding { path: path.into(), encoding: "UTF-8", byte }
        }),
    }
}

/// Every number, string and flag with its line, from 1.
pub(crate) fn pieces(text: &str) -> Vec<(usize, Piece)> {
    let mut rest = text.trim_start_matches('\u{feff}');
    let (mut pieces, mut line, mut after_equals) = (Vec::new(), 1, false);
    while let Some(first) = rest.chars().next() {
        let (length, piece) = match first {
            '"' => quoted(rest),
            '!' => (rest.find('\n').unwrap_or(rest.len()), None),
            _ if first.is_whitespace() => (first.len_utf8(), None),
            _ => word(rest, after_equals),
        };
        if !first.is_whitespace() {
            after_equals = first == '=' && length == 1;
        }
        pieces.extend(piece.map(|piece| (line, piece)));
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    pieces
}

/// A string with its quotes doubled inside; its length in the file and its value.
fn quoted(rest: &str) -> (usize, Option<Piece>) {
    let mut text = String::new();
    let mut at = 1;
    while let Some(length) = rest[at..].find('"') {
        text.push_str(&rest[at..at + length]);
        at += length + 1;
        if !rest[at..].starts_with('"') {
            return (at, Some(Piece::Text(text)));
        }
        text.push('"');
        at += 1;
    }
    (rest.len(), Some(Piece::Open))
}

/// A word outside quotes: a number, a flag, a comment, or a mistake.
fn word(rest: &str, after_equals: bool) -> (usize, Option<Piece>) {
    let length = rest.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(rest.len());
    let word = &rest[..length];
    let looks_like_a_number = after_equals || word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let piece = match word.parse::<f64>() {
        _ if word.starts_with('<') => Some(Piece::Flag(word.into())),
        Ok(number) if looks_like_a_number && number.is_finite() => Some(Piece::Number(number)),
        _ if looks_like_a_number => Some(Piece::Odd(word.into())),
        _ => None,
    };
    (length, piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(usize, Piece)]) {
        assert_eq!(pieces(text), expected);
    }

    #[test]
    fn words_and_brackets_are_comments() {
        check("intervals [1]:\n xmin = 2.5", &[(2, Piece::Number(2.5))]);
        check("tiers? <exists> ! 7 \"no\"\n-1e3", &[(1, Piece::Flag("<exists>".into())), (2, Piece::Number(-1e3))]);
    }

    #[test]
    fn strings_keep_doubled_quotes_once_and_may_span_lines() {
        check("\"a \"\"b\"\"\" \"\"", &[(1, Piece::Text("a \"b\"".into())), (1, Piece::Text(String::new()))]);
        check("\"a\nb\" 3", &[(1, Piece::Text("a\nb".into())), (2, Piece::Number(3.0))]);
        check("\"a", &[(1, Piece::Open)]);
    }

    #[test]
    fn what_should_be_a_number_and_is_not_is_odd() {
        check("xmin = one\n1.2.3", &[(1, Piece::Odd("one".into())), (2, Piece::Odd("1.2.3".into()))]);
    }

    #[test]
    fn bytes_that_are_not_text_are_an_error() {
        for (content, expected) in [
            (&b"File \xff"[..], "`f` is not valid UTF-8 at byte 5 (from 0)"),
            (b"\xff\xfea\0b", "`f` is not valid UTF-16 (little-endian) at byte 4 (from 0)"),
        ] {
            assert_eq!(decode(Path::new("f"), content).map_err(|error| error.to_string()), Err(expected.into()));
        }
    }
}
