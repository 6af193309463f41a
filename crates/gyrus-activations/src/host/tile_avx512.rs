//! The tile in registers of sixteen numbers: 24 sums, three vectors of the right side, one number of the left at a time.

use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps};

use super::instructions::LANES;
use super::tile::{ROWS, Start, Tile};

/// The sums of a tile.
///
/// # Safety
/// `out` holds `V * LANES` numbers from each of `ROWS` rows on, `right` from each row k on.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn multiply<const V: usize>(tile: Tile<'_>) {
    let mut sums = [[_mm512_setzero_ps(); V]; ROWS];
    if tile.start == Start::Out {
        for (r, sums) in sums.iter_mut().enumerate() {
            for (v, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the caller has made sure of the lengths.
                *sum = unsafe { _mm512_loadu_ps(tile.out.as_ptr().add(r * tile.out_stride + v * LANES)) };
            }
        }
    }
    let mut right = tile.right.as_ptr();
    for left in tile.left {
        let mut b = [_mm512_setzero_ps(); V];
        for (v, b) in b.iter_mut().enumerate() {
            // SAFETY: the caller has made sure of the lengths.
            *b = unsafe { _mm512_loadu_ps(right.add(v * LANES)) };
        }
        right = right.wrapping_add(tile.right_stride);
        for (sums, a) in sums.iter_mut().zip(left) {
            let a = _mm512_set1_ps(*a);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = _mm512_fmadd_ps(a, b, *sum);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        for (v, sum) in sums.iter().enumerate() {
            // SAFETY: the caller has made sure of the lengths.
            unsafe { _mm512_storeu_ps(tile.out.as_mut_ptr().add(r * tile.out_stride + v * LANES), *sum) };
        }
    }
}
