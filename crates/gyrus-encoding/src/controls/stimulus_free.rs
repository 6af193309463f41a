//! Features that know where a row stands and nothing of what was said there.
//!
//! Whatever they predict on held-out rows has leaked from neighbouring training rows.

use std::ops::Range;

use ndarray::{Array2, Axis, concatenate};

/// One column per block, which rises from 0 at its first row to 1 at its last and is 0 elsewhere: `(rows, blocks)`.
///
/// Blocks are stretches of the rows, for instance passages; a block of a single row is 0.
///
/// # Panics
/// A block reaches beyond the rows.
pub fn ramps(rows: usize, blocks: &[Range<usize>]) -> Array2<f64> {
    let mut ramps = Array2::zeros((rows, blocks.len()));
    for (column, block) in blocks.iter().enumerate() {
        let last = (block.len().max(2) - 1) as f64;
        for (step, row) in block.clone().enumerate() {
            ramps[[row, column]] = step as f64 / last;
        }
    }
    ramps
}

/// Every `every`-th column of the identity, smoothed within its block: `(rows, columns)`.
///
/// x_ij = exp(-(i - j)^2 / (2 width^2)) for rows i and j = 0, every, 2 every, ... of the same block, else 0;
/// `width` is in rows. Where `every` is small against the width, no detail of the full identity is lost.
///
/// # Panics
/// A block reaches beyond the rows.
pub fn smoothed_identity(rows: usize, blocks: &[Range<usize>], width: f64, every: usize) -> Array2<f64> {
    let centres: Vec<usize> = (0..rows).step_by(every.max(1)).collect();
    let mut identity = Array2::zeros((rows, centres.len()));
    for block in blocks {
        for (column, &j) in centres.iter().enumerate().filter(|(_, j)| block.contains(*j)) {
            for i in block.clone() {
                identity[[i, column]] = (-0.5 * ((i as f64 - j as f64) / width).powi(2)).exp();
            }
        }
    }
    identity
}

/// [`ramps`] and [`smoothed_identity`] side by side, `(rows, blocks + columns)`.
///
/// # Panics
/// A block reaches beyond the rows.
pub fn position_features(rows: usize, blocks: &[Range<usize>], width: f64, every: usize) -> Array2<f64> {
    let (ramps, bumps) = (ramps(rows, blocks), smoothed_identity(rows, blocks, width, every));
    concatenate(Axis(1), &[ramps.view(), bumps.view()]).expect("both have all rows")
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn ramps_rise_within_their_block() {
        let halves = array![[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0]];
        assert_eq!(ramps(5, &[0..3, 3..5]), halves);
        assert_eq!(ramps(2, &[0..1, 1..2]), Array2::<f64>::zeros((2, 2)));
    }

    #[test]
    fn a_narrow_identity_is_the_identity() {
        assert_eq!(smoothed_identity(4, std::slice::from_ref(&(0..4)), 1e-3, 1), Array2::<f64>::eye(4));
    }

    #[test]
    fn both_stand_side_by_side() {
        let features = position_features(8, &[0..4, 4..8], 2.0, 2);
        assert_eq!(features.dim(), (8, 2 + 4));
        assert_eq!((features[[3, 0]], features[[2, 3]]), (1.0, 1.0));
    }

    #[test]
    fn bumps_have_their_width_and_stay_in_their_block() {
        let bumps = smoothed_identity(8, &[0..4, 4..8], 2.0, 2);
        assert_eq!(bumps.dim(), (8, 4));
        assert_eq!((bumps[[2, 1]], bumps[[0, 1]]), (1.0, (-0.5_f64).exp()));
        assert_eq!((bumps[[4, 1]], bumps[[3, 2]]), (0.0, 0.0));
    }
}
