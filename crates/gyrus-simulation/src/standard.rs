//! Columns with mean 0 and variance 1, so that no level of features is louder than another.

use ndarray::{Array2, ArrayViewMut1, Axis};

/// Moves `column` to mean 0 and variance 1 over its rows and gives what it was divided by.
///
/// A constant column becomes 0, and the divisor too.
pub(crate) fn standardise(mut column: ArrayViewMut1<f64>) -> f64 {
    let mean = column.mean().unwrap_or(0.0);
    column -= mean;
    let sd = column.std(0.0);
    let rounding = f64::EPSILON * mean.abs() * (column.len() as f64).sqrt();
    if column.is_empty() || sd <= rounding {
        column.fill(0.0);
        return 0.0;
    }
    column /= sd;
    sd
}

/// Every column with mean 0 and variance 1, `(rows, columns)`; a constant one is 0.
pub(crate) fn standardised(mut array: Array2<f64>) -> Array2<f64> {
    array.axis_iter_mut(Axis(1)).for_each(|column| {
        standardise(column);
    });
    array
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn equals_the_closed_form() {
        let sd = (8.0_f64 / 3.0).sqrt();
        let standard = standardised(array![[1.0], [3.0], [5.0]]);
        assert_abs_diff_eq!(standard, array![[-2.0 / sd], [0.0], [2.0 / sd]], epsilon = 1e-12);
    }

    #[test]
    fn a_constant_becomes_zero() {
        assert_eq!(standardised(array![[0.1], [0.1], [0.1]]), array![[0.0], [0.0], [0.0]]);
        assert_eq!(standardised(Array2::zeros((0, 1))), Array2::<f64>::zeros((0, 1)));
    }
}
