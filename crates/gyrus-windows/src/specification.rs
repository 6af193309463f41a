//! How far back a model may look.

use std::{fmt, num::NonZeroUsize, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// The context that a model sees for a word, written `10` (tokens), `10w` (words), `full` or
/// `full:stride=32`.
///
/// The count includes the word itself and excludes what the tokenizer puts first (BOS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WindowSpec {
    /// Exactly the last N tokens up to and including the word's last token.
    Tokens(NonZeroUsize),
    /// The tokens of the last N words up to and including the word's last token.
    Words(NonZeroUsize),
    /// As much as the model can read: the last `limit` tokens, BOS included, exact for every word.
    Full,
    /// An approximation of [`Self::Full`]: windows begin only at every S-th token of the text, so that many words share one,
    /// and each has at least `limit` - S tokens and at most `limit`, as far as the text goes back.
    FullStride(NonZeroUsize),
}

/// What comes before the stride in the name of [`WindowSpec::FullStride`].
const STRIDE: &str = "full:stride=";

impl FromStr for WindowSpec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let count = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_digit()) {
            true => digits.parse().map_err(|_| Error::Specification(text.into())),
            false => Err(Error::Specification(text.into())),
        };
        match (text, text.strip_prefix(STRIDE), text.strip_suffix('w')) {
            ("full", ..) => Ok(Self::Full),
            (_, Some(digits), _) => count(digits).map(Self::FullStride),
            (.., Some(digits)) => count(digits).map(Self::Words),
            (digits, ..) => count(digits).map(Self::Tokens),
        }
    }
}

impl fmt::Display for WindowSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens(n) => write!(f, "{n}"),
            Self::Words(n) => write!(f, "{n}w"),
            Self::Full => f.write_str("full"),
            Self::FullStride(n) => write!(f, "{STRIDE}{n}"),
        }
    }
}

impl TryFrom<String> for WindowSpec {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<WindowSpec> for String {
    fn from(window: WindowSpec) -> Self {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        assert_eq!(text.parse::<WindowSpec>().map(|w| w.to_string()).ok(), Some(text.into()));
    }

    fn check_error(text: &str) {
        assert!(text.parse::<WindowSpec>().is_err_and(|e| e.to_string().contains(&format!("`{text}`"))), "{text}");
    }

    #[test]
    fn is_written_as_it_was_read() {
        ["1", "10", "100w", "full", "full:stride=32"].iter().for_each(|text| check(text));
    }

    #[test]
    fn zero_and_nonsense_are_errors() {
        let wrong = ["0", "0w", "", "w", "-1", "+1", "1.5", "10t", "Full", " 10", "99999999999999999999999"];
        wrong.iter().for_each(|text| check_error(text));
    }

    #[test]
    fn serde_goes_through_the_same_words() -> Result<(), serde_json::Error> {
        let windows: Vec<WindowSpec> = serde_json::from_str(r#"["5", "20w", "full"]"#)?;
        assert_eq!(serde_json::to_string(&windows)?, r#"["5","20w","full"]"#);
        assert!(serde_json::from_str::<WindowSpec>(r#""0w""#).is_err());
        Ok(())
    }
}
