//! Looks for shapes that do not fit together, and for values that would turn every sum they enter into nonsense.

use ndarray::ArrayView2;

use crate::error::Error;

/// Fails at the first value of `a` (rows, columns) that is infinite or not a number.
pub(crate) fn check(what: &'static str, a: ArrayView2<f64>) -> Result<(), Error> {
    // Almost always all of them are, and to look is quicker without counting.
    if a.fold(true, |all, value| all & value.is_finite()) {
        return Ok(());
    }
    match a.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), &value)) => Err(Error::NotFinite { what, row, column, value }),
        None => Ok(()),
    }
}

/// Fails unless `x` (n, p) and `y` (n, t) have the same number of rows, and only finite values.
pub(crate) fn check_pair(x: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<(), Error> {
    check_rows(x.nrows(), y.nrows())?;
    check("features", x)?;
    check("targets", y)
}

/// Fails unless `y` (n, t) has as many rows as there are of features, and only finite values.
pub(crate) fn check_targets(y: ArrayView2<f64>, features: usize) -> Result<(), Error> {
    check_rows(features, y.nrows())?;
    check("targets", y)
}

fn check_rows(features: usize, targets: usize) -> Result<(), Error> {
    if features == targets { Ok(()) } else { Err(Error::Rows { features, targets }) }
}

/// Fails unless an array has the expected number of columns.
pub(crate) fn check_columns(what: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Columns { what, found, expected }) }
}
