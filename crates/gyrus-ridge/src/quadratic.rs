//! The quadratic forms w'Gw of many columns at once, which is where nested cross-validation spends its time.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, LinalgScalar, s};

use crate::product::serial_product_into;

/// Columns that callers hand over together, so that they stay in the cache.
pub(crate) const TARGETS: usize = 128;

/// Rows of G that are multiplied at a time.
const BLOCK: usize = 128;

/// A symmetric matrix G (p, p), in f64 or f32, kept so that w'Gw costs little more than half a product with G.
///
/// Cut into blocks, w'Gw = sum_i w_i'(G_ii w_i + 2 sum_{j > i} G_ij w_j), so the blocks below the diagonal are not
/// needed and those above are kept doubled.
#[derive(Debug, Clone)]
pub(crate) struct Quadratic<T> {
    doubled: Array2<T>,
}

impl Quadratic<f64> {
    /// Prepares a symmetric matrix (p, p).
    pub(crate) fn new(mut g: Array2<f64>) -> Self {
        let p = g.nrows();
        for start in (0..p).step_by(BLOCK) {
            let end = (start + BLOCK).min(p);
            g.slice_mut(s![start..end, end..]).mapv_inplace(|value| 2.0 * value);
        }
        Self { doubled: g }
    }

    /// The largest number on the diagonal, 0 of an empty matrix; of a positive semidefinite G none is larger.
    pub(crate) fn largest(&self) -> f64 {
        self.doubled.diag().iter().fold(0.0, |largest: f64, g| largest.max(*g))
    }

    /// G / `unit` in single precision.
    pub(crate) fn single(&self, unit: f64) -> Quadratic<f32> {
        Quadratic { doubled: self.doubled.mapv(|g| (g / unit) as f32) }
    }
}

impl<T: LinalgScalar + Into<f64>> Quadratic<T> {
    /// w'Gw - 2 w'c for each column w of `w` (p, t) and c of `c` (p, t), giving (t), on the calling thread.
    pub(crate) fn minus_twice(&self, w: ArrayView2<T>, c: ArrayView2<T>, scratch: &mut Scratch<T>) -> Array1<f64> {
        let two = T::one() + T::one();
        self.sum(w, scratch, |m, rows| m.zip_mut_with(&c.slice(s![rows, ..]), |m, &c| *m = *m - two * c))
    }

    /// w'Gw for each column w of `w` (p, t), giving (t), on the calling thread.
    pub(crate) fn forms(&self, w: ArrayView2<T>, scratch: &mut Scratch<T>) -> Array1<f64> {
        self.sum(w, scratch, |_, _| ())
    }

    /// The sum over blocks of rows of w_i'(m_i) with m_i = G_ii w_i + 2 sum_{j > i} G_ij w_j, changed by `change`;
    /// products are summed in T, the forms in f64.
    fn sum(
        &self,
        w: ArrayView2<T>,
        scratch: &mut Scratch<T>,
        change: impl Fn(&mut ArrayViewMut2<T>, Range<usize>),
    ) -> Array1<f64> {
        let mut forms = Array1::zeros(w.ncols());
        for start in (0..w.nrows()).step_by(BLOCK) {
            let rows = start..(start + BLOCK).min(w.nrows());
            let mut m = scratch.0.slice_mut(s![..rows.len(), ..w.ncols()]);
            serial_product_into(m.view_mut(), self.doubled.slice(s![rows.clone(), start..]), w.slice(s![start.., ..]));
            change(&mut m, rows.clone());
            for (m, w) in m.axis_iter(Axis(0)).zip(w.slice(s![rows, ..]).axis_iter(Axis(0))) {
                ndarray::Zip::from(&mut forms).and(m).and(w).for_each(|form, &m, &w| *form += m.into() * w.into());
            }
        }
        forms
    }
}

/// Room for the products of a block of rows with columns that are worked on together, used again and again: asking the
/// system for memory each time costs more than a tenth of the whole.
#[derive(Debug)]
pub(crate) struct Scratch<T>(Array2<T>);

impl<T: LinalgScalar> Default for Scratch<T> {
    fn default() -> Self {
        Self(Array2::zeros((BLOCK, TARGETS)))
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::Array2;

    use super::*;

    #[test]
    fn agrees_with_the_definition_across_blocks() {
        for (p, t) in [(1, 1), (BLOCK, 3), (2 * BLOCK + 7, 5), (0, 2)] {
            let a = Array2::from_shape_fn((p, p), |(i, j)| ((i * 7 + j * 13) % 19) as f64 - 9.0);
            let g = &a + &a.t();
            let w = Array2::from_shape_fn((p, t), |(i, j)| ((i * 5 + j * 3) % 11) as f64 - 5.0);
            let c = Array2::from_shape_fn((p, t), |(i, j)| ((i + j * 2) % 7) as f64 - 3.0);
            let expected = (&w * &(g.dot(&w) - 2.0 * &c)).sum_axis(Axis(0));
            let found = Quadratic::new(g).minus_twice(w.view(), c.view(), &mut Scratch::default());
            assert_relative_eq!(found, expected, max_relative = 1e-12);
        }
    }
}
