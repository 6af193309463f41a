//! A colour that a user names.

use std::fmt;
use std::str::FromStr;

use plotters::style::RGBColor;
use serde::{Deserialize, Serialize};

/// A colour, written `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(pub(crate) RGBColor);

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits =
            text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] =
            value.ok_or_else(|| format!("`{text}` is no colour: `#` and six digits are expected"))?.to_be_bytes();
        Ok(Self(RGBColor(red, green, blue)))
    }
}

impl TryFrom<String> for Color {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RGBColor(red, green, blue) = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!("#0a72B2".parse::<Color>().map(String::from), Ok("#0a72b2".into()));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "0072b2", "#0072b", "#0072b2ff", "#+072b2", "#\u{e9}\u{e9}\u{e9}", "red"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }
}
