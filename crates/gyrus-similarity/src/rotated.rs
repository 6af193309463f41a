//! A representation in as few columns as it has rows, without loss.
//!
//! A centred X (n, p) with p > n is L Q' with L (n, n) lower triangular and Q (p, n) orthonormal: L has the products,
//! singular values and ridge predictions of X.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::qr::no_pivoting::factor::{qr_in_place, qr_in_place_scratch, recommended_block_size};
use faer::{Mat, Par};
use ndarray::Array2;

/// X itself where p <= n, and L else.
///
/// It runs on the calling thread, so that its bytes do not depend on how many there are.
pub(crate) fn rotated(x: Array2<f64>) -> Array2<f64> {
    let (n, p) = x.dim();
    if p <= n {
        return x;
    }
    let mut q = Mat::from_fn(p, n, |i, j| x[[j, i]]);
    drop(x);
    let block = recommended_block_size::<f64>(p, n);
    let mut coefficients = Mat::zeros(block, n);
    let mut memory = MemBuffer::new(qr_in_place_scratch::<f64>(p, n, block, Par::Seq, Default::default()));
    let stack = MemStack::new(&mut memory);
    qr_in_place(q.as_mut(), coefficients.as_mut(), Par::Seq, stack, Default::default());
    Array2::from_shape_fn((n, n), |(i, j)| if j <= i { q[(j, i)] } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::centred;
    use crate::samples::gaussian;

    #[test]
    fn products_of_rows_stay() {
        for (n, p) in [(5, 3), (5, 5), (5, 9), (40, 300), (1, 3)] {
            let x = centred(gaussian(n, p, 1).view());
            let l = rotated(x.clone());
            assert_eq!(l.dim(), (n, p.min(n)));
            assert!((l.dot(&l.t()) - x.dot(&x.t())).iter().all(|difference| difference.abs() < 1e-10));
        }
    }
}
