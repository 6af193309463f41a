//! Rows turned so that every distance is half a squared Euclidean one, in 32-bit floats about the mean row.
//!
//! With z = x, x / ||x||, or x less its own mean and then over its norm: 1 - r and 1 - cos are ||z - z'||^2 / 2.
//! Differences do not know of the mean row, and without it one outlying dimension costs the products no digits.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip};

use crate::distance::Distance;

/// Unit rows that differ by less than this in every column are the same up to the rounding of what they are made of.
const ROUNDING: f64 = f32::EPSILON as f64;

/// Rows whose squared differences, times `scale`^2, are the squared Euclidean distances of z.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// (n, p), the largest of size 1, or all 0 where nothing varies.
    pub(crate) rows: Array2<f32>,
    pub(crate) scale: f64,
}

impl Prepared {
    /// Prepares finite values (n, p), `None` where a row has no such distance to any.
    pub(crate) fn of(values: ArrayView2<f32>, distance: Distance) -> Option<Self> {
        let turns = values.axis_iter(Axis(0)).map(|row| Turn::of(row, distance)).collect::<Option<Vec<_>>>()?;
        let z = |row: usize| values.row(row).mapv(|value| turns[row].apply(value));
        let mean = mean_row(values.dim(), z);
        let largest = |row: usize| (z(row) - &mean).iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let scale = (0..values.nrows()).map(largest).fold(0.0, f64::max);
        let least = match distance {
            Distance::Euclidean | Distance::SquaredEuclidean => 0.0,
            Distance::Correlation | Distance::Cosine => ROUNDING,
        };
        let factor = if scale > least { 1.0 / scale } else { 0.0 };
        let mut rows = Array2::zeros(values.dim());
        // Adding 0 makes a negative zero positive, so that rows that are the same have the same bits.
        for ((mut to, from), turn) in rows.axis_iter_mut(Axis(0)).zip(values.axis_iter(Axis(0))).zip(&turns) {
            Zip::from(&mut to)
                .and(from)
                .and(&mean)
                .for_each(|to, &value, mean| *to = ((turn.apply(value) - mean) * factor + 0.0) as f32);
        }
        Some(Self { rows, scale })
    }
}

/// The mean of rows z, which is exactly their value where they are constant.
fn mean_row((n, p): (usize, usize), z: impl Fn(usize) -> Array1<f64>) -> Array1<f64> {
    if n == 0 {
        return Array1::zeros(p);
    }
    let first = z(0);
    let mut sum = Array1::<f64>::zeros(p);
    for row in 1..n {
        Zip::from(&mut sum).and(&z(row)).and(&first).for_each(|sum, value, first| *sum += value - first);
    }
    sum / n as f64 + first
}

/// What makes z of a row: (x - offset) factor.
#[derive(Debug, Clone, Copy)]
struct Turn {
    offset: f64,
    factor: f64,
}

impl Turn {
    fn of(row: ArrayView1<f32>, distance: Distance) -> Option<Self> {
        let offset = match distance {
            Distance::Euclidean | Distance::SquaredEuclidean => return Some(Self { offset: 0.0, factor: 1.0 }),
            Distance::Cosine => 0.0,
            Distance::Correlation => {
                let first = f64::from(*row.first()?);
                first + row.iter().map(|&value| f64::from(value) - first).sum::<f64>() / row.len() as f64
            }
        };
        let square = |&value: &f32| (f64::from(value) - offset) * (f64::from(value) - offset);
        let norm = row.iter().map(square).sum::<f64>().sqrt();
        (norm > 0.0).then(|| Self { offset, factor: 1.0 / norm })
    }

    fn apply(self, value: f32) -> f64 {
        (f64::from(value) - self.offset) * self.factor
    }
}

#[cfg(test)]
mod tests {
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
        let rows = |x: &Array2<f32>, distance| Prepared::of(x.view(), distance).map(|prepared| prepared.rows);
        assert_eq!(rows(&proportional, Distance::Cosine), Some(Array2::zeros((5, 3))));
        proportional.fill(0.7);
        assert_eq!(rows(&proportional, Distance::Euclidean), Some(Array2::zeros((5, 3))));
    }
}
