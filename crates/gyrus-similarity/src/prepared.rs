//! Rows turned so that every distance is half a squared Euclidean one, in 32-bit floats about the mean row.
//!
//! With z = x, x / ||x||, or x less its own mean and then over its norm: 1 - r and 1 - cos are ||z - z'||^2 / 2.
//! Differences do not know of the mean row, and without it one outlying dimension costs the products no digits.

use std::ops::Range;

use ndarray::{ArrayView1, ArrayView2, CowArray, Ix2};

use crate::distance::Distance;
use crate::gram::Packed;
use crate::lanes::{LANES, sum};

/// Unit rows that differ by less than this in every column are the same up to the rounding of what they are made of.
const ROUNDING: f64 = f32::EPSILON as f64;

/// What makes rows whose squared differences, times `scale`^2, are the squared Euclidean distances of z.
#[derive(Debug, Clone)]
pub(crate) struct Prepared<'a> {
    values: CowArray<'a, f32, Ix2>,
    turns: Vec<Turn>,
    mean: Vec<f64>,
    /// The largest difference of a z from the first, 0 where nothing varies.
    pub(crate) scale: f64,
}

impl<'a> Prepared<'a> {
    /// Prepares finite values (n, p), `None` where a row has no such distance to any.
    pub(crate) fn of(values: ArrayView2<'a, f32>, distance: Distance) -> Option<Self> {
        let values = match values.is_standard_layout() {
            true => CowArray::from(values),
            false => CowArray::from(values.as_standard_layout().into_owned()),
        };
        let turns = values.outer_iter().map(|row| Turn::of(row.as_slice()?, distance)).collect::<Option<Vec<_>>>()?;
        let (mean, scale) = mean_and_size(&values, &turns);
        let least = match distance {
            Distance::Euclidean | Distance::SquaredEuclidean => 0.0,
            Distance::Correlation | Distance::Cosine => ROUNDING,
        };
        Some(Self { values, turns, mean, scale: if scale > least { scale } else { 0.0 } })
    }

    /// Lays the rows out in the memory of others.
    pub(crate) fn lay(&self, to: &mut Packed) {
        to.lay(self.values.dim(), |rows, columns, to| self.write(rows, columns, to));
    }

    /// Writes some of the rows, at most about 1 in size, or all 0 where nothing varies.
    fn write(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        let factor = if self.scale > 0.0 { 1.0 / self.scale } else { 0.0 };
        for (row, to) in rows.zip(to.chunks_mut(columns.len())) {
            let (values, turn) = (self.values.row(row), self.turns[row]);
            let values = &values.to_slice().expect("standard layout")[columns.clone()];
            // Adding 0 makes a negative zero positive, so that rows that are the same have the same bits.
            for ((to, &value), mean) in to.iter_mut().zip(values).zip(&self.mean[columns.clone()]) {
                *to = ((turn.apply(value) - mean) * factor + 0.0) as f32;
            }
        }
    }
}

/// The mean of rows z, which is exactly their value where they are constant, and their largest difference from the first.
fn mean_and_size(values: &CowArray<f32, Ix2>, turns: &[Turn]) -> (Vec<f64>, f64) {
    let rows = || values.outer_iter().zip(turns);
    let z = |(row, turn): (ArrayView1<f32>, &Turn)| row.iter().map(|&value| turn.apply(value)).collect::<Vec<f64>>();
    let Some(first) = rows().next().map(z) else { return (vec![0.0; values.ncols()], 0.0) };
    let (mut sums, mut largest) = (vec![0.0; first.len()], [0.0; LANES]);
    for (row, turn) in rows() {
        let row = row.to_slice().expect("standard layout");
        let columns = row.chunks(LANES).zip(first.chunks(LANES)).zip(sums.chunks_mut(LANES));
        for ((row, first), sums) in columns {
            for (((sum, &value), first), largest) in sums.iter_mut().zip(row).zip(first).zip(&mut largest) {
                let difference = turn.apply(value) - first;
                *sum += difference;
                *largest = if difference.abs() > *largest { difference.abs() } else { *largest };
            }
        }
    }
    let mean = sums.iter().zip(&first).map(|(sum, first)| sum / values.nrows() as f64 + first).collect();
    (mean, largest.into_iter().fold(0.0, f64::max))
}

/// What makes z of a row: (x - offset) factor.
#[derive(Debug, Clone, Copy)]
struct Turn {
    offset: f64,
    factor: f64,
}

impl Turn {
    fn of(row: &[f32], distance: Distance) -> Option<Self> {
        let offset = match distance {
            Distance::Euclidean | Distance::SquaredEuclidean => return Some(Self { offset: 0.0, factor: 1.0 }),
            Distance::Cosine => 0.0,
            Distance::Correlation => {
                let first = f64::from(*row.first()?);
                first + sum(row, |value| value - first) / row.len() as f64
            }
        };
        let norm = sum(row, |value| (value - offset) * (value - offset)).sqrt();
        (norm > 0.0).then(|| Self { offset, factor: 1.0 / norm })
    }

    fn apply(self, value: f32) -> f64 {
        (f64::from(value) - self.offset) * self.factor
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::samples::gaussian;

    #[test]
    fn rows_without_a_distance_are_undefined() {
        let mut x = gaussian(6, 4, 1);
        x.row_mut(2).fill(0.1);
        assert!(Prepared::of(x.view(), Distance::Correlation).is_none());
        assert!(Prepared::of(x.view(), Distance::Cosine).is_some());
        x.row_mut(2).fill(0.0);
        assert!(Prepared::of(x.view(), Distance::Cosine).is_none());
        assert!(Prepared::of(x.view(), Distance::Euclidean).is_some());
    }

    #[test]
    fn what_does_not_vary_leaves_nothing() {
        let mut proportional = Array2::from_shape_fn((5, 3), |(i, j)| (i + 1) as f32 * (j as f32 - 0.3));
        let scale = |x: &Array2<f32>, distance| Prepared::of(x.view(), distance).map(|prepared| prepared.scale);
        assert_eq!(scale(&proportional, Distance::Cosine), Some(0.0));
        proportional.fill(0.7);
        assert_eq!(scale(&proportional, Distance::Euclidean), Some(0.0));
    }
}
