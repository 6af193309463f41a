//! A stretch of time in seconds.

use serde::{Deserialize, Serialize};

use crate::Error;

/// A stretch of time in seconds, finite and not reversed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    onset: f64,
    offset: f64,
}

impl Interval {
    /// An interval from `onset` to `offset`, both in seconds.
    ///
    /// # Errors
    /// [`Error::Interval`] if a bound is not finite or `offset` is before `onset`.
    pub fn new(onset: f64, offset: f64) -> Result<Self, Error> {
        if onset.is_finite() && offset.is_finite() && onset <= offset {
            Ok(Self { onset, offset })
        } else {
            Err(Error::Interval { onset, offset })
        }
    }

    /// Begin in seconds.
    pub fn onset(&self) -> f64 {
        self.onset
    }

    /// End in seconds.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Length in seconds.
    pub fn duration(&self) -> f64 {
        self.offset - self.onset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reversed_interval_is_an_error() {
        assert!(Interval::new(2.0, 1.0).is_err());
    }

    #[test]
    fn nan_is_an_error() {
        assert!(Interval::new(f64::NAN, 1.0).is_err());
    }

    #[test]
    fn a_point_is_an_interval() {
        assert_eq!(Interval::new(1.0, 1.0).map(|i| i.duration()), Ok(0.0));
    }
}
