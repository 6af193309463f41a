//! Matrix products through the gemm crate, which is about twice as fast as the alternatives.
//!
//! The order of every sum is fixed by the shapes, so the bytes of a result do not depend on the number of threads.

use gemm::{Parallelism, gemm};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, LinalgScalar, s};

/// Columns of a Gram matrix that are computed at a time.
const GRAM_BLOCK: usize = 256;

/// A B for A (m, k) and B (k, n), giving (m, n), on all threads of the current pool.
///
/// # Panics
/// The inner sizes k disagree.
pub fn product(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    write_product(c.view_mut(), a, b, Onto::Nothing, Parallelism::Rayon(0));
    c
}

/// A B into C (m, n), on all threads of the current pool.
pub(crate) fn product_into(c: ArrayViewMut2<f64>, a: ArrayView2<f64>, b: ArrayView2<f64>) {
    write_product(c, a, b, Onto::Nothing, Parallelism::Rayon(0));
}

/// A B on the calling thread, for callers that are parallel themselves.
pub(crate) fn serial_product(a: ArrayView2<f64>, b: ArrayView2<f64>) -> Array2<f64> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    write_product(c.view_mut(), a, b, Onto::Nothing, Parallelism::None);
    c
}

/// A B into C (m, n), on the calling thread.
pub(crate) fn serial_product_into<T: LinalgScalar>(c: ArrayViewMut2<T>, a: ArrayView2<T>, b: ArrayView2<T>) {
    write_product(c, a, b, Onto::Nothing, Parallelism::None);
}

/// Adds A B to C (m, n), on the calling thread.
pub(crate) fn add_serial_product(c: ArrayViewMut2<f64>, a: ArrayView2<f64>, b: ArrayView2<f64>) {
    write_product(c, a, b, Onto::Sum, Parallelism::None);
}

/// A'A for A (m, n), giving an exactly symmetric (n, n), on all threads of the current pool.
pub(crate) fn gram(a: ArrayView2<f64>) -> Array2<f64> {
    gram_on(a, Parallelism::Rayon(0))
}

/// A'A on the calling thread.
pub(crate) fn serial_gram(a: ArrayView2<f64>) -> Array2<f64> {
    gram_on(a, Parallelism::None)
}

/// Only the blocks on and above the diagonal are multiplied.
fn gram_on(a: ArrayView2<f64>, parallelism: Parallelism) -> Array2<f64> {
    let n = a.ncols();
    let mut c = Array2::zeros((n, n));
    for start in (0..n).step_by(GRAM_BLOCK) {
        let end = (start + GRAM_BLOCK).min(n);
        let (above, block) = (a.slice(s![.., ..end]), a.slice(s![.., start..end]));
        write_product(c.slice_mut(s![..end, start..end]), above.t(), block, Onto::Nothing, parallelism);
    }
    for row in 0..n {
        for column in 0..row {
            c[[row, column]] = c[[column, row]];
        }
    }
    c
}

/// What stands in C before a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Onto {
    Nothing,
    Sum,
}

/// C = A B, or C + A B onto a sum, for A (m, k), B (k, n) and C (m, n).
fn write_product<T: LinalgScalar>(
    mut c: ArrayViewMut2<T>,
    a: ArrayView2<T>,
    b: ArrayView2<T>,
    onto: Onto,
    parallelism: Parallelism,
) {
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
            onto == Onto::Sum,
            a.as_ptr(),
            a_column,
            a_row,
            b.as_ptr(),
            b_column,
            b_row,
            if onto == Onto::Sum { T::one() } else { T::zero() },
            T::one(),
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    fn matrix(rows: usize, columns: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 31 + j * 17) % 23) as f64 - 11.0)
    }

    #[test]
    fn products_agree_with_ndarray() {
        for (m, k, n) in [(1, 1, 1), (3, 0, 2), (0, 4, 2), (5, 7, 0), (17, 33, 9), (130, 64, 71)] {
            let (a, b) = (matrix(m, k), matrix(k, n));
            assert_eq!(product(a.view(), b.view()), a.dot(&b));
            assert_eq!(serial_product(b.t(), a.t()), b.t().dot(&a.t()));
        }
    }

    #[test]
    fn products_are_added() {
        let (a, b, mut c) = (matrix(9, 5), matrix(5, 7), matrix(9, 7));
        let expected = &c + &a.dot(&b);
        add_serial_product(c.view_mut(), a.view(), b.view());
        assert_eq!(c, expected);
    }

    #[test]
    fn a_gram_matrix_is_the_product_with_the_transpose() {
        for (rows, columns) in [(4, 3), (3, 0), (0, 3), (20, GRAM_BLOCK + 5)] {
            let a = matrix(rows, columns);
            assert_eq!(gram(a.view()), a.t().dot(&a));
        }
    }
}
