//! A straight line through a few points, by linfa's least squares.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_linear::LinearRegression;
use ndarray::{Array1, Array2};

use crate::Error;

/// y = intercept + slope x.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trend {
    /// Value at x = 0.
    pub intercept: f64,
    /// Change of y per unit of x.
    pub slope: f64,
}

impl Trend {
    /// The line of least squares through `(x, y)`.
    ///
    /// # Errors
    /// [`Error::Trend`] with fewer than three points or a single x; [`Error::Baseline`] if linfa cannot fit.
    pub fn through(points: &[(f64, f64)]) -> Result<Self, Error> {
        let one_x = points.iter().all(|point| point.0 == points[0].0);
        if points.len() < 3 || one_x {
            return Err(Error::Trend { points: points.len() });
        }
        let x = Array2::from_shape_fn((points.len(), 1), |(i, _)| points[i].0);
        let y: Array1<f64> = points.iter().map(|point| point.1).collect();
        let line = LinearRegression::default().fit(&Dataset::new(x, y))?;
        Ok(Self { intercept: line.intercept(), slope: line.params()[0] })
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn a_line_is_found_again() -> Result<(), Error> {
        let trend = Trend::through(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)])?;
        assert_abs_diff_eq!(trend.slope, 2.0, epsilon = 1e-12);
        assert_abs_diff_eq!(trend.intercept, 1.0, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn two_points_are_too_few() {
        assert!(Trend::through(&[(0.0, 1.0), (1.0, 3.0)]).is_err());
    }
}
