//! Squared Euclidean distances of every two rows, from products of 32-bit floats whose long sums are 64-bit.

use rayon::prelude::*;

use crate::gram::{Packed, Part, Tile};

/// Number of pairs of `n` rows.
pub(super) fn n_pairs(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// `of` the squared distance of every two of `rows` (n, p), row after row above the diagonal.
///
/// Rows that are the same are at distance 0 and equally far from every other row, whatever rounding does; else it would
/// break the ties that ranks are made for.
pub(super) fn condensed(rows: &Packed, of: impl Fn(f64) -> f64 + Sync) -> Vec<f32> {
    let (n, norms, strips) = (rows.n_rows(), rows.squared_norms(), rows.strips());
    let mut all = vec![0.0; n_pairs(n)];
    let (mut rest, mut parts) = (&mut all[..], Vec::new());
    for strip in &strips {
        let of_strip = rows.rows_of(strip);
        let (part, later) = rest.split_at_mut(start(n, of_strip.end) - start(n, of_strip.start));
        parts.push((strip, part));
        rest = later;
    }
    parts.into_par_iter().for_each(|(strip, part)| {
        let (mut tile, first_row) = (Tile::default(), rows.rows_of(strip).start);
        for columns in strips.iter().filter(|columns| columns.start >= strip.start) {
            tile.fill((rows, strip), (rows, columns), if columns == strip { Part::Upper } else { Part::Whole });
            let others = rows.rows_of(columns);
            for (at, i) in rows.rows_of(strip).enumerate() {
                let first = others.start.max(i + 1);
                let to =
                    &mut part[start(n, i) - start(n, first_row) + first - i - 1..][..others.end.saturating_sub(first)];
                for ((to, norm), product) in
                    to.iter_mut().zip(&norms[first..]).zip(&tile.row(at)[first - others.start..])
                {
                    let squared = norms[i] + norm - 2.0 * product;
                    // Adding 0 makes a negative zero positive, as the order of bits wants it.
                    *to = (of(squared.max(0.0)) + 0.0) as f32;
                }
            }
        }
    });
    all
}

/// Where the pairs of a row with later rows begin.
fn start(n: usize, row: usize) -> usize {
    row * (2 * n - row).saturating_sub(1) / 2
}
