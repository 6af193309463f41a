//! Looks for shapes that do not fit together, and for values that would turn every sum they enter into nonsense.

use ndarray::ArrayView2;

use crate::error::Error;

/// Fails at the first value of `a` (rows, columns) that is infinite or not a number.
pub(crate) fn check(what: &'static str, a: ArrayView2<f64>) -> Result<(), Error> {
    match a.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), &value)) => Err(Error::NotFinite { what, row, column, value }),
        None => Ok(()),
    }
}

/// Fails unless `x` (n, p) and `y` (n, t) have the same number of rows, and only finite values.
pub(crate) fn check_pair(x: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<(), Error> {
    if x.nrows() != y.nrows() {
        return Err(Error::Rows { features: x.nrows(), targets: y.nrows() });
    }
    check("features", x)?;
    check("targets", y)
}

/// Fails unless an array has the expected number of columns.
pub(crate) fn check_columns(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Columns { what, found, expected }) }
}
