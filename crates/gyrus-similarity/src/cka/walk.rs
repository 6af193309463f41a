//! One walk over the tiles of all representations' Gram matrices.
//!
//! With K = XX' of centred X, the walk collects sum_{a != b} K_ab L_ab for every pair of representations.
//! Cost is one Gram matrix per representation, of which only the tiles on and above the diagonal are computed, plus one
//! symmetric update; memory is one tile per representation.
//! Tiles are f32, sums of their products f64.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

use super::cells::Cells;
use super::strip_pair::{Panels, StripPair, Unit};
use crate::centred::Centred;
use crate::product::{Before, multiply};
use crate::representation::Representation;

/// Entries whose products are summed in f32.
const CHUNK: usize = 4096;

/// Layers that are multiplied with each other at a time, so that pairs below the diagonal are mostly left out.
const LAYERS: usize = 96;

/// Numbers of a line of a cache.
const LINE: usize = 16;

/// Units whose sums are held at a time.
const UNITS: usize = 32;

/// sum of K_ab L_ab over pairs of rows a, b, for each pair of representations.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PairSums {
    /// Over all pairs of different rows.
    pub(crate) all: Traces,
    /// Over pairs of rows that are far from each other, where not all different ones are.
    far: Option<Traces>,
}

/// Sums of products, each `(layers, layers)` and symmetric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Traces {
    pub(crate) sum: Array2<f64>,
    /// Of the pairs with a row of each group; empty if there is one group.
    pub(crate) with_group: Vec<Array2<f64>>,
}

/// Walks the tiles between strips, telling `progress` how many of how many are done; rows are far where they are more than
/// `gap` apart.
pub(crate) fn walk<R: Representation>(
    layers: &[Centred<R>],
    cells: &Cells,
    gap: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> PairSums {
    let zeros = || Traces::zeros(layers.len(), cells.groups.len());
    let mut sums = PairSums { all: zeros(), far: (gap > 0).then(zeros) };
    let side = apart(cells.largest_tile());
    let mut memory = vec![0.0; layers.len() * side];
    let total = (cells.strips.len() * (cells.strips.len() + 1) / 2) as u64;
    let mut done = 0;
    for (i, left) in cells.strips.iter().enumerate() {
        for (j, right) in cells.strips.iter().enumerate().skip(i) {
            let pair = StripPair::new(left, right, i == j);
            let tiles = memory.par_chunks_mut(side).zip(layers);
            tiles.for_each_init(Panels::default, |panels, (tile, layer)| pair.fill(tile, layer, panels));
            let units = pair.units();
            sums.all.add(&memory, &units, layers.len());
            if let Some(far) = &mut sums.far {
                memory.par_chunks_mut(side).for_each(|tile| pair.clear_near(tile, gap));
                far.add(&memory, &units, layers.len());
            }
            done += 1;
            progress(done, total);
        }
    }
    sums.all.mirror();
    sums.far.iter_mut().for_each(Traces::mirror);
    sums
}

/// The fewest numbers, no fewer than `entries`, from one tile to the next for which the same entry of many tiles lies in
/// different sets of a cache: an odd number of lines. Tiles a multiple of a page apart would share one set, and packing a
/// few of their columns takes twice as long.
fn apart(entries: usize) -> usize {
    (entries.div_ceil(LINE) | 1) * LINE
}

impl PairSums {
    /// Over pairs of rows that are far from each other.
    pub(crate) fn far(&self) -> &Traces {
        self.far.as_ref().unwrap_or(&self.all)
    }
}

impl Traces {
    fn zeros(layers: usize, groups: usize) -> Self {
        let zeros = || Array2::zeros((layers, layers));
        let groups = if groups > 1 { groups } else { 0 };
        Self { sum: zeros(), with_group: (0..groups).map(|_| zeros()).collect() }
    }

    /// Adds twice the products of `units` of the tiles: an entry stands for its mirror image as well.
    fn add(&mut self, tiles: &[f32], units: &[Unit], layers: usize) {
        if layers == 0 {
            return;
        }
        let side = tiles.len() / layers;
        let tiles = ArrayView2::from_shape((layers, side), tiles).expect("one tile per layer");
        for units in units.chunks(UNITS) {
            let products: Vec<_> = units.par_iter().map(|unit| outer(tiles, &unit.entries)).collect();
            for (unit, product) in units.iter().zip(products) {
                let (one, other) = unit.groups;
                self.sum.scaled_add(2.0, &product);
                if let Some(sum) = self.with_group.get_mut(one) {
                    sum.scaled_add(2.0, &product);
                }
                if one != other {
                    self.with_group[other].scaled_add(2.0, &product);
                }
            }
        }
    }

    /// Copies what was summed above the diagonal below it.
    fn mirror(&mut self) {
        for sum in std::iter::once(&mut self.sum).chain(&mut self.with_group) {
            for row in 0..sum.nrows() {
                for column in 0..row {
                    sum[[row, column]] = sum[[column, row]];
                }
            }
        }
    }
}

/// T T' over some `entries` of the tiles T (layers, entries), on and above the diagonal.
fn outer(tiles: ArrayView2<f32>, entries: &Range<usize>) -> Array2<f64> {
    let layers = tiles.nrows();
    let mut sum = Array2::<f64>::zeros((layers, layers));
    let mut product = Array2::<f32>::zeros((LAYERS.min(layers), layers));
    for start in entries.clone().step_by(CHUNK) {
        let chunk = tiles.slice(s![.., start..(start + CHUNK).min(entries.end)]);
        for first in (0..layers).step_by(LAYERS) {
            let end = (first + LAYERS).min(layers);
            let mut product = product.slice_mut(s![..end - first, first..]);
            multiply(
                product.view_mut(),
                Before::Overwritten,
                chunk.slice(s![first..end, ..]),
                chunk.slice(s![first.., ..]).t(),
            );
            let mut sum = sum.slice_mut(s![first..end, first..]);
            sum.zip_mut_with(&product, |sum, product| *sum += f64::from(*product));
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_are_an_odd_number_of_lines_apart() {
        for entries in [0, 1, 16, 17, 800 * 800, 1024 * 1024] {
            let found = apart(entries);
            assert!(
                (entries..entries + 2 * LINE + 1).contains(&found) && found % (2 * LINE) == LINE,
                "{entries}: {found}"
            );
        }
    }
}
