//! The innermost product: a block of rows with another, summed over some columns in 32-bit floats.

use ndarray::{Array2, ArrayView2};

#[cfg(target_arch = "x86_64")]
use super::kernel_avx512;
use super::packed::{Column, SIDE};
use crate::product::{Before, multiply};

/// Rows that are multiplied at a time.
pub(super) const ROWS: usize = 8;

/// Adds the products of the first `m` rows of `left` with the first `n` of `right`, summed over their columns, to `sums`,
/// whose row r starts at r `stride`; other rows of both may be multiplied as well.
///
/// # Panics
/// The columns are not as many, or `sums` has not room for all rows of a block.
pub(super) fn add(left: &[Column], right: &[Column], (m, n): (usize, usize), sums: &mut [f64], stride: usize) {
    assert_eq!(left.len(), right.len(), "as many columns on both sides");
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        for (part, sums) in sums.chunks_mut(ROWS * stride).enumerate().take(m.div_ceil(ROWS)) {
            // SAFETY: the instructions were found on this machine.
            unsafe { kernel_avx512::add(left, right, part * ROWS, n, sums, stride) };
        }
        return;
    }
    add_anywhere(left, right, sums, stride);
}

/// Adds the product of each row of a block with itself, the same as [`add`], to `sums`.
pub(super) fn add_squares(block: &[Column], sums: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") {
        // SAFETY: the instructions were found on this machine.
        return unsafe { kernel_avx512::add_squares(block, sums) };
    }
    let mut products = vec![0.0; SIDE * SIDE];
    add_anywhere(block, block, &mut products, SIDE);
    sums.iter_mut().zip(products.iter().step_by(SIDE + 1)).for_each(|(sum, product)| *sum += product);
}

/// The products of all rows with the instructions that every machine has, through the gemm crate.
fn add_anywhere(left: &[Column], right: &[Column], sums: &mut [f64], stride: usize) {
    let mut products = Array2::<f32>::zeros((SIDE, SIDE));
    multiply(products.view_mut(), Before::Overwritten, view(left).reversed_axes(), view(right));
    for (sums, products) in sums.chunks_mut(stride).zip(products.outer_iter()) {
        sums.iter_mut().zip(products).for_each(|(sum, product)| *sum += f64::from(*product));
    }
}

/// As (columns, rows).
fn view(columns: &[Column]) -> ArrayView2<'_, f32> {
    ArrayView2::from_shape((columns.len(), SIDE), columns.as_flattened()).expect("whole columns")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::gaussian;

    #[test]
    fn all_instructions_give_the_same_but_for_rounding() {
        let block =
            |seed| -> Vec<Column> { gaussian(300, SIDE, seed).as_slice().expect("rows").as_chunks().0.to_vec() };
        let (left, right) = (block(1), block(2));
        let (mut widest, mut anywhere) = (vec![1.0; SIDE * SIDE], vec![1.0; SIDE * SIDE]);
        add(&left, &right, (SIDE, SIDE), &mut widest, SIDE);
        add_anywhere(&left, &right, &mut anywhere, SIDE);
        assert!(widest.iter().zip(&anywhere).all(|(a, b)| (a - b).abs() < 1e-4));
        let (mut own, mut squares) = (vec![0.0; SIDE * SIDE], vec![0.0; SIDE]);
        add(&left, &left, (SIDE, SIDE), &mut own, SIDE);
        add_squares(&left, &mut squares);
        assert!(squares.iter().eq(own.iter().step_by(SIDE + 1)));
    }
}
