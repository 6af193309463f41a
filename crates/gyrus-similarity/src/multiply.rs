//! Matrix products on the calling thread, whose sums have an order that the shapes alone decide.

use gemm::{Parallelism, gemm};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, LinalgScalar};

/// A B for A (m, k) and B (k, n), giving (m, n).
pub(crate) fn product(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    product_into(c.view_mut(), a, b);
    c
}

/// C = A B for A (m, k), B (k, n) and C (m, n).
pub(crate) fn product_into<T: LinalgScalar>(mut c: ArrayViewMut2<T>, a: ArrayView2<T>, b: ArrayView2<T>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!(k, b.nrows(), "inner sizes of a product agree");
    assert_eq!((m, n), c.dim(), "the result of a product has its outer sizes");
    if m == 0 || n == 0 {
        return;
    }
    let strides = |a: &ArrayView2<T>| (a.stride_of(Axis(1)), a.stride_of(Axis(0)));
    let ((a_column, a_row), (b_column, b_row)) = (strides(&a), strides(&b));
    let (c_column, c_row) = (c.stride_of(Axis(1)), c.stride_of(Axis(0)));
    // SAFETY: the three views are valid for their shapes and strides, C is borrowed mutably so it overlaps neither A
    // nor B, and the assertions above make the shapes agree.
    unsafe {
        gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            c_column,
            c_row,
            false,
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            T::zero(),
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
}
