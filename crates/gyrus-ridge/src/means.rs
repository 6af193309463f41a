//! Column means that leave exactly nothing of a column that does not vary.

use ndarray::{Array, Array1, ArrayView2, Dimension, Zip};

use crate::error::Error;

/// The mean of each column of `a` (n, p); a constant column's mean is its value, free of rounding.
///
/// # Errors
/// There are no rows.
pub(crate) fn column_means(a: ArrayView2<f64>) -> Result<Array1<f64>, Error> {
    let first = a.rows().into_iter().next().ok_or(Error::TooFewRows { what: "a mean", needed: 1, rows: 0 })?;
    // Measured from the first row, the sums of columns far from zero keep their digits.
    let n = a.nrows() as f64;
    let mut offsets = Array1::zeros(a.ncols());
    for row in a.rows() {
        Zip::from(&mut offsets).and(row).and(first).for_each(|sum, &value, &first| *sum += value - first);
    }
    Ok(offsets / n + first)
}

/// The mean of arrays, summed one after the other.
///
/// # Panics
/// There is none.
pub(crate) fn mean<D: Dimension>(arrays: Vec<Array<f64, D>>) -> Array<f64, D> {
    let n = arrays.len() as f64;
    arrays.into_iter().reduce(|sum, next| sum + &next).expect("an array or more") / n
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_constant_column_has_its_own_value_as_mean() -> Result<(), Error> {
        let a = array![[0.1, 1.0], [0.1, 2.0], [0.1, 6.0]];
        assert_eq!(column_means(a.view())?, array![0.1, 3.0]);
        Ok(())
    }

    #[test]
    fn nothing_has_no_mean() {
        assert!(matches!(column_means(ndarray::Array2::zeros((0, 2)).view()), Err(Error::TooFewRows { .. })));
    }
}
