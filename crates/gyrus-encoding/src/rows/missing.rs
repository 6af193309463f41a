//! Targets that were not measured in every row.
//!
//! Filling a gap would invent data, and leaving its rows out would give the target folds of its own, so a target with
//! a missing value is undefined: its scores are NaN, and whoever asks gets a list of such targets.

use ndarray::{ArrayView2, CowArray, Ix2};

use crate::{Design, Error};

/// A target with missing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// The target, from 0.
    pub target: usize,
    /// The first row without a value, from 0.
    pub first_row: usize,
    /// Rows without a value.
    pub rows: usize,
}

/// The targets of `responses`, `(rows, targets)`, that have missing values (NaN), in order.
pub fn missing(responses: ArrayView2<f64>) -> Vec<Missing> {
    let find = |(target, column): (usize, ndarray::ArrayView1<f64>)| {
        let first_row = column.iter().position(|value| value.is_nan())?;
        Some(Missing { target, first_row, rows: column.iter().filter(|value| value.is_nan()).count() })
    };
    responses.columns().into_iter().enumerate().filter_map(find).collect()
}

/// Responses whose targets with missing values are constant, which makes their scores undefined.
pub(crate) fn without_missing<'r>(
    design: &Design,
    responses: ArrayView2<'r, f64>,
) -> Result<CowArray<'r, f64, Ix2>, Error> {
    // Mostly nothing is missing, and then nothing is copied.
    let mut found = CowArray::from(responses);
    if responses.fold(false, |any, value| any | value.is_nan()) {
        for target in missing(responses) {
            found.column_mut(target.target).fill(0.0);
        }
    }
    design.check("responses", found.view())?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn targets_with_holes_are_listed() {
        let responses = array![[1.0, f64::NAN, 3.0], [f64::NAN, f64::NAN, 2.0]];
        let found = missing(responses.view());
        assert_eq!(found, [Missing { target: 0, first_row: 1, rows: 1 }, Missing { target: 1, first_row: 0, rows: 2 }]);
    }
}
