//! Work on the columns of a matrix, a few at a time, each as one stretch of memory.
//!
//! Signals stand as `(samples, channels)`; a transform wants the samples of a channel side by side.
//! Some columns are brought together, worked on and put back, so that every cache line is used whole.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

/// Columns that are brought together: a cache line of f64.
pub(crate) const TOGETHER: usize = 8;

/// A function of every column, `(samples, channels)` to `(length, channels)`.
///
/// `work` gets what `scratch` made once for its thread or later, the column, and where its answer goes, which is 0 before.
pub(crate) fn map_columns<S>(
    x: ArrayView2<f64>,
    length: usize,
    scratch: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &[f64], &mut [f64]) + Sync + Send,
) -> Array2<f64> {
    let mut out = Array2::zeros((length, x.ncols()));
    let groups = x.axis_chunks_iter(Axis(1), TOGETHER).zip(out.axis_chunks_iter_mut(Axis(1), TOGETHER));
    let groups: Vec<_> = groups.collect();
    groups.into_par_iter().for_each_init(
        || (scratch(), Array2::zeros((TOGETHER, x.nrows())), Array2::zeros((TOGETHER, length))),
        |(scratch, rows, answers), (from, to)| {
            gather(from, rows);
            for ((row, mut answer), _) in rows.outer_iter().zip(answers.outer_iter_mut()).zip(0..to.ncols()) {
                let (row, answer) = (row.to_slice(), answer.as_slice_mut());
                let (row, answer) = (row.expect("rows are whole"), answer.expect("rows are whole"));
                answer.fill(0.0);
                work(scratch, row, answer);
            }
            scatter(answers, to);
        },
    );
    out
}

/// Columns of `from` as rows of `rows`.
pub(crate) fn gather(from: ArrayView2<f64>, rows: &mut Array2<f64>) {
    for (sample, values) in from.outer_iter().enumerate() {
        for (row, value) in values.iter().enumerate() {
            rows[[row, sample]] = *value;
        }
    }
}

fn scatter(rows: &Array2<f64>, mut to: ArrayViewMut2<f64>) {
    for (sample, mut values) in to.outer_iter_mut().enumerate() {
        for (row, value) in values.iter_mut().enumerate() {
            *value = rows[[row, sample]];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_comes_to_its_place() {
        let x = Array2::from_shape_fn((100, 19), |(i, j)| (i * 19 + j) as f64);
        let backwards = map_columns(
            x.view(),
            100,
            || (),
            |(), row, out| {
                out.iter_mut().zip(row.iter().rev()).for_each(|(out, x)| *out = 2.0 * x);
            },
        );
        assert_eq!(backwards, Array2::from_shape_fn((100, 19), |(i, j)| 2.0 * ((99 - i) * 19 + j) as f64));
    }
}
