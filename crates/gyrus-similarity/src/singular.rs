//! Singular values and vectors, on the calling thread, so that their bytes do not depend on how many there are.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Mat, Par};
use ndarray::{Array1, Array2, ArrayView2};

use crate::error::Error;

/// X = U diag(s) V'.
#[derive(Debug, Clone)]
pub(crate) struct Singular {
    /// Left vectors, one per column (n, min(n, p)).
    pub(crate) u: Array2<f64>,
    /// Values (min(n, p)), largest first.
    pub(crate) s: Array1<f64>,
    /// Right vectors, one per column (p, min(n, p)).
    pub(crate) v: Array2<f64>,
}

/// The singular values of `x` (n, p), largest first.
///
/// # Errors
/// The iteration does not converge.
pub(crate) fn values(x: ArrayView2<f64>) -> Result<Array1<f64>, Error> {
    decompose(x, [ComputeSvdVectors::No; 2]).map(|singular| singular.s)
}

impl Singular {
    /// Decomposes `x` (n, p), leaving V empty.
    ///
    /// # Errors
    /// The iteration does not converge.
    pub(crate) fn left(x: ArrayView2<f64>) -> Result<Self, Error> {
        decompose(x, [ComputeSvdVectors::Thin, ComputeSvdVectors::No])
    }

    /// Decomposes `x` (n, p).
    ///
    /// # Errors
    /// The iteration does not converge.
    pub(crate) fn of(x: ArrayView2<f64>) -> Result<Self, Error> {
        decompose(x, [ComputeSvdVectors::Thin; 2])
    }

    /// How many values stand above rounding, max(n, p) machine epsilons of the largest, as in numpy's `matrix_rank`.
    pub(crate) fn rank(&self, p: usize) -> usize {
        let tolerance = self.s.first().map_or(0.0, |largest| largest * f64::EPSILON * self.u.nrows().max(p) as f64);
        self.s.iter().filter(|&&value| value > tolerance).count()
    }
}

fn decompose(x: ArrayView2<f64>, [left, right]: [ComputeSvdVectors; 2]) -> Result<Singular, Error> {
    let (n, p) = x.dim();
    let size = n.min(p);
    let empty = |rows: usize, wanted: ComputeSvdVectors| match wanted {
        ComputeSvdVectors::No => Mat::<f64>::zeros(0, 0),
        _ => Mat::zeros(rows, size),
    };
    let a = Mat::from_fn(n, p, |i, j| x[[i, j]]);
    let (mut u, mut s, mut v) = (empty(n, left), Diag::zeros(size), empty(p, right));
    if size > 0 {
        let scratch = svd_scratch::<f64>(n, p, left, right, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(scratch);
        let (has_u, has_v) = (u.nrows() > 0, v.nrows() > 0);
        let (to_u, to_v) = (has_u.then(|| u.as_mut()), has_v.then(|| v.as_mut()));
        svd(a.as_ref(), s.as_mut(), to_u, to_v, Par::Seq, MemStack::new(&mut memory), Default::default())
            .map_err(|_| Error::Singular { rows: n, columns: p })?;
    }
    let copy = |m: Mat<f64>| Array2::from_shape_fn((m.nrows(), m.ncols()), |(i, j)| m[(i, j)]);
    let s = Array1::from_shape_fn(size, |i| s.column_vector()[i]);
    Ok(Singular { u: copy(u), s, v: copy(v) })
}

#[cfg(test)]
mod tests {
    use ndarray::Axis;

    use super::*;
    use crate::columns::centred;
    use crate::samples::gaussian;

    #[test]
    fn vectors_are_orthonormal_and_values_their_lengths() -> Result<(), Error> {
        for (n, p) in [(30, 7), (7, 30), (12, 12), (4, 1), (3, 0)] {
            let x = centred(gaussian(n, p, 1).view());
            let Singular { u, s, v } = Singular::of(x.view())?;
            assert!(((&u * &s).dot(&v.t()) - &x).iter().all(|value| value.abs() < 1e-12));
            assert_eq!(Singular::left(x.view())?.u.dim(), (n, n.min(p)));
            let size = n.min(p);
            assert!((u.t().dot(&u) - Array2::<f64>::eye(size)).iter().all(|value| value.abs() < 1e-12));
            let lengths = u.t().dot(&x).map_axis(Axis(1), |row| row.dot(&row).sqrt());
            assert!((&lengths - &s).iter().all(|value| value.abs() < 1e-12));
            assert!((values(x.view())? - s).iter().all(|value| value.abs() < 1e-12));
        }
        Ok(())
    }

    #[test]
    fn centred_rows_lose_a_rank() -> Result<(), Error> {
        let x = centred(gaussian(8, 30, 2).view());
        assert_eq!(Singular::left(x.view())?.rank(30), 7);
        Ok(())
    }
}
