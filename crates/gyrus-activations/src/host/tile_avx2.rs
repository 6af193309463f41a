//! The tile in registers of eight numbers, in parts of four rows and up to 24 columns, and the turning of eight rows.

use std::arch::x86_64::{
    _mm256_broadcast_ss, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_permute2f128_ps, _mm256_setzero_ps,
    _mm256_shuffle_ps, _mm256_storeu_ps, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};

use super::tile::{ROWS, Start, Tile};

/// Numbers in a register.
const WIDTH: usize = 8;

/// Rows of a part.
const PART: usize = 4;

/// The sums of a tile.
///
/// # Safety
/// `out` holds `V * LANES` numbers from each of `ROWS` rows on, `right` from each row k on.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn multiply<const V: usize>(mut tile: Tile<'_>) {
    for row in (0..ROWS).step_by(PART) {
        // SAFETY: the caller has made sure of the lengths.
        unsafe {
            match V {
                1 => part::<2>(&mut tile, row, 0),
                2 => {
                    part::<2>(&mut tile, row, 0);
                    part::<2>(&mut tile, row, 2 * WIDTH);
                }
                _ => {
                    part::<3>(&mut tile, row, 0);
                    part::<3>(&mut tile, row, 3 * WIDTH);
                }
            }
        }
    }
}

/// Four rows from `row` on, `N` times eight columns from `column` on.
///
/// # Safety
/// As for [`multiply`].
#[target_feature(enable = "avx2,fma")]
unsafe fn part<const N: usize>(tile: &mut Tile<'_>, row: usize, column: usize) {
    let mut sums = [[_mm256_setzero_ps(); N]; PART];
    let out = tile.out.as_mut_ptr().wrapping_add(row * tile.out_stride + column);
    if tile.start == Start::Out {
        for (r, sums) in sums.iter_mut().enumerate() {
            for (n, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the caller has made sure of the lengths.
                *sum = unsafe { _mm256_loadu_ps(out.add(r * tile.out_stride + n * WIDTH)) };
            }
        }
    }
    let mut right = tile.right.as_ptr().wrapping_add(column);
    for left in tile.left {
        let mut b = [_mm256_setzero_ps(); N];
        for (n, b) in b.iter_mut().enumerate() {
            // SAFETY: the caller has made sure of the lengths.
            *b = unsafe { _mm256_loadu_ps(right.add(n * WIDTH)) };
        }
        right = right.wrapping_add(tile.right_stride);
        for (sums, a) in sums.iter_mut().zip(&left[row..row + PART]) {
            let a = _mm256_broadcast_ss(a);
            for (sum, b) in sums.iter_mut().zip(b) {
                *sum = _mm256_fmadd_ps(a, b, *sum);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        for (n, sum) in sums.iter().enumerate() {
            // SAFETY: the caller has made sure of the lengths.
            unsafe { _mm256_storeu_ps(out.add(r * tile.out_stride + n * WIDTH), *sum) };
        }
    }
}

/// Rows become columns: eight numbers of each of eight rows, at `columns` of `rows`, to eight rows `stride` apart.
///
/// # Safety
/// Every row holds eight numbers from `column` on; `out` holds eight numbers from each of eight rows on.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn turn(rows: &[&[f32]; ROWS], column: usize, out: *mut f32, stride: usize) {
    let mut x = [_mm256_setzero_ps(); ROWS];
    for (x, row) in x.iter_mut().zip(rows) {
        // SAFETY: the caller has made sure of the lengths.
        *x = unsafe { _mm256_loadu_ps(row.as_ptr().add(column)) };
    }
    let mut pairs = x;
    for i in (0..ROWS).step_by(2) {
        pairs[i] = _mm256_unpacklo_ps(x[i], x[i + 1]);
        pairs[i + 1] = _mm256_unpackhi_ps(x[i], x[i + 1]);
    }
    let mut fours = pairs;
    for i in [0, 4] {
        fours[i] = _mm256_shuffle_ps::<0x44>(pairs[i], pairs[i + 2]);
        fours[i + 1] = _mm256_shuffle_ps::<0xee>(pairs[i], pairs[i + 2]);
        fours[i + 2] = _mm256_shuffle_ps::<0x44>(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = _mm256_shuffle_ps::<0xee>(pairs[i + 1], pairs[i + 3]);
    }
    for i in 0..4 {
        let low = _mm256_permute2f128_ps::<0x20>(fours[i], fours[i + 4]);
        let high = _mm256_permute2f128_ps::<0x31>(fours[i], fours[i + 4]);
        // SAFETY: the caller has made sure of the lengths.
        unsafe {
            _mm256_storeu_ps(out.add(i * stride), low);
            _mm256_storeu_ps(out.add((i + 4) * stride), high);
        }
    }
}
