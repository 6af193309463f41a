//! The eigen form of ridge: after one decomposition of X'X every penalty costs a scaling.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, Par};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::error::Error;
use crate::product::product;

/// Eigenvectors and eigenvalues of a symmetric matrix such as X'X or XX' of centred X.
///
/// With X'X = V diag(e) V' and Z = V' X'Y, the ridge weights are B_j = V diag(1 / (e + a_j)) Z_j.
/// A direction with e + a_j of at most `tolerance` = p times machine epsilon times the largest e gets weight 0, as in
/// a pseudo-inverse: below it the eigenvalue is rounding noise.
/// So penalty 0 is ordinary least squares where X has full rank, and its shortest solution where it has not.
#[derive(Debug, Clone)]
pub struct Spectrum {
    vectors: Array2<f64>,
    values: Array1<f64>,
    tolerance: f64,
}

impl Spectrum {
    /// Decomposes a symmetric positive semidefinite matrix (p, p), of which only the lower triangle is read.
    ///
    /// The decomposition runs on one thread, so that its bytes never depend on how many there are; callers run
    /// several at once.
    ///
    /// # Errors
    /// The matrix is not square, holds a value that is not finite, or does not converge.
    pub fn of(matrix: ArrayView2<f64>) -> Result<Self, Error> {
        let (p, columns) = matrix.dim();
        if p != columns {
            return Err(Error::Square { rows: p, columns });
        }
        crate::finite::check("products", matrix)?;
        let a = Mat::from_fn(p, p, |i, j| matrix[[i, j]]);
        let (mut u, mut s) = (Mat::zeros(p, p), Diag::zeros(p));
        let scratch = self_adjoint_evd_scratch::<f64>(p, ComputeEigenvectors::Yes, Par::Seq, Default::default());
        let mut memory = MemBuffer::new(scratch);
        let stack = MemStack::new(&mut memory);
        self_adjoint_evd(a.as_ref(), s.as_mut(), Some(u.as_mut()), Par::Seq, stack, Default::default())
            .map_err(|_| Error::Eigen { size: p })?;
        // Rounding can leave a zero eigenvalue slightly negative.
        let values = Array1::from_shape_fn(p, |i| s.column_vector()[p - 1 - i].max(0.0));
        let vectors = Array2::from_shape_fn((p, p), |(i, j)| u[(i, p - 1 - j)]);
        let tolerance = values.first().map_or(0.0, |largest| p as f64 * f64::EPSILON * largest);
        Ok(Self { vectors, values, tolerance })
    }

    /// V, one eigenvector per column (p, p), in the order of the eigenvalues.
    pub fn vectors(&self) -> ArrayView2<'_, f64> {
        self.vectors.view()
    }

    /// e, the eigenvalues (p), largest first, none below 0.
    pub fn values(&self) -> ArrayView1<'_, f64> {
        self.values.view()
    }

    /// How many eigenvalues stand above rounding noise.
    pub fn rank(&self) -> usize {
        self.values.iter().filter(|&&e| e > self.tolerance).count()
    }

    /// Eigenvalues at most this are rounding noise.
    pub(crate) fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Z = V' X'Y (p, t) for X'Y (p, t).
    ///
    /// # Panics
    /// `xy` has another number of rows than the matrix that was decomposed.
    pub fn rotate(&self, xy: ArrayView2<f64>) -> Array2<f64> {
        product(self.vectors.t(), xy)
    }

    /// B (p, t) with B_j = V diag(1 / (e + a_j)) Z_j, for Z (p, t) and one penalty a_j per target (t).
    ///
    /// # Panics
    /// The shapes disagree.
    pub fn weights(&self, rotated: ArrayView2<f64>, penalties: ArrayView1<f64>) -> Array2<f64> {
        assert_eq!(rotated.ncols(), penalties.len(), "one penalty per target");
        let mut scaled = rotated.to_owned();
        for (mut row, &e) in scaled.axis_iter_mut(Axis(0)).zip(&self.values) {
            row.zip_mut_with(&penalties, |z, &a| *z *= self.gain(e, a));
        }
        product(self.vectors.view(), scaled.view())
    }

    fn gain(&self, e: f64, a: f64) -> f64 {
        if e + a > self.tolerance { 1.0 / (e + a) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{distance, gaussian};

    #[test]
    fn the_parts_make_up_the_matrix() -> Result<(), Error> {
        for p in [1, 2, 40] {
            let a = gaussian(p + 3, p, 73);
            let matrix = a.t().dot(&a);
            let Spectrum { vectors, values, .. } = Spectrum::of(matrix.view())?;
            assert!(distance(&matrix, &(&vectors * &values).dot(&vectors.t())) < 1e-13);
            assert!(distance(&Array2::eye(p), &vectors.t().dot(&vectors)) < 1e-13);
            assert!(values.windows(2).into_iter().all(|pair| pair[0] >= pair[1]));
        }
        Ok(())
    }

    #[test]
    fn a_matrix_of_low_rank_has_that_rank() -> Result<(), Error> {
        let a = gaussian(4, 20, 79);
        assert_eq!(Spectrum::of(a.t().dot(&a).view())?.rank(), 4);
        assert_eq!(Spectrum::of(Array2::zeros((3, 3)).view())?.rank(), 0);
        assert_eq!(Spectrum::of(Array2::zeros((0, 0)).view())?.rank(), 0);
        Ok(())
    }

    #[test]
    fn impossible_matrices_are_refused() {
        assert!(matches!(Spectrum::of(Array2::zeros((2, 3)).view()), Err(Error::Square { .. })));
        assert!(matches!(Spectrum::of(Array2::from_elem((2, 2), f64::NAN).view()), Err(Error::NotFinite { .. })));
    }
}
