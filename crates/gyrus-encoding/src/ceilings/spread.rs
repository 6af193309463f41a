//! Features of words spread over scans, by any kernel.

use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use crate::Error;

/// y_scan = sum over words w of kernel(scan, t_w) x_w, `(scans, width)`, for features x `(words, width)` at `times` t in
/// seconds, over the scans that `reach` gives for a time.
///
/// # Errors
/// Those of [`check`].
pub(crate) fn spread(
    features: ArrayView2<f32>,
    times: &[f64],
    scans: usize,
    reach: impl Fn(f64) -> Range<usize>,
    kernel: impl Fn(usize, f64) -> f64,
) -> Result<Array2<f64>, Error> {
    check(features, times)?;
    let mut y = Array2::zeros((scans, features.ncols()));
    for (x_w, &t_w) in features.rows().into_iter().zip(times) {
        for scan in reach(t_w) {
            let weight = kernel(scan, t_w);
            y.row_mut(scan).zip_mut_with(&x_w, |y, &x| *y += weight * f64::from(x));
        }
    }
    Ok(y)
}

/// Whether there is one time per word, and each is a time: a word at no time would vanish without a trace.
///
/// # Errors
/// [`Error::Rows`] if there is not one per word, [`Error::NotFinite`] if one is no number; it names the word's row.
pub(crate) fn check(features: ArrayView2<f32>, times: &[f64]) -> Result<(), Error> {
    if features.nrows() != times.len() {
        return Err(Error::Rows { what: "word features", found: features.nrows(), expected: times.len() });
    }
    match times.iter().position(|time| !time.is_finite()) {
        Some(row) => Err(Error::NotFinite { what: "the list of word times", row, column: 0, value: times[row] }),
        None => Ok(()),
    }
}
