//! Brings columns to mean 0 and variance 1, as learnt from training rows.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::error::Error;
use crate::finite;
use crate::means::column_means;

/// The mean and scale of each column of the training rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardiser {
    mean: Array1<f64>,
    scale: Array1<f64>,
    constant: Vec<usize>,
}

impl Standardiser {
    /// Learns the mean and the standard deviation (divisor n) of each column of `x` (n, p); the scale of a constant
    /// column is 1.
    ///
    /// # Errors
    /// There are no rows, or a value is not finite.
    pub fn fit(x: ArrayView2<f64>) -> Result<Self, Error> {
        finite::check("rows to standardise", x)?;
        let mean = column_means(x)?;
        let centred = &x - &mean;
        let mut scale = centred.map_axis(Axis(0), |column| (column.dot(&column) / column.len() as f64).sqrt());
        let constant: Vec<usize> = (0..x.ncols()).filter(|&j| scale[j] == 0.0).collect();
        constant.iter().for_each(|&j| scale[j] = 1.0);
        Ok(Self { mean, scale, constant })
    }

    /// The training means (p).
    pub fn mean(&self) -> ArrayView1<'_, f64> {
        self.mean.view()
    }

    /// What columns are divided by (p).
    pub fn scale(&self) -> ArrayView1<'_, f64> {
        self.scale.view()
    }

    /// The columns that did not vary in training, from 0, in ascending order.
    pub fn constant(&self) -> &[usize] {
        &self.constant
    }

    /// (x - mean) / scale for rows `x` (n, p).
    ///
    /// # Panics
    /// The rows have another number of columns than those of the fit.
    pub fn transform(&self, x: ArrayView2<f64>) -> Array2<f64> {
        assert_eq!(x.ncols(), self.mean.len(), "rows to standardise have the columns of the fit");
        (&x - &self.mean) / &self.scale
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn columns_get_mean_0_and_variance_1_and_constants_are_listed() -> Result<(), Error> {
        let x = array![[1e4 + 1.0, 0.1], [1e4 + 2.0, 0.1], [1e4 + 6.0, 0.1]];
        let standardiser = Standardiser::fit(x.view())?;
        let z = standardiser.transform(x.view());
        assert_eq!(standardiser.constant(), [1]);
        assert_abs_diff_eq!(z.column(0).sum(), 0.0, epsilon = 1e-12);
        assert_abs_diff_eq!(z.column(0).dot(&z.column(0)), 3.0, epsilon = 1e-12);
        assert_eq!(z.column(1), array![0.0, 0.0, 0.0]);
        Ok(())
    }

    #[test]
    fn a_missing_value_is_named() {
        let found = Standardiser::fit(array![[1.0, 2.0], [3.0, f64::NAN]].view());
        assert!(matches!(found, Err(Error::NotFinite { row: 1, column: 1, .. })));
    }
}
