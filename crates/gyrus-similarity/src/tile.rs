//! Cuts the rows into stretches whose Gram tiles fit into memory.
//!
//! The cut depends on the data's shapes and the budget only, never on the number of threads, so that results do not.

use std::ops::Range;

/// Largest side of a tile in rows: above this, tiles leave the cache and gain nothing.
const LARGEST: usize = 512;

/// Smallest side of a tile in rows, used however small the budget is.
const SMALLEST: usize = 16;

/// Columns that are centred and multiplied at a time.
pub(crate) const PANEL: usize = 256;

/// Stretches of equal length, save the last, that cover `n` rows; the tiles of `layers` representations, with a panel of
/// up to `width` columns for each side, take at most `memory` bytes unless even the smallest take more.
pub(crate) fn stretches(n: usize, layers: usize, width: usize, memory: usize) -> Vec<Range<usize>> {
    let panel = width.min(PANEL);
    let bytes = |side: usize| size_of::<f64>().saturating_mul(layers).saturating_mul(side * side + 2 * side * panel);
    let largest = (SMALLEST..=LARGEST).rev().find(|&side| bytes(side) <= memory).unwrap_or(SMALLEST);
    let side = n.div_ceil(n.div_ceil(largest).max(1)).max(1);
    (0..n).step_by(side).map(|start| start..(start + side).min(n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_cover_the_rows_once_whatever_the_budget() {
        for n in [1, 4, 15, 16, 17, 511, 512, 513, 2088] {
            for memory in [0, 1 << 16, 1 << 22, usize::MAX] {
                let rows: Vec<usize> = stretches(n, 18, 128, memory).into_iter().flatten().collect();
                assert_eq!(rows, (0..n).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_larger_budget_gives_larger_tiles_up_to_a_limit() {
        let side = |memory| stretches(10_000, 4, 64, memory)[0].len();
        assert!(side(0) <= SMALLEST && side(1 << 20) > side(0) && side(usize::MAX) <= LARGEST);
        assert!(side(usize::MAX) > side(1 << 20));
    }
}
