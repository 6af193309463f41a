//! Whole Gram matrices of a few representations, whose rows can meet in any order.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use super::far_pairs::{FarPairs, near};
use super::hsic::beyond_rounding;
use super::margins::Margins;
use super::null::Order;
use super::stack;
use crate::centred::Centred;
use crate::product::{Before, multiply};
use crate::representation::Representation;

/// Columns that are centred and multiplied at a time.
const PANEL: usize = 512;

/// Rows of a Gram matrix that are computed at a time.
const ROWS: usize = 256;

/// Entries whose products are summed in f32.
const CHUNK: usize = 4096;

/// Gram matrices of some representations, without what a row adds to all its pairs; see [`FarPairs`].
pub(crate) struct Grams {
    /// K_ab - f_a - f_b of each, 0 for rows that are not far, `(layers, n n)`.
    entries: Array2<f32>,
    /// Sum of the squares, NaN where they are no more than rounding.
    own: Vec<f64>,
}

impl Grams {
    pub(crate) fn new<R: Representation>(
        layers: &[Centred<R>],
        margins: &[Margins],
        far: &FarPairs,
        gap: usize,
    ) -> Self {
        let n = far.n();
        let shares = far.shares(&stack(margins, |m| m.far_rows.sum_axis(Axis(0))));
        let mut entries = vec![0.0; layers.len() * n * n];
        let one = |((gram, layer), shares): ((&mut [f32], &Centred<R>), ArrayView1<f64>)| {
            fill(gram, layer, n);
            clear_near(gram, n, gap);
            let size = squares(gram);
            subtract(gram, shares, gap);
            beyond_rounding(squares(gram), size)
        };
        let shares: Vec<_> = shares.outer_iter().collect();
        let own = entries.par_chunks_mut(n * n).zip(layers).zip(shares).map(one).collect();
        Self { entries: Array2::from_shape_vec((layers.len(), n * n), entries).expect("one matrix per layer"), own }
    }

    /// HSIC of each with itself, NaN where it is no more than rounding.
    pub(crate) fn own(&self) -> &[f64] {
        &self.own
    }

    /// Unbiased HSIC of all pairs, with the rows of `other` in `order`: sum over a, b of K_ab L_pq, with p and q the a-th and
    /// the b-th row of `order`.
    pub(crate) fn unbiased(&self, other: &Self, order: &Order) -> Array2<f64> {
        let n = self.entries.ncols().isqrt();
        let mut sums = Chunked::new((self.entries.nrows(), other.entries.nrows()));
        let mut begins = 0;
        for (at, stretch) in order.iter().enumerate() {
            for (row, moved) in stretch.clone().enumerate() {
                let own = begins + row;
                let mut column = own + 1;
                for (next, stretch) in order.iter().enumerate().skip(at) {
                    let start = if next == at { moved + 1 } else { stretch.start };
                    let length = stretch.end.saturating_sub(start);
                    let left = own * n + column..own * n + column + length;
                    let right = moved * n + start..moved * n + start + length;
                    sums.add(self.entries.slice(s![.., left]), other.entries.slice(s![.., right]));
                    column += length;
                }
            }
            begins += stretch.len();
        }
        sums.finish() * 2.0
    }
}

/// Sums of products that leave f32 every so many entries.
struct Chunked {
    sum: Array2<f64>,
    part: Array2<f32>,
    entries: usize,
}

impl Chunked {
    fn new(shape: (usize, usize)) -> Self {
        Self { sum: Array2::zeros(shape), part: Array2::zeros(shape), entries: 0 }
    }

    fn add(&mut self, left: ArrayView2<f32>, right: ArrayView2<f32>) {
        multiply(self.part.view_mut(), Before::Kept, left, right.t());
        self.entries += left.ncols();
        if self.entries >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.sum.zip_mut_with(&self.part, |sum, part| *sum += f64::from(*part));
        self.part.fill(0.0);
        self.entries = 0;
    }

    fn finish(mut self) -> Array2<f64> {
        self.flush();
        self.sum
    }
}

/// XX' of one representation, (n, n) row after row.
fn fill<R: Representation>(gram: &mut [f32], layer: &Centred<R>, n: usize) {
    for start in (0..layer.width()).step_by(PANEL) {
        let columns = start..(start + PANEL).min(layer.width());
        let mut x = vec![0.0; n * columns.len()];
        layer.write(0..n, columns.clone(), &mut x);
        let x = Array2::from_shape_vec((n, columns.len()), x).expect("whole rows");
        let mut gram = ArrayViewMut2::from_shape((n, n), gram).expect("n rows of n");
        for first in (0..n).step_by(ROWS) {
            let end = (first + ROWS).min(n);
            let to = gram.slice_mut(s![first..end, first..]);
            multiply(to, Before::Kept, x.slice(s![first..end, ..]), x.slice(s![first.., ..]).t());
        }
    }
    for a in 0..n {
        for b in 0..a {
            gram[a * n + b] = gram[b * n + a];
        }
    }
}

/// Sets the entries of rows to 0 that are no more than `gap` apart.
fn clear_near(gram: &mut [f32], n: usize, gap: usize) {
    for a in 0..n {
        let near = near(a, n, gap);
        gram[a * n + near.start..a * n + near.end].fill(0.0);
    }
}

/// Takes f_a + f_b from all entries of rows that are far from each other.
fn subtract(gram: &mut [f32], f: ArrayView1<f64>, gap: usize) {
    for (a, row) in gram.chunks_mut(f.len()).enumerate() {
        let near = near(a, f.len(), gap);
        for (b, entry) in row.iter_mut().enumerate().filter(|(b, _)| !near.contains(b)) {
            *entry -= (f[a] + f[b]) as f32;
        }
    }
}

fn squares(gram: &[f32]) -> f64 {
    gram.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}
