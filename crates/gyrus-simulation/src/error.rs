//! What can go wrong while simulating.

/// A setting that describes nothing that could be simulated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An AR(1) series that would not be stationary.
    #[error("the coefficient of an AR(1) series must lie between -1 and 1, both excluded: `{0}`")]
    Coefficient(f64),
    /// An exponent that sums of AR(1) series cannot have.
    #[error("the exponent of 1/f noise must lie between 0 and 2, both excluded: `{0}`")]
    Exponent(f64),
    /// Something of which there must be one at least.
    #[error("{0} must be at least 1")]
    None(&'static str),
    /// A share outside of its range.
    #[error("{what} must lie between 0 and 1: `{value}`")]
    Share {
        /// Which share.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A size that is negative, zero where it may not be, or not finite.
    #[error("{what} must be positive and finite: `{value}`")]
    Size {
        /// Which size.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// Something that does not have a value for every word.
    #[error("{what} have {found} rows for {expected} words")]
    Words {
        /// What.
        what: &'static str,
        /// Rows it has.
        found: usize,
        /// Words of the story.
        expected: usize,
    },
    /// A value that is not finite.
    #[error("{what} of word {word} (from 0) is not finite")]
    NotFinite {
        /// Of what.
        what: &'static str,
        /// The word, from 0.
        word: usize,
    },
    /// Levels that do not belong to the same words.
    #[error("level {level} (from 0) has {found} rows, level 0 has {expected}")]
    Rows {
        /// The level, from 0.
        level: usize,
        /// Rows it has.
        found: usize,
        /// Rows of level 0.
        expected: usize,
    },
}

impl Error {
    /// `value` if it is a share, from 0 to 1 with both included.
    pub(crate) fn unless_share(what: &'static str, value: f64) -> Result<f64, Self> {
        if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(Self::Share { what, value }) }
    }

    /// `value` if it is positive and finite.
    pub(crate) fn unless_positive(what: &'static str, value: f64) -> Result<f64, Self> {
        if value.is_finite() && value > 0.0 { Ok(value) } else { Err(Self::Size { what, value }) }
    }

    /// `count` if there is one at least.
    pub(crate) fn unless_any(what: &'static str, count: usize) -> Result<usize, Self> {
        if count > 0 { Ok(count) } else { Err(Self::None(what)) }
    }
}
