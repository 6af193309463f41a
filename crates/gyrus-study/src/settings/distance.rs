//! A distance between rows as an option names it: `16` rows or `2s` seconds.

use std::str::FromStr;

use gyrus_encoding::Gap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

/// A distance along the rows, backwards where it is negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distance {
    /// In rows.
    Rows(i32),
    /// In seconds.
    Seconds(f64),
}

impl Distance {
    /// The distance as a number of rows that are `step` seconds apart.
    ///
    /// # Errors
    /// Seconds without a step, or that are no whole number of rows.
    pub fn rows(self, step: Option<f64>) -> Result<i32, String> {
        match (self, step) {
            (Self::Rows(rows), _) => Ok(rows),
            (Self::Seconds(seconds), None) => {
                Err(format!("`{seconds}s` needs `--step` or `--rate`, the time between rows"))
            }
            (Self::Seconds(seconds), Some(step)) => match seconds / step {
                rows if (rows - rows.round()).abs() < 1e-6 => Ok(rows.round() as i32),
                _ => Err(format!("`{seconds}s` is no whole number of rows of {step} s")),
            },
        }
    }

    /// The number in its own unit.
    pub fn number(self) -> f64 {
        match self {
            Self::Rows(rows) => f64::from(rows),
            Self::Seconds(seconds) => seconds,
        }
    }
}

impl FromStr for Distance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = match text.strip_suffix('s') {
            Some(seconds) => seconds.parse().ok().filter(|s: &f64| s.is_finite()).map(Self::Seconds),
            None => text.parse().ok().map(Self::Rows),
        };
        found.ok_or_else(|| format!("expected rows such as `16` or seconds such as `2s`, not `{text}`"))
    }
}

/// Reads a gap.
pub fn gap(text: &str) -> Result<Gap, String> {
    match text.parse()? {
        Distance::Rows(rows) if rows >= 0 => Ok(Gap::Rows(rows as usize)),
        Distance::Seconds(seconds) if seconds >= 0.0 => Ok(Gap::Seconds(seconds)),
        _ => Err(format!("a gap is not negative: `{text}`")),
    }
}

/// A gap in a study file: `16` or `"32s"`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Rows(usize),
    Text(String),
}

/// Reads the gap of a study file.
pub(super) fn gap_setting<'de, D: Deserializer<'de>>(from: D) -> Result<Gap, D::Error> {
    let said = |_| D::Error::custom("expected rows such as `16` or seconds such as `\"2s\"`");
    match Written::deserialize(from).map_err(said)? {
        Written::Rows(rows) => Ok(Gap::Rows(rows)),
        Written::Text(text) => gap(&text).map_err(D::Error::custom),
    }
}

/// Writes a gap as a study file has it.
pub(super) fn tell_gap<S: Serializer>(gap: &Gap, to: S) -> Result<S::Ok, S::Error> {
    match gap {
        Gap::Rows(rows) => to.serialize_u64(*rows as u64),
        Gap::Seconds(seconds) => to.serialize_str(&format!("{seconds}s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_seconds_are_told_apart() {
        assert_eq!("16".parse(), Ok(Distance::Rows(16)));
        assert_eq!("-0.5s".parse(), Ok(Distance::Seconds(-0.5)));
        assert_eq!(Distance::Seconds(1.5).rows(Some(0.1)), Ok(15));
        assert!(Distance::Seconds(1.5).rows(Some(1.0)).is_err_and(|said| said.contains("`1.5s`")));
        assert!(Distance::Seconds(1.5).rows(None).is_err_and(|said| said.contains("--step")));
        for text in ["", "1.5", "s", "infs", "2 s"] {
            assert!(text.parse::<Distance>().is_err_and(|said| said.contains(&format!("`{text}`"))), "{text}");
        }
        assert!(gap("-1").is_err());
    }
}
