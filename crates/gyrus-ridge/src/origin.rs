//! The point that sums over rows are measured from, near the means so that they keep their digits.

use ndarray::{Array1, ArrayView2};

use crate::error::Error;
use crate::finite;
use crate::means::column_means;

/// The point that moments are measured from: one value per feature (p) and per target (t).
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// One value per feature (p).
    pub x: Array1<f64>,
    /// One value per target (t).
    pub y: Array1<f64>,
}

impl Origin {
    /// The zero of `features` features and `targets` targets.
    pub fn zero(features: usize, targets: usize) -> Self {
        Self { x: Array1::zeros(features), y: Array1::zeros(targets) }
    }

    /// The column means of `x` (n, p) and `y` (n, t).
    ///
    /// # Errors
    /// The numbers of rows differ or are 0, or a value is not finite.
    pub fn mean_of(x: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<Self, Error> {
        finite::check_pair(x, y)?;
        Ok(Self { x: column_means(x)?, y: column_means(y)? })
    }
}
