//! What representations must be before anything is measured on them.

use ndarray::{ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use crate::error::Error;
use crate::representation::Representation;

/// The common number of rows, 0 without representations, once every value is known to be finite.
///
/// # Errors
/// There are fewer rows than `what` needs, the numbers of rows differ, or a value is not finite.
pub(crate) fn check(representations: &[ArrayView2<f32>], what: &'static str, needed: usize) -> Result<usize, Error> {
    let expected = check_rows(representations, what, needed)?;
    let finite = representations.par_iter().enumerate().map(|(index, values)| finite(index, values.view()));
    // Collected before they are judged, so that the first error is the same whatever the number of threads.
    finite.collect::<Vec<_>>().into_iter().collect::<Result<(), Error>>()?;
    Ok(expected)
}

/// The common number of rows, 0 without representations; values are not looked at.
///
/// # Errors
/// There are fewer rows than `what` needs, or the numbers of rows differ.
pub(crate) fn check_rows<R: Representation>(
    representations: &[R],
    what: &'static str,
    needed: usize,
) -> Result<usize, Error> {
    let Some(first) = representations.first() else { return Ok(0) };
    let expected = first.dim().0;
    if expected < needed {
        return Err(Error::FewRows { what, needed, rows: expected });
    }
    match representations.iter().position(|values| values.dim().0 != expected) {
        Some(representation) => {
            Err(Error::Rows { representation, rows: representations[representation].dim().0, expected })
        }
        None => Ok(expected),
    }
}

/// An error for the first value that is not finite; `representation` is the index that it names.
fn finite(representation: usize, values: ArrayView2<f32>) -> Result<(), Error> {
    // Whole rows are looked at before any value by itself: it takes half the time.
    let all = |row: &ArrayView1<f32>| row.fold(true, |all, value| all & value.is_finite());
    let Some((row, values)) = values.outer_iter().enumerate().find(|(_, row)| !all(row)) else { return Ok(()) };
    match values.iter().copied().enumerate().find(|(_, value)| !value.is_finite()) {
        Some((column, value)) => Err(Error::NotFinite { representation, row, column, value }),
        None => Ok(()),
    }
}

/// Whether some row differs from the first.
pub(crate) fn varies(values: ArrayView2<f32>) -> bool {
    let mut rows = values.axis_iter(Axis(0));
    rows.next().is_some_and(|first| rows.any(|row| row != first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::gaussian;

    #[test]
    fn impossible_representations_are_refused() {
        let (x, mut bad) = (gaussian(5, 2, 1), gaussian(5, 3, 2));
        bad[[4, 1]] = f32::NAN;
        assert_eq!(check(&[], "x", 3), Ok(0));
        assert_eq!(check(&[x.view()], "x", 6), Err(Error::FewRows { what: "x", needed: 6, rows: 5 }));
        let short = gaussian(4, 2, 3);
        let rows = Error::Rows { representation: 1, rows: 4, expected: 5 };
        assert_eq!(check(&[x.view(), short.view()], "x", 3), Err(rows));
        let found = check(&[x.view(), bad.view()], "x", 3);
        assert!(matches!(found, Err(Error::NotFinite { representation: 1, row: 4, column: 1, .. })));
    }

    #[test]
    fn what_has_no_columns_or_equal_rows_does_not_vary() {
        assert!(varies(gaussian(3, 2, 4).view()));
        assert!(!varies(ndarray::Array2::from_elem((3, 2), 0.1).view()));
        assert!(!varies(ndarray::Array2::zeros((3, 0)).view()));
    }
}
