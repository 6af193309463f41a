//! How far the rows of one matrix point elsewhere than those of another in the same coordinates.

use ndarray::{Array1, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::checks::check;
use crate::error::Error;

/// The angles between rows that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Contextual {
    /// Mean over the rows that have one of 1 - cos, NaN without any.
    pub mean: f64,
    /// 1 - cos(x_i, y_i) for each row (n), NaN where one of the two has length 0.
    pub rows: Array1<f64>,
    /// How many rows are undefined.
    pub undefined: usize,
}

/// How far the rows of `y` (n, p) point elsewhere than those of `x` (n, p): the mean over rows of
/// 1 - x_i'y_i / (||x_i|| ||y_i||), between 0 and 2.
///
/// Rows are compared where they stand: nothing is centred, turned or fitted, so both must be states of one layer of one
/// model, such as those with little and with full context (Ethayarajh 2019 speaks of the same cosines).
/// It does not change where all columns are turned alike, nor where rows are scaled.
/// One dimension that is large in all rows makes all cosines large.
///
/// # Errors
/// The numbers of rows or of columns differ, or a value is not finite.
///
/// # Example
/// ```
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 0.0], [0.0, 2.0], [0.0, 0.0]];
/// let y = array![[0.0_f32, 3.0], [0.0, 1.0], [1.0, 1.0]];
/// let found = gyrus_similarity::contextual_difference(x.view(), y.view())?;
/// assert_eq!((found.mean, found.undefined), (0.5, 1));
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn contextual_difference(x: ArrayView2<f32>, y: ArrayView2<f32>) -> Result<Contextual, Error> {
    check(&[x.view(), y.view()], "a contextual difference", 0)?;
    if x.ncols() != y.ncols() {
        return Err(Error::Widths { representation: 1, columns: y.ncols(), expected: x.ncols() });
    }
    let rows: Vec<f64> = (0..x.nrows()).into_par_iter().map(|row| difference(x.row(row), y.row(row))).collect();
    let defined: Vec<f64> = rows.iter().copied().filter(|value| !value.is_nan()).collect();
    let mean = match defined.len() {
        0 => f64::NAN,
        n => defined.iter().sum::<f64>() / n as f64,
    };
    Ok(Contextual { mean, undefined: rows.len() - defined.len(), rows: Array1::from_vec(rows) })
}

/// 1 - cos of two rows as half the squared difference of their unit vectors, which loses no digits where they are alike.
fn difference(x: ArrayView1<f32>, y: ArrayView1<f32>) -> f64 {
    let unit = |row: ArrayView1<f32>| {
        let row = row.mapv(f64::from);
        let norm = row.dot(&row).sqrt();
        (norm > 0.0).then(|| row / norm)
    };
    match (unit(x), unit(y)) {
        (Some(x), Some(y)) => (x - y).fold_axis(Axis(0), 0.0, |sum, value| sum + value * value).into_scalar() / 2.0,
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Array2;

    use super::*;
    use crate::samples::{gaussian, turned, with_any_threads};

    #[test]
    fn agrees_with_the_definition() -> Result<(), Error> {
        let (x, y) = (gaussian(30, 7, 1), gaussian(30, 7, 2) + 0.5);
        let found = contextual_difference(x.view(), y.view())?;
        let cosine = |row: usize| {
            let (x, y) = (x.row(row).mapv(f64::from), y.row(row).mapv(f64::from));
            x.dot(&y) / (x.dot(&x) * y.dot(&y)).sqrt()
        };
        found.rows.iter().enumerate().for_each(|(i, &d)| assert_abs_diff_eq!(d, 1.0 - cosine(i), epsilon = 1e-12));
        assert_abs_diff_eq!(found.mean, (0..30).map(|i| 1.0 - cosine(i)).sum::<f64>() / 30.0, epsilon = 1e-12);
        assert_eq!(with_any_threads(|| contextual_difference(x.view(), y.view())), Ok(found));
        Ok(())
    }

    #[test]
    fn turning_both_and_scaling_rows_change_nothing() -> Result<(), Error> {
        let (x, y) = (gaussian(30, 6, 3), gaussian(30, 6, 4));
        let before = contextual_difference(x.view(), y.view())?.mean;
        let after = contextual_difference((turned(&x) * 3.0).view(), turned(&y).view())?.mean;
        assert_abs_diff_eq!(before, after, epsilon = 1e-6);
        assert_eq!(contextual_difference(x.view(), x.view())?.mean, 0.0);
        assert_abs_diff_eq!(contextual_difference(x.view(), (-&x).view())?.mean, 2.0, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn independent_gaussians_are_at_right_angles() -> Result<(), Error> {
        let found = contextual_difference(gaussian(2000, 50, 5).view(), gaussian(2000, 50, 6).view())?;
        assert_abs_diff_eq!(found.mean, 1.0, epsilon = 0.015);
        Ok(())
    }

    #[test]
    fn rows_without_length_are_counted_and_left_out() -> Result<(), Error> {
        let (mut x, y) = (gaussian(5, 3, 7), gaussian(5, 3, 8));
        x.row_mut(2).fill(0.0);
        let found = contextual_difference(x.view(), y.view())?;
        assert_eq!((found.undefined, found.rows[2].is_nan(), found.mean.is_nan()), (1, true, false));
        let nothing = contextual_difference(Array2::zeros((4, 0)).view(), Array2::zeros((4, 0)).view())?;
        assert!(nothing.mean.is_nan() && nothing.undefined == 4);
        Ok(())
    }

    #[test]
    fn matrices_that_do_not_belong_together_are_refused() {
        let of = |x: Array2<f32>, y: Array2<f32>| contextual_difference(x.view(), y.view());
        assert!(matches!(of(gaussian(5, 3, 1), gaussian(4, 3, 1)), Err(Error::Rows { .. })));
        let widths = Err(Error::Widths { representation: 1, columns: 2, expected: 3 });
        assert_eq!(of(gaussian(5, 3, 1), gaussian(5, 2, 1)), widths);
        let mut bad = gaussian(5, 3, 2);
        bad[[0, 0]] = f32::NAN;
        assert!(matches!(of(gaussian(5, 3, 1), bad), Err(Error::NotFinite { representation: 1, .. })));
    }
}
