//! Squared Euclidean distances of every two rows, from products of 32-bit floats whose long sums are 64-bit.

use std::ops::Range;

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use crate::stretch::even;
use crate::tiles::Tile;

/// Rows of a tile of products.
const SIDE: usize = 384;

/// Bytes of a tile and the panel that is added to it.
pub(super) const TILE: usize = SIDE * SIDE * (size_of::<f64>() + size_of::<f32>());

/// Rows of the small tiles that the squared norms are the diagonals of.
const NORMS: usize = 16;

/// Number of pairs of `n` rows.
pub(super) fn n_pairs(n: usize) -> usize {
    n * n.saturating_sub(1) / 2
}

/// `of` the squared distance of every two of `rows` (n, p), row after row above the diagonal.
///
/// Rows that are the same are multiplied once, so that they are at distance 0 and equally far from every other row,
/// whatever rounding does; else it would break the ties that ranks are made for.
pub(super) fn condensed(rows: ArrayView2<f32>, of: impl Fn(f64) -> f64 + Sync) -> Vec<f32> {
    let (kinds, n_kinds) = kinds(rows);
    if n_kinds == rows.nrows() {
        return of_different(rows, of);
    }
    let mut first = vec![usize::MAX; n_kinds];
    (0..rows.nrows()).rev().for_each(|row| first[kinds[row]] = row);
    let of_kinds = of_different(rows.select(Axis(0), &first).view(), of);
    let mut all = Vec::with_capacity(n_pairs(rows.nrows()));
    for i in 0..rows.nrows() {
        all.extend(kinds[i + 1..].iter().map(|&other| {
            let (a, b) = (kinds[i].min(other), kinds[i].max(other));
            if a == b { 0.0 } else { of_kinds[start(n_kinds, a) + b - a - 1] }
        }));
    }
    all
}

/// A number for each row, the same for rows that are the same, and how many numbers there are.
fn kinds(rows: ArrayView2<f32>) -> (Vec<usize>, usize) {
    let compare = |&a: &usize, &b: &usize| {
        let bits = |row: usize| rows.row(row).into_iter().map(|value| value.to_bits());
        bits(a).cmp(bits(b))
    };
    let mut order: Vec<usize> = (0..rows.nrows()).collect();
    order.par_sort_by(compare);
    let (mut kinds, mut kind) = (vec![0; rows.nrows()], 0);
    for same in order.chunk_by(|a, b| compare(a, b).is_eq()) {
        same.iter().for_each(|&row| kinds[row] = kind);
        kind += 1;
    }
    (kinds, kind)
}

fn of_different(rows: ArrayView2<f32>, of: impl Fn(f64) -> f64 + Sync) -> Vec<f32> {
    let n = rows.nrows();
    let norms = norms(rows);
    let strips = even(n, SIDE);
    let mut all = vec![0.0; n_pairs(n)];
    let (mut rest, mut parts) = (&mut all[..], Vec::new());
    for strip in &strips {
        let (part, later) = rest.split_at_mut(start(n, strip.end) - start(n, strip.start));
        parts.push((strip, part));
        rest = later;
    }
    parts.into_par_iter().for_each(|(strip, part)| {
        let mut tile = Tile::default();
        for columns in strips.iter().filter(|columns| columns.start >= strip.start) {
            let products = tile.of(rows, strip, columns);
            for (i, products) in strip.clone().zip(products.rows()) {
                let first = columns.start.max(i + 1);
                let at = start(n, i) - start(n, strip.start) + first - i - 1;
                let to = &mut part[at..at + columns.end.saturating_sub(first)];
                for (to, j) in to.iter_mut().zip(first..) {
                    let squared = norms[i] + norms[j] - 2.0 * products[j - columns.start];
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

fn norms(rows: ArrayView2<f32>) -> Vec<f64> {
    let norms = |rows_of_tile: &Range<usize>| Tile::default().of(rows, rows_of_tile, rows_of_tile).diag().to_vec();
    even(rows.nrows(), NORMS).par_iter().map(norms).collect::<Vec<_>>().concat()
}
