//! The penalties that cross-validation tries.

use std::str::FromStr;

use crate::error::Error;
use crate::params::check_penalties;

/// Penalties to choose from, in the order that decides ties: at least one, all finite and not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct PenaltyGrid(Vec<f64>);

impl PenaltyGrid {
    /// A grid of the given penalties, in the given order.
    ///
    /// # Errors
    /// The list is empty, or a penalty is negative or not finite.
    pub fn new(penalties: Vec<f64>) -> Result<Self, Error> {
        if penalties.is_empty() {
            return Err(Error::NoPenalties);
        }
        check_penalties(&penalties)?;
        Ok(Self(penalties))
    }

    /// `count` penalties from `first` to `last`, both included, evenly spaced in the logarithm.
    ///
    /// # Errors
    /// An end is not positive and finite, or `count` is 0.
    pub fn logarithmic(first: f64, last: f64, count: usize) -> Result<Self, Error> {
        let positive = |end: f64| end.is_finite() && end > 0.0;
        if count == 0 || !positive(first) || !positive(last) {
            return Err(Error::Grid { first, last, count });
        }
        let steps = count.saturating_sub(1).max(1) as f64;
        let (low, high) = (first.log10(), last.log10());
        Ok(Self((0..count).map(|i| 10f64.powf(low + (high - low) * i as f64 / steps)).collect()))
    }

    /// The penalties, in order.
    pub fn penalties(&self) -> &[f64] {
        &self.0
    }
}

impl FromStr for PenaltyGrid {
    type Err = Error;

    /// Reads `A:B:N`: N penalties from A to B, evenly spaced in the logarithm.
    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || Error::GridText(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        let [first, last, count] = parts[..] else { return Err(invalid()) };
        let number = |part: &str| part.trim().parse::<f64>().map_err(|_| invalid());
        Self::logarithmic(number(first)?, number(last)?, count.trim().parse().map_err(|_| invalid())?)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn a_logarithmic_grid_has_its_ends_and_equal_steps() -> Result<(), Error> {
        let grid = PenaltyGrid::logarithmic(10.0, 1e10, 10)?;
        for (i, &penalty) in grid.penalties().iter().enumerate() {
            assert_relative_eq!(penalty, 10f64.powi(i as i32 + 1), max_relative = 1e-12);
        }
        assert_eq!(PenaltyGrid::logarithmic(7.0, 9.0, 1)?.penalties().len(), 1);
        Ok(())
    }

    #[test]
    fn an_impossible_grid_is_refused() {
        assert!(matches!(PenaltyGrid::new(vec![]), Err(Error::NoPenalties)));
        assert!(matches!(PenaltyGrid::new(vec![1.0, f64::NAN]), Err(Error::Penalty { index: 1, .. })));
        assert!(matches!(PenaltyGrid::logarithmic(0.0, 1.0, 3), Err(Error::Grid { .. })));
        assert!(matches!(PenaltyGrid::logarithmic(1.0, 2.0, 0), Err(Error::Grid { .. })));
    }

    #[test]
    fn a_grid_is_read_from_text() -> Result<(), Error> {
        assert_eq!("1e1:1e10:10".parse::<PenaltyGrid>()?, PenaltyGrid::logarithmic(10.0, 1e10, 10)?);
        for text in ["", "1:2", "1:10:2.5", "1:nan:3", "0:1:3", "a:b:c", "1:10:0", "1:2:3:4"] {
            assert!(text.parse::<PenaltyGrid>().is_err(), "{text}");
        }
        Ok(())
    }
}
