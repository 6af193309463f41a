//! The targets of an inner fold, tried with every penalty: how wrong each is on the held-out rows.
//!
//! No prediction is ever formed: squared errors and correlations come from moments, for all targets and penalties.

use std::borrow::Cow;
use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, LinalgScalar, s};
use rayon::prelude::*;

use crate::error::Error;
use crate::grid::PenaltyGrid;
use crate::held_out::pearson;
use crate::inner_fold::InnerFold;
use crate::quadratic::{Scratch, TARGETS};
use crate::rule::Criterion;
use crate::target_sums::TargetSums;

/// An inner fold and its targets.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    pub(crate) fold: Cow<'a, InnerFold>,
    pub(crate) targets: Turned,
}

/// The targets of an inner fold, turned.
#[derive(Debug)]
pub(crate) struct Turned {
    /// M'C of the training rows, about their means (k, t).
    pub(crate) z: Array2<f64>,
    /// M'C of the held-out rows, about the training means (k, t).
    pub(crate) c: Array2<f64>,
    /// Held-out sums about the training means (t).
    pub(crate) sum: Array1<f64>,
    /// Held-out squares about the training means (t).
    pub(crate) squares: Array1<f64>,
}

/// Weights of some targets, and scratch for their forms.
type Room = (Array2<f64>, Scratch<f64>);

impl<'a> Trial<'a> {
    /// The targets whose sums over the training and the held-out rows of `fold` are given.
    ///
    /// # Errors
    /// There are no training rows.
    pub(crate) fn new(fold: Cow<'a, InnerFold>, training: &TargetSums, held_out: &TargetSums) -> Result<Self, Error> {
        let targets = fold.turned(training, held_out)?;
        Ok(Self { fold, targets })
    }

    /// Squared distance of held-out targets from their training means, per row (t).
    pub(crate) fn spread(&self) -> Array1<f64> {
        &self.targets.squares / self.fold.n_held_out()
    }

    /// The loss of each penalty for each target, squared error per row or minus r (penalties, targets).
    ///
    /// Squared error per row: [y'y - 2 sum(W * M'C_h) + sum(W * (M'G_h M) W)] / n_h with W = M'C / (e + a).
    pub(crate) fn losses(&self, grid: &PenaltyGrid, criterion: Criterion) -> Array2<f64> {
        table(
            grid,
            self.targets.sum.len(),
            || self.room(),
            |(w, scratch), penalty, columns| {
                let mut w = w.slice_mut(s![.., ..columns.len()]);
                weigh(w.view_mut(), self.targets.z.slice(s![.., columns.clone()]), self.fold.gains(penalty));
                match criterion {
                    Criterion::SquaredError => {
                        let c = self.targets.c.slice(s![.., columns.clone()]);
                        self.errors(w.view(), c, self.targets.squares.slice(s![columns]).to_owned(), scratch)
                    }
                    Criterion::Correlation => self.correlations(columns, w.view(), scratch),
                }
            },
        )
    }

    /// The squared errors per row of one penalty for the targets `chosen`, in their order.
    pub(crate) fn errors_of(&self, penalty: f64, chosen: &[usize]) -> Array1<f64> {
        let (mut w, mut scratch) = self.room();
        let some = |chosen: &[usize]| {
            let mut w = w.slice_mut(s![.., ..chosen.len()]);
            weigh(w.view_mut(), self.targets.z.select(Axis(1), chosen).view(), self.fold.gains(penalty));
            let (c, squares) = (self.targets.c.select(Axis(1), chosen), self.targets.squares.select(Axis(0), chosen));
            self.errors(w.view(), c.view(), squares, &mut scratch).to_vec()
        };
        chosen.chunks(TARGETS).flat_map(some).collect()
    }

    fn room(&self) -> Room {
        (Array2::zeros((self.targets.z.nrows(), TARGETS)), Scratch::default())
    }

    /// Squared errors per row of targets with weights `w` (k, targets), giving (targets).
    fn errors(
        &self,
        w: ArrayView2<f64>,
        c: ArrayView2<f64>,
        squares: Array1<f64>,
        scratch: &mut Scratch<f64>,
    ) -> Array1<f64> {
        (self.fold.form().minus_twice(w, c, scratch) + squares) / self.fold.n_held_out()
    }

    /// Minus r of some targets with weights `w` (k, targets), 0 where it is undefined, giving (targets).
    fn correlations(&self, columns: Range<usize>, w: ArrayView2<f64>, scratch: &mut Scratch<f64>) -> Array1<f64> {
        let Turned { c, sum, squares, .. } = &self.targets;
        let (pp, sum_p) = (self.fold.form().forms(w, scratch), self.fold.turned_sum().dot(&w));
        let py = (&w * &c.slice(s![.., columns.clone()])).sum_axis(Axis(0));
        let loss = |(j, target): (usize, usize)| {
            let r = pearson(self.fold.n_held_out(), [sum_p[j], sum[target], pp[j], squares[target], py[j]]);
            if r.is_nan() { 0.0 } else { -r }
        };
        columns.enumerate().map(loss).collect()
    }
}

/// W = Z / (e + a), on the axes, whose `gains` are 1 / (e + a) (k).
pub(crate) fn weigh<T: LinalgScalar>(mut w: ArrayViewMut2<T>, z: ArrayView2<T>, gains: Array1<T>) {
    for ((mut w, z), gain) in w.rows_mut().into_iter().zip(z.rows()).zip(gains) {
        w.zip_mut_with(&z, |w, &z| *w = z * gain);
    }
}

/// The table (penalties, targets) of what `loss` gives for a penalty and some neighbouring targets, each thread with
/// a `room` of its own.
pub(crate) fn table<R>(
    grid: &PenaltyGrid,
    n_targets: usize,
    room: impl Fn() -> R + Sync + Send,
    loss: impl Fn(&mut R, f64, Range<usize>) -> Array1<f64> + Sync + Send,
) -> Array2<f64> {
    let mut table = Array2::zeros((grid.penalties().len(), n_targets));
    let rows = table.axis_iter_mut(Axis(0)).zip(grid.penalties());
    let cells = rows.flat_map(|(row, &penalty)| {
        let row = row.into_slice().expect("a row of a table is contiguous");
        row.chunks_mut(TARGETS).enumerate().map(move |(i, cell)| (penalty, i * TARGETS, cell))
    });
    cells.collect::<Vec<_>>().into_par_iter().for_each_init(room, |room, (penalty, start, cell)| {
        let losses = loss(room, penalty, start..start + cell.len());
        cell.iter_mut().zip(losses).for_each(|(cell, loss)| *cell = loss);
    });
    table
}
