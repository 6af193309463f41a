//! The innermost product: eight rows by up to three times sixteen columns, summed over k in registers.
//!
//! Every sum runs over k in ascending order, one term at a time, so it depends neither on the tile's neighbours
//! nor on how work was cut for threads.

use super::instructions::{Instructions, LANES, Set, multiply_add};
#[cfg(target_arch = "x86_64")]
use super::{tile_avx2, tile_avx512};

/// Rows of a tile.
pub(super) const ROWS: usize = 8;

/// Most lanes' widths in a row of a tile.
pub(super) const VECTORS: usize = 3;

/// Columns of a tile at most.
pub(super) const COLUMNS: usize = VECTORS * LANES;

/// Where a sum starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// At zero.
    Zero,
    /// At what stands in `out`.
    Out,
}

/// out_rc = start_rc + sum over k of left_kr right_kc for `ROWS` rows and `columns` columns.
pub(super) struct Tile<'a> {
    /// `(k, ROWS)`.
    pub(super) left: &'a [[f32; ROWS]],
    /// Row k starts at k `right_stride`.
    pub(super) right: &'a [f32],
    pub(super) right_stride: usize,
    /// Row r starts at r `out_stride`.
    pub(super) out: &'a mut [f32],
    pub(super) out_stride: usize,
    pub(super) start: Start,
}

impl Tile<'_> {
    /// The sums, for `V` times `LANES` columns.
    ///
    /// # Panics
    /// If `right` or `out` is too short.
    #[inline(always)]
    pub(super) fn multiply<const V: usize>(self, instructions: Instructions) {
        assert!(V <= VECTORS && self.out.len() >= (ROWS - 1) * self.out_stride + V * LANES, "room for every row");
        let Some(last) = self.left.len().checked_sub(1) else { return self.clear::<V>() };
        assert!(self.right.len() >= last * self.right_stride + V * LANES, "numbers for every k");
        match instructions.set() {
            Set::Plain => self.plain::<V, { cfg!(target_arch = "aarch64") }>(),
            // SAFETY: the features were found on this machine, and the lengths were checked above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { tile_avx2::multiply::<V>(self) },
            // SAFETY: the features were found on this machine, and the lengths were checked above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { tile_avx512::multiply::<V>(self) },
        }
    }

    /// The same for a number of vectors that is known as the program runs.
    #[inline(always)]
    pub(super) fn multiply_any(self, vectors: usize, instructions: Instructions) {
        match vectors {
            1 => self.multiply::<1>(instructions),
            2 => self.multiply::<2>(instructions),
            _ => self.multiply::<3>(instructions),
        }
    }

    /// The sum of no terms.
    fn clear<const V: usize>(self) {
        if self.start == Start::Zero {
            for row in self.out.chunks_mut(self.out_stride).take(ROWS) {
                row[..V * LANES].fill(0.0);
            }
        }
    }

    fn plain<const V: usize, const FUSED: bool>(mut self) {
        for row in (0..ROWS).step_by(2) {
            for v in 0..V {
                self.plain_part::<FUSED>(row, v * LANES);
            }
        }
    }

    /// Two rows of `LANES` columns.
    fn plain_part<const FUSED: bool>(&mut self, row: usize, column: usize) {
        let mut sums = [[0.0; LANES]; 2];
        for (r, sums) in sums.iter_mut().enumerate().filter(|_| self.start == Start::Out) {
            sums.copy_from_slice(&self.out[(row + r) * self.out_stride + column..][..LANES]);
        }
        for (left, right) in self.left.iter().zip(self.right.chunks(self.right_stride)) {
            let right = &right[column..column + LANES];
            for (sums, a) in sums.iter_mut().zip(&left[row..row + 2]) {
                for (sum, b) in sums.iter_mut().zip(right) {
                    *sum = multiply_add::<FUSED>(*a, *b, *sum);
                }
            }
        }
        for (r, sums) in sums.iter().enumerate() {
            self.out[(row + r) * self.out_stride + column..][..LANES].copy_from_slice(sums);
        }
    }
}
