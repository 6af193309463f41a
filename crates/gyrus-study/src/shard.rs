//! A part of a study that is run by itself, beside the others.

use std::fmt;
use std::str::FromStr;

/// One of several parts, written `I/N`: the I-th of N, from 1.
///
/// A part has whole models and sets of features: model m of the study belongs to part m modulo N.
///
/// # Example
/// ```
/// let shard: gyrus_study::Shard = "2/3".parse()?;
/// assert_eq!([0, 1, 2, 3, 4].map(|model| shard.has(model)), [false, true, false, false, true]);
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Part `index` of `count`, from 1; none if there is no such part.
    pub fn new(index: usize, count: usize) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
    }

    /// The part in the name of a file.
    pub fn in_file_name(self) -> String {
        format!("{}-of-{}", self.index, self.count)
    }

    /// Whether the model or set of features at that place of the study is in this part.
    pub fn has(self, place: usize) -> bool {
        place % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        let shard = parts.and_then(|(index, count)| Self::new(index, count));
        shard.ok_or_else(|| format!("expected `I/N` with I from 1 to N, not `{text}`"))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_is_in_one_part() {
        let shards: Vec<Shard> = (1..=4).filter_map(|index| Shard::new(index, 4)).collect();
        assert!((0..13).all(|model| shards.iter().filter(|shard| shard.has(model)).count() == 1));
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for text in ["", "1", "0/2", "3/2", "1/0", "-1/2", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err_and(|error| error.contains(&format!("`{text}`"))), "{text}");
        }
        assert_eq!("2/3".parse::<Shard>().map(|shard| shard.to_string()), Ok("2/3".into()));
    }
}
