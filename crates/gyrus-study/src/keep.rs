//! What is kept of the states of words.

use std::fmt;
use std::str::FromStr;

use gyrus_activations::Architecture;
use serde::{Deserialize, Serialize};

/// What is kept of the states of words, written `f32`, `f16`, `components:K` or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Keep {
    /// The states as they were computed.
    #[default]
    F32,
    /// The states rounded to 11 bits, half as large.
    F16,
    /// Their first principal components over all words of the text, in f32: a rotation that loses the smallest directions.
    Components(usize),
    /// Nothing: the states are computed and forgotten.
    None,
}

impl Keep {
    /// Numbers that are kept of a state of `width` numbers.
    pub fn columns(self, width: usize) -> usize {
        match self {
            Self::F32 | Self::F16 => width,
            Self::Components(components) => components.min(width),
            Self::None => 0,
        }
    }

    /// Bytes of a number.
    pub fn bytes(self) -> u64 {
        if self == Self::F16 { 2 } else { 4 }
    }

    /// Bytes on disk of the states of `n_words` words at every layer.
    pub fn disk(self, architecture: &Architecture, n_words: usize) -> u64 {
        let layers = 0..=architecture.n_layers();
        let columns: usize = layers.map(|layer| self.columns(architecture.width_of(layer))).sum();
        (columns * n_words) as u64 * self.bytes()
    }
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let components = |k: &str| k.parse().ok().filter(|&k| k > 0).map(Self::Components);
        let known = match text {
            "f32" => Some(Self::F32),
            "f16" => Some(Self::F16),
            "none" => Some(Self::None),
            _ => text.strip_prefix("components:").and_then(components),
        };
        known.ok_or_else(|| format!("expected `f32`, `f16`, `components:K` with K above 0, or `none`, not `{text}`"))
    }
}

impl TryFrom<String> for Keep {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Keep> for String {
    fn from(keep: Keep) -> Self {
        keep.to_string()
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F32 => formatter.write_str("f32"),
            Self::F16 => formatter.write_str("f16"),
            Self::Components(components) => write!(formatter, "components:{components}"),
            Self::None => formatter.write_str("none"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for keep in [Keep::F32, Keep::F16, Keep::Components(500), Keep::None] {
            assert_eq!(keep.to_string().parse(), Ok(keep));
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for text in ["f64", "components", "components:0", "components:-3", ""] {
            assert!(text.parse::<Keep>().is_err_and(|error| error.contains(&format!("not `{text}`"))), "{text}");
        }
    }
}
