//! Matrix products on the calling thread, through the gemm crate. The shapes alone decide the order of their sums.

use gemm::{Parallelism, gemm};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, LinalgScalar};

/// A B for A (m, k) and B (k, n), giving (m, n).
pub(crate) fn product(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    multiply(c.view_mut(), Before::Overwritten, a, b);
    c
}

/// What becomes of the values that C had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// C = A B.
    Overwritten,
    /// C = C + A B.
    Kept,
}

/// A B for A (m, k) and B (k, n), into or onto C (m, n).
///
/// # Panics
/// The sizes disagree.
pub(crate) fn multiply<T: LinalgScalar>(mut c: ArrayViewMut2<T>, before: Before, a: ArrayView2<T>, b: ArrayView2<T>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!((k, (m, n)), (b.nrows(), c.dim()), "sizes of a product agree");
    if m == 0 || n == 0 {
        return;
    }
    let strides = |view: &ArrayView2<T>| (view.stride_of(Axis(1)), view.stride_of(Axis(0)));
    let ((a_column, a_row), (b_column, b_row)) = (strides(&a), strides(&b));
    let (c_column, c_row) = (c.stride_of(Axis(1)), c.stride_of(Axis(0)));
    let (read, kept) = match before {
        Before::Overwritten => (false, T::zero()),
        Before::Kept => (true, T::one()),
    };
    // SAFETY: the three views are valid for their shapes and strides, C is borrowed mutably so it overlaps neither A
    // nor B, and the assertion above makes the sizes agree.
    unsafe {
        gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            c_column,
            c_row,
            read,
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            kept,
            T::one(),
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn products_agree_with_ndarray() {
        let matrix = |m, n| Array2::from_shape_fn((m, n), |(i, j)| ((i * 31 + j * 17) % 23) as f64 - 11.0);
        for (m, k, n) in [(1, 1, 1), (3, 0, 2), (0, 4, 2), (5, 7, 0), (17, 33, 9), (130, 64, 71)] {
            let (a, b) = (matrix(m, k), matrix(k, n));
            assert_eq!(product(a.view(), b.view()), a.dot(&b));
            assert_eq!(product(b.t(), a.t()), b.t().dot(&a.t()));
        }
    }

    #[test]
    fn products_overwrite_or_add() {
        let (a, b) = (array![[1.0_f32, 2.0]], array![[3.0_f32], [4.0]]);
        let mut c = array![[f32::NAN]];
        multiply(c.view_mut(), Before::Overwritten, a.view(), b.view());
        assert_eq!(c, array![[11.0]]);
        multiply(c.view_mut(), Before::Kept, a.view(), b.view());
        assert_eq!(c, array![[22.0]]);
        multiply(c.view_mut(), Before::Overwritten, Array2::zeros((1, 0)).view(), Array2::zeros((0, 1)).view());
        assert_eq!(c, array![[0.0]], "nothing to sum is 0");
    }
}
