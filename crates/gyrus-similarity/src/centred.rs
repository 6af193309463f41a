//! A representation with its column means, which hands out centred rows a panel at a time.
//!
//! Columns are centred before anything is multiplied: one outlying dimension would cost an uncentred sum its digits.
//! The centred copy of a whole representation never exists.

use std::ops::Range;

use ndarray::{Array1, Array2, Zip};

use crate::error::Error;
use crate::representation::Representation;

/// Rows that are read at a time where whole rows are wanted.
const ROWS: usize = 64;

/// Finite values (n, p) that are centred, and scaled by a power of 2, so that a row's squares sum to about 1.
///
/// The scale keeps products of products within f32; a power of 2 costs no digit.
#[derive(Debug)]
pub(crate) struct Centred<'a, R> {
    values: &'a R,
    scale: f32,
    /// A scaled column mean as the f32 next to it, and what is missing from that.
    high: Vec<f32>,
    low: Vec<f32>,
}

impl<'a, R: Representation> Centred<'a, R> {
    /// Checks the values and takes their means; `representation` is the index that an error names.
    ///
    /// A constant column's mean is its value, so that nothing is left of it.
    pub(crate) fn new(representation: usize, values: &'a R) -> Result<Self, Error> {
        let (n, p) = values.dim();
        let mut first = vec![0.0; p];
        values.read(0..1, 0..p, &mut first);
        let (mut sums, mut squares) = (Array1::<f64>::zeros(p), Array1::<f64>::zeros(p));
        for start in (0..n).step_by(ROWS) {
            let rows = checked(representation, values, start..(start + ROWS).min(n))?;
            for row in rows.outer_iter() {
                Zip::from(&mut sums).and(&mut squares).and(row).and(&first[..]).for_each(|sum, square, x, first| {
                    let offset = f64::from(*x) - f64::from(*first);
                    *sum += offset;
                    *square += offset * offset;
                });
            }
        }
        let offsets = sums / n as f64;
        let variance = (squares / n as f64 - &offsets * &offsets).mapv(|v| v.max(0.0)).sum();
        let scale = scale_for(variance);
        let means =
            Zip::from(&offsets).and(&first[..]).map_collect(|offset, first| (offset + f64::from(*first)) * scale);
        let high: Vec<f32> = means.iter().map(|mean| *mean as f32).collect();
        let low = means.iter().zip(&high).map(|(mean, high)| (mean - f64::from(*high)) as f32).collect();
        Ok(Self { values, scale: scale as f32, high, low })
    }

    /// Number of columns, p.
    pub(crate) fn width(&self) -> usize {
        self.high.len()
    }

    /// Writes the centred values of some rows and columns, row after row.
    pub(crate) fn write(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        self.values.read(rows, columns.clone(), to);
        let (high, low) = (&self.high[columns.clone()], &self.low[columns]);
        for row in to.chunks_mut(high.len().max(1)) {
            for ((x, high), low) in row.iter_mut().zip(high).zip(low) {
                *x = (*x * self.scale - high) - low;
            }
        }
    }
}

/// Some whole rows, all finite.
fn checked<R: Representation>(representation: usize, values: &R, rows: Range<usize>) -> Result<Array2<f32>, Error> {
    let p = values.dim().1;
    let mut panel = vec![0.0; rows.len() * p];
    values.read(rows.clone(), 0..p, &mut panel);
    match panel.iter().position(|x| !x.is_finite()) {
        Some(at) => {
            Err(Error::NotFinite { representation, row: rows.start + at / p, column: at % p, value: panel[at] })
        }
        None => Ok(Array2::from_shape_vec((rows.len(), p), panel).expect("whole rows")),
    }
}

/// The power of 2 that brings the squares of a row, `variance` on average, to about 1.
fn scale_for(variance: f64) -> f64 {
    if variance > 0.0 { (-0.5 * variance.log2()).round().clamp(-126.0, 127.0).exp2() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, array};

    use super::*;

    fn centred(x: &Array2<f32>) -> Result<Array2<f32>, Error> {
        let mut values = vec![0.0; x.len()];
        Centred::new(0, x)?.write(0..x.nrows(), 0..x.ncols(), &mut values);
        Ok(Array2::from_shape_vec(x.dim(), values).expect("as many as there were"))
    }

    #[test]
    fn columns_lose_their_mean_and_rows_their_size() -> Result<(), Error> {
        let x = Array2::from_shape_fn((50, 3), |(i, j)| 1e6 * j as f32 + ((i * 7 + j * 3) % 11) as f32);
        let found = centred(&x)?;
        assert!(found.sum_axis(Axis(0)).iter().all(|sum| sum.abs() < 1e-5), "{found}");
        let square = found.mapv(|x| x * x).sum() / 50.0;
        assert!((0.5..=2.0).contains(&square), "{square}");
        Ok(())
    }

    #[test]
    fn a_constant_column_leaves_nothing_and_no_size_is_too_far() -> Result<(), Error> {
        assert_eq!(centred(&Array2::from_elem((7, 2), 0.1))?, Array2::<f32>::zeros((7, 2)));
        for size in [3e38_f32, 1e-38] {
            let found = centred(&(array![[1.0_f32], [-1.0]] * size))?;
            assert!((found[[0, 0]] + found[[1, 0]]).abs() < 1e-6 && (0.5..4.0).contains(&found[[0, 0]]), "{found}");
        }
        Ok(())
    }

    #[test]
    fn the_first_value_that_is_no_number_is_named() {
        let mut x = Array2::<f32>::zeros((130, 3));
        x[[100, 2]] = f32::INFINITY;
        let expected = Error::NotFinite { representation: 4, row: 100, column: 2, value: f32::INFINITY };
        assert_eq!(Centred::new(4, &x).map(|_| ()), Err(expected));
    }
}
