//! A number with its interval.

use serde::{Deserialize, Serialize};

use crate::Error;

/// A number with its interval, a number without one, or undefined. A number that exists is finite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Estimate {
    value: Option<f64>,
    interval: Option<(f64, f64)>,
}

/// An estimate as a file has it, not checked yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    value: Option<f64>,
    interval: Option<(f64, f64)>,
}

impl TryFrom<Written> for Estimate {
    type Error = Error;

    fn try_from(Written { value, interval }: Written) -> Result<Self, Error> {
        let (low, high) = interval.unwrap_or((f64::NAN, f64::NAN));
        Self::new(value.unwrap_or(f64::NAN), low, high)
    }
}

impl Estimate {
    /// An estimate `value` with the interval from `low` to `high`.
    ///
    /// NaN stands for undefined: a NaN value is an undefined estimate, NaN ends leave a value without interval.
    ///
    /// # Errors
    /// [`Error::Estimate`] if a number is infinite or the interval ends before it begins.
    pub fn new(value: f64, low: f64, high: f64) -> Result<Self, Error> {
        if value.is_infinite() || low.is_infinite() || high.is_infinite() || low > high {
            return Err(Error::Estimate { value, low, high });
        }
        let defined = !value.is_nan();
        let bounded = defined && !low.is_nan() && !high.is_nan();
        Ok(Self { value: defined.then_some(value), interval: bounded.then_some((low, high)) })
    }

    /// An estimate without interval; NaN is undefined.
    ///
    /// # Errors
    /// [`Error::Estimate`] if `value` is infinite.
    pub fn bare(value: f64) -> Result<Self, Error> {
        Self::new(value, f64::NAN, f64::NAN)
    }

    /// An estimate that has no value, such as the score of a silent electrode.
    pub fn undefined() -> Self {
        Self { value: None, interval: None }
    }

    /// The number, `None` if it is undefined.
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    /// The two ends of the interval, lower first.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.interval
    }

    /// Whether the interval leaves out zero; `None` without an interval.
    pub fn excludes_zero(&self) -> Option<bool> {
        self.interval.map(|(low, high)| low > 0.0 || high < 0.0)
    }

    /// Every number of the estimate, for choosing a scale.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> + use<> {
        let (low, high) = self.interval.unzip();
        [self.value, low, high].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinite_value_is_an_error() {
        assert!(Estimate::bare(f64::INFINITY).is_err());
    }

    #[test]
    fn reversed_interval_is_an_error() {
        assert!(Estimate::new(0.5, 0.6, 0.4).is_err());
    }

    #[test]
    fn nan_value_is_undefined() {
        assert_eq!(Estimate::new(f64::NAN, 0.0, 1.0), Ok(Estimate::undefined()));
    }

    #[test]
    fn nan_ends_leave_the_value_alone() -> Result<(), Error> {
        let estimate = Estimate::new(0.5, f64::NAN, 0.6)?;
        assert_eq!((estimate.value(), estimate.interval()), (Some(0.5), None));
        Ok(())
    }

    #[test]
    fn an_interval_that_touches_zero_does_not_exclude_it() -> Result<(), Error> {
        assert_eq!(Estimate::new(0.1, 0.0, 0.2)?.excludes_zero(), Some(false));
        assert_eq!(Estimate::new(-0.1, -0.2, -0.01)?.excludes_zero(), Some(true));
        Ok(())
    }
}
