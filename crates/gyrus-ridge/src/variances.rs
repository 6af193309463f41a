//! The variances along all principal components, where the components themselves are not needed.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::{Mat, Par};
use ndarray::{Array1, Array2, ArrayView2};

use crate::error::Error;
use crate::finite;
use crate::means::column_means;
use crate::product::gram;

/// The variances of `x` (n, p) along its principal components, largest first, with divisor n - 1: min(n, p) of them.
///
/// They are eigenvalues of X'X or XX' of centred X, whichever is smaller, over n - 1.
/// Without eigenvectors this is several times faster than [`Pca`](crate::Pca), and it runs on one thread after the
/// product, so that its bytes never depend on how many there are.
///
/// # Errors
/// There are fewer than two rows, a value is not finite, or the decomposition does not converge.
pub fn variances(x: ArrayView2<f64>) -> Result<Array1<f64>, Error> {
    finite::check("features", x)?;
    if x.nrows() < 2 {
        return Err(Error::TooFewRows { what: "a variance", needed: 2, rows: x.nrows() });
    }
    let centred = &x - &column_means(x)?;
    let products = if x.ncols() <= x.nrows() { gram(centred.view()) } else { gram(centred.t()) };
    Ok(eigenvalues(&products)? / (x.nrows() - 1) as f64)
}

/// Eigenvalues of a symmetric positive semidefinite matrix, largest first, none below 0.
fn eigenvalues(matrix: &Array2<f64>) -> Result<Array1<f64>, Error> {
    let size = matrix.nrows();
    let a = Mat::from_fn(size, size, |i, j| matrix[[i, j]]);
    let mut s = Diag::zeros(size);
    let scratch = self_adjoint_evd_scratch::<f64>(size, ComputeEigenvectors::No, Par::Seq, Default::default());
    let mut memory = MemBuffer::new(scratch);
    let stack = MemStack::new(&mut memory);
    self_adjoint_evd(a.as_ref(), s.as_mut(), None, Par::Seq, stack, Default::default())
        .map_err(|_| Error::Eigen { size })?;
    Ok(Array1::from_shape_fn(size, |i| s.column_vector()[size - 1 - i].max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pca;
    use crate::samples::gaussian;

    fn check(n: usize, p: usize) -> Result<(), Error> {
        let x = gaussian(n, p, 83) * &Array1::linspace(3.0, 0.5, p) + 50.0;
        let variances = variances(x.view())?;
        assert_eq!(variances.len(), n.min(p));
        for (variance, expected) in variances.iter().zip(Pca::of(x.view(), p)?.variance()) {
            assert!((variance / expected - 1.0).abs() < 1e-9);
        }
        Ok(())
    }

    #[test]
    fn agrees_with_principal_components() -> Result<(), Error> {
        check(40, 7)
    }

    #[test]
    fn agrees_when_wider_than_long() -> Result<(), Error> {
        check(7, 40)
    }

    #[test]
    fn what_does_not_vary_has_none() -> Result<(), Error> {
        assert_eq!(variances(Array2::from_elem((5, 3), 0.1).view())?, Array1::zeros(3));
        assert_eq!(variances(Array2::zeros((5, 0)).view())?.len(), 0);
        Ok(())
    }

    #[test]
    fn one_row_has_no_variance() {
        assert!(matches!(variances(Array2::zeros((1, 3)).view()), Err(Error::TooFewRows { .. })));
        assert!(matches!(variances(Array2::from_elem((3, 3), f64::NAN).view()), Err(Error::NotFinite { .. })));
    }
}
