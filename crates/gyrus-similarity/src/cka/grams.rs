//! Whole Gram matrices of a few representations, whose rows can meet in any order.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, concatenate, s};
use rayon::prelude::*;

use super::far_pairs::{FarPairs, near};
use super::hsic::Sums;
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

/// Gram matrices of some representations.
pub(crate) struct Grams {
    /// K of each, 0 for rows that are not far, `(layers, n n)`.
    entries: Array2<f32>,
    /// sum over b far from a of K_ab, `(layers, n)`.
    rows: Array2<f64>,
}

impl Grams {
    pub(crate) fn new<R: Representation>(layers: &[Centred<R>], margins: &[Margins], n: usize, gap: usize) -> Self {
        let mut entries = vec![0.0; layers.len() * n * n];
        entries.par_chunks_mut(n * n).zip(layers).for_each(|(gram, layer)| fill(gram, layer, n, gap));
        Self {
            entries: Array2::from_shape_vec((layers.len(), n * n), entries).expect("one matrix per layer"),
            rows: stack(margins, |m| m.far_rows.sum_axis(Axis(0))),
        }
    }

    /// HSIC of each with itself, NaN where it is no more than rounding.
    pub(crate) fn own(&self, counts: FarPairs) -> Vec<f64> {
        let square = |gram: ArrayView1<f32>| {
            let gram = gram.as_slice().expect("a row of the entries");
            gram.chunks(CHUNK).map(|part| f64::from(part.iter().map(|x| x * x).sum::<f32>())).sum::<f64>()
        };
        let one = |layer: usize| {
            let trace = Array2::from_elem((1, 1), square(self.entries.row(layer)));
            let rows = self.rows.slice(s![layer..=layer, ..]).to_owned();
            Sums { trace: &trace, rows: &rows }.unbiased(counts).own()[0]
        };
        (0..self.entries.nrows()).into_par_iter().map(one).collect()
    }

    /// Unbiased HSIC of all pairs, with the rows of `other` in `order`.
    pub(crate) fn unbiased(&self, other: &Self, order: &Order, counts: FarPairs) -> Array2<f64> {
        let pieces: Vec<_> = order.iter().map(|stretch| other.rows.slice(s![.., stretch.clone()])).collect();
        let moved = concatenate(Axis(1), &pieces).expect("as many layers in each");
        let (left, right) = (self.rows.sum_axis(Axis(1)), other.rows.sum_axis(Axis(1)));
        let mut hsic = self.trace(other, order);
        let mut rows = Array2::zeros(hsic.dim());
        multiply(rows.view_mut(), Before::Overwritten, self.rows.view(), moved.t());
        for ((i, j), hsic) in hsic.indexed_iter_mut() {
            *hsic = counts.unbiased(*hsic, left[i] * right[j], rows[[i, j]]);
        }
        hsic
    }

    /// sum over a, b of K_ab L_pq of all pairs, with p and q the a-th and the b-th row of `order`.
    fn trace(&self, other: &Self, order: &Order) -> Array2<f64> {
        let n = self.rows.ncols();
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

/// XX' of one representation, (n, n) row after row, with 0 for rows that are no more than `gap` apart.
fn fill<R: Representation>(gram: &mut [f32], layer: &Centred<R>, n: usize, gap: usize) {
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
    for a in 0..n {
        let near = near(a, n, gap);
        gram[a * n + near.start..a * n + near.end].fill(0.0);
    }
}
