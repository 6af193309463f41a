//! Looks for values that would turn every sum they enter into nonsense.

use ndarray::ArrayView2;

use crate::Error;

/// Fails at the first value of `a`, `(rows, columns)`, that is infinite or not a number.
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
