//! One walk over the tiles of all representations' Gram matrices.
//!
//! With K = XX' of centred X, the walk collects sum_{a != b} K_ab L_ab for every pair and the diagonal of every K, which
//! is all that CKA needs: the rows of a centred K sum to 0.
//! Cost is one Gram matrix per representation plus one symmetric update; memory is one tile per representation.

use std::ops::Range;

use gemm::{Parallelism, gemm};
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::centred::Centred;
use crate::tile::PANEL;

/// Tile entries whose products are summed as one unit of work.
const CHUNK: usize = 8192;

/// What the walk collects.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GramSums {
    /// sum_{a != b} K_ab L_ab for each pair (layers, layers).
    pub(crate) off_diagonal: Array2<f64>,
    /// K_aa for each representation and row (layers, n).
    pub(crate) diagonals: Array2<f64>,
}

/// Walks the tiles between `stretches` of rows, telling `progress` how many of how many are done.
pub(crate) fn walk(layers: &[Centred], stretches: &[Range<usize>], progress: &mut dyn FnMut(u64, u64)) -> GramSums {
    let n = stretches.last().map_or(0, |last| last.end);
    let side = stretches.first().map_or(0, |first| first.len());
    let mut off_diagonal = Array2::zeros((layers.len(), layers.len()));
    let mut diagonals = Array2::zeros((layers.len(), n));
    let mut memory = vec![0.0; layers.len() * side * side];
    let total = (stretches.len() * (stretches.len() + 1) / 2) as u64;
    let mut done = 0;
    for (i, rows) in stretches.iter().enumerate() {
        for columns in &stretches[i..] {
            let entries = rows.len() * columns.len();
            let tiles = &mut memory[..layers.len() * entries];
            tiles.par_chunks_mut(entries).zip(layers).for_each(|(tile, layer)| fill(tile, layer, rows, columns));
            if rows == columns {
                take_diagonals(tiles, rows, &mut diagonals);
            }
            // A tile off the diagonal stands for its mirror image as well.
            let weight = if rows == columns { 1.0 } else { 2.0 };
            off_diagonal.scaled_add(weight, &outer(tiles, layers.len(), entries));
            done += 1;
            progress(done, total);
        }
    }
    GramSums { off_diagonal, diagonals }
}

/// The tile X_rows X_columns' of one representation, summed over panels of its columns.
fn fill(tile: &mut [f64], layer: &Centred, rows: &Range<usize>, columns: &Range<usize>) {
    tile.fill(0.0);
    for start in (0..layer.width()).step_by(PANEL) {
        let panel = start..(start + PANEL).min(layer.width());
        let mut left = Array2::zeros((rows.len(), panel.len()));
        layer.write(rows.clone(), panel.clone(), left.view_mut());
        if rows == columns {
            add_product(tile, left.view(), left.t());
        } else {
            let mut right = Array2::zeros((columns.len(), panel.len()));
            layer.write(columns.clone(), panel, right.view_mut());
            add_product(tile, left.view(), right.t());
        }
    }
}

/// Moves the diagonals of tiles on the diagonal to (layers, n) and leaves zeros, as the unbiased estimate wants.
fn take_diagonals(tiles: &mut [f64], rows: &Range<usize>, diagonals: &mut Array2<f64>) {
    let side = rows.len();
    for (tile, mut diagonal) in tiles.chunks_mut(side * side).zip(diagonals.axis_iter_mut(Axis(0))) {
        for (entry, row) in tile.iter_mut().step_by(side + 1).zip(rows.clone()) {
            diagonal[row] = std::mem::take(entry);
        }
    }
}

/// T T' for tiles as the rows of T (layers, entries), in units whose order of summation is fixed.
fn outer(tiles: &[f64], layers: usize, entries: usize) -> Array2<f64> {
    let tiles = ArrayView2::from_shape((layers, entries), tiles).expect("one tile of that many entries per layer");
    let unit = |start: usize| {
        let unit = tiles.slice(s![.., start..(start + CHUNK).min(entries)]);
        let mut sum = vec![0.0; layers * layers];
        add_product(&mut sum, unit, unit.t());
        sum
    };
    let starts: Vec<usize> = (0..entries).step_by(CHUNK).collect();
    let units: Vec<Vec<f64>> = starts.into_par_iter().map(unit).collect();
    let mut sum = Array2::zeros((layers, layers));
    for unit in units {
        sum.iter_mut().zip(unit).for_each(|(sum, unit)| *sum += unit);
    }
    sum
}

/// C += A B for row-major C, on the calling thread.
fn add_product(c: &mut [f64], a: ArrayView2<f64>, b: ArrayView2<f64>) {
    let ((m, k), n) = (a.dim(), b.ncols());
    assert_eq!((k, m * n), (b.nrows(), c.len()), "sizes of a product agree");
    let stride = |view: &ArrayView2<f64>, axis: usize| view.stride_of(Axis(axis));
    // SAFETY: A and B are valid for their shapes and strides, C holds m rows of n and is borrowed mutably so it
    // overlaps neither, and the assertion above makes the sizes agree.
    unsafe {
        gemm(
            m,
            n,
            k,
            c.as_mut_ptr(),
            1,
            n as isize,
            true,
            a.as_ptr(),
            stride(&a, 1),
            stride(&a, 0),
            b.as_ptr(),
            stride(&b, 1),
            stride(&b, 0),
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
