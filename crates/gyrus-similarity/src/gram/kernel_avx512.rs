//! The innermost product in registers of sixteen numbers: 24 sums, three vectors of the right side, one number of the left
//! at a time.

use std::arch::x86_64::{
    __m512, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps,
};

use super::kernel::ROWS;
use super::packed::{Column, SIDE};

/// Numbers in a register.
const LANES: usize = 16;

/// Adds the products of eight rows of `left` from `first` on with the first `columns` rows of `right` to `sums`; see
/// [`super::kernel::add`].
///
/// # Panics
/// There are not so many rows, or `sums` has not room for them.
#[target_feature(enable = "avx512f")]
pub(super) fn add(left: &[Column], right: &[Column], first: usize, columns: usize, sums: &mut [f64], stride: usize) {
    match columns.div_ceil(LANES) {
        1 => add_vectors::<1>(left, right, first, sums, stride),
        2 => add_vectors::<2>(left, right, first, sums, stride),
        _ => add_vectors::<3>(left, right, first, sums, stride),
    }
}

#[target_feature(enable = "avx512f")]
fn add_vectors<const V: usize>(left: &[Column], right: &[Column], first: usize, sums: &mut [f64], stride: usize) {
    assert!(first + ROWS <= SIDE && V * LANES <= SIDE, "rows of a block");
    let mut products = [[_mm512_setzero_ps(); V]; ROWS];
    for (left, right) in left.iter().zip(right) {
        let b = vectors::<V>(right);
        for (products, a) in products.iter_mut().zip(&left[first..first + ROWS]) {
            let a = _mm512_set1_ps(*a);
            for (product, b) in products.iter_mut().zip(b) {
                *product = _mm512_fmadd_ps(a, b, *product);
            }
        }
    }
    products.iter().zip(sums.chunks_mut(stride)).for_each(|(products, sums)| add_to(sums, products));
}

/// Adds the products of each of 48 rows with itself to `sums`.
#[target_feature(enable = "avx512f")]
pub(super) fn add_squares(block: &[Column], sums: &mut [f64]) {
    let mut squares = [_mm512_setzero_ps(); SIDE / LANES];
    for column in block {
        for (square, x) in squares.iter_mut().zip(vectors::<{ SIDE / LANES }>(column)) {
            *square = _mm512_fmadd_ps(x, x, *square);
        }
    }
    add_to(sums, &squares);
}

#[inline]
#[target_feature(enable = "avx512f")]
fn vectors<const V: usize>(column: &Column) -> [__m512; V] {
    let mut vectors = [_mm512_setzero_ps(); V];
    for (vector, values) in vectors.iter_mut().zip(column.as_chunks::<LANES>().0) {
        // SAFETY: there are sixteen numbers.
        *vector = unsafe { _mm512_loadu_ps(values.as_ptr()) };
    }
    vectors
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add_to(sums: &mut [f64], vectors: &[__m512]) {
    for (sums, vector) in sums.as_chunks_mut::<LANES>().0.iter_mut().zip(vectors) {
        let mut values = [0.0; LANES];
        // SAFETY: there is room for sixteen numbers.
        unsafe { _mm512_storeu_ps(values.as_mut_ptr(), *vector) };
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(value));
    }
}
