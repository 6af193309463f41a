//! The rows that a fold holds out, ready for many fits to the same predictors.

use gyrus_ridge::{HeldOut, Moments, Ridge, rows_of};
use linfa::traits::Predict;
use ndarray::{Array1, Array2, ArrayView2};

use crate::fit::held_out::Blocks;
use crate::{Design, Error};

/// The rows that a fold holds out, of which r alone is wanted.
#[derive(Debug)]
pub(crate) enum HeldRows {
    /// As sums, where there are no more predictors than rows: no prediction is ever formed.
    Sums(Moments),
    /// As they are: predictors and responses.
    Rows(Array2<f64>, Array2<f64>),
}

impl HeldRows {
    /// Those of fold `fold`, with predictors `x`, `(rows, predictors)`, and `responses`, `(rows, targets)`.
    ///
    /// # Errors
    /// [`Error::Ridge`] if there are no rows.
    pub fn of(design: &Design, fold: usize, x: ArrayView2<f64>, responses: ArrayView2<f64>) -> Result<Self, Error> {
        let test = &design.folds()[fold].test;
        let (x, y) = (rows_of(x, test), rows_of(responses, test));
        Ok(if x.ncols() <= x.nrows() { Self::Sums(Moments::of(x.view(), y.view())?) } else { Self::Rows(x, y) })
    }

    /// What the fit `ridge` reaches on them, `(targets)`.
    pub fn r(&self, ridge: &Ridge) -> Array1<f64> {
        match self {
            Self::Sums(moments) => HeldOut::of(ridge, moments).r(),
            Self::Rows(x, y) => {
                Blocks::of(ridge.predict(x).view(), y.view(), std::slice::from_ref(&(0..y.nrows()))).r()
            }
        }
    }
}
