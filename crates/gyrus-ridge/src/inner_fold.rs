//! One inner fold, its features decomposed once: how wrong every penalty is on its held-out rows, for any targets.
//!
//! No prediction is ever formed: squared errors and correlations come from moments, for all targets and penalties.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;

use crate::axes::Axes;
use crate::error::Error;
use crate::feature_sums::{FeatureCentre, FeatureSums};
use crate::grid::PenaltyGrid;
use crate::held_out::pearson;
use crate::quadratic::{Quadratic, Scratch, TARGETS};
use crate::rule::Criterion;
use crate::target_sums::TargetSums;

/// The axes of the training rows, and G_h, the held-out X'X about the training means, turned to them.
#[derive(Debug, Clone)]
pub(crate) struct InnerFold {
    axes: Axes,
    turned: Quadratic,
    /// The held-out rows' sum about the training means, turned (k).
    turned_sum: Array1<f64>,
    training: FeatureCentre,
    held_out: FeatureCentre,
}

/// How wrong penalties are on held-out rows.
#[derive(Debug, Clone)]
pub(crate) struct Losses {
    /// Squared error per row, or minus r (penalties, targets).
    pub(crate) table: Array2<f64>,
    /// Squared distance of held-out targets from their training means, per row (t).
    pub(crate) spread: Array1<f64>,
}

/// The targets of an inner fold, turned.
struct Turned {
    /// M'C of the training rows, about their means (k, t).
    z: Array2<f64>,
    /// M'C of the held-out rows, about the training means (k, t).
    c: Array2<f64>,
    /// Held-out sums about the training means (t).
    sum: Array1<f64>,
    /// Held-out squares about the training means (t).
    squares: Array1<f64>,
}

impl InnerFold {
    /// Decomposes the training features, the first `n_free` free of penalty.
    ///
    /// # Errors
    /// There are no training or no held-out rows, or a decomposition fails.
    pub(crate) fn new(training: &FeatureSums, held_out: &FeatureSums, n_free: usize) -> Result<Self, Error> {
        if held_out.n == 0 {
            return Err(Error::TooFewRows { what: "a held-out set", needed: 1, rows: 0 });
        }
        let mean = training.mean()?;
        let axes = Axes::of(training.centred()?.view(), n_free)?;
        Ok(Self {
            turned: Quadratic::new(axes.turn_square(held_out.about(mean.view()).view())),
            turned_sum: axes.turn_vector(held_out.sum_about(mean.view()).view()),
            training: training.centre(),
            held_out: held_out.centre(),
            axes,
        })
    }

    /// The loss of each penalty for each target, whose sums over the fold's rows are given.
    ///
    /// Squared error per row: [y'y - 2 sum(W * M'C_h) + sum(W * (M'G_h M) W)] / n_h with W = M'C / (e + a).
    ///
    /// # Errors
    /// There are no training rows.
    pub(crate) fn losses(
        &self,
        training: &TargetSums,
        held_out: &TargetSums,
        grid: &PenaltyGrid,
        criterion: Criterion,
    ) -> Result<Losses, Error> {
        let targets = self.turned(training, held_out)?;
        let mut table = Array2::zeros((grid.penalties().len(), targets.sum.len()));
        let cells: Vec<_> = table
            .axis_iter_mut(Axis(0))
            .zip(grid.penalties())
            .flat_map(|(row, &a)| {
                let row = row.into_slice().expect("a row of a table is contiguous");
                row.chunks_mut(TARGETS).enumerate().map(move |(i, cell)| (a, i * TARGETS, cell))
            })
            .collect();
        let room = || (Array2::zeros((targets.z.nrows(), TARGETS)), Scratch::default());
        cells.into_par_iter().for_each_init(room, |(w, scratch), (a, start, cell)| {
            let columns = start..start + cell.len();
            let mut w = w.slice_mut(s![.., ..cell.len()]);
            self.weigh(w.view_mut(), targets.z.slice(s![.., columns.clone()]), a);
            let losses = match criterion {
                Criterion::SquaredError => self.errors(&targets, columns, w.view(), scratch),
                Criterion::Correlation => self.correlations(&targets, columns, w.view(), scratch),
            };
            cell.iter_mut().zip(losses).for_each(|(cell, loss)| *cell = loss);
        });
        Ok(Losses { table, spread: targets.squares / self.held_out.n as f64 })
    }

    fn turned(&self, training: &TargetSums, held_out: &TargetSums) -> Result<Turned, Error> {
        let n = self.held_out.n;
        let (m, k) = (&self.training.sum / self.training.n as f64, training.mean(self.training.n)?);
        Ok(Turned {
            z: self.axes.turn(training.products_centred(&self.training)?.view()),
            c: self.axes.turn(held_out.products_about(&self.held_out, m.view(), k.view()).view()),
            sum: held_out.sum_about(n, k.view()),
            squares: held_out.squares_about(n, k.view()),
        })
    }

    /// W = Z / (e + a), on the axes.
    fn weigh(&self, mut w: ArrayViewMut2<f64>, z: ArrayView2<f64>, penalty: f64) {
        for ((mut w, z), gain) in w.rows_mut().into_iter().zip(z.rows()).zip(self.axes.gains(penalty)) {
            w.zip_mut_with(&z, |w, z| *w = z * gain);
        }
    }

    /// Squared errors per row of some targets with weights `w` (k, targets), giving (targets).
    fn errors(&self, of: &Turned, columns: Range<usize>, w: ArrayView2<f64>, scratch: &mut Scratch) -> Array1<f64> {
        let forms = self.turned.minus_twice(w, of.c.slice(s![.., columns.clone()]), scratch);
        (forms + of.squares.slice(s![columns])) / self.held_out.n as f64
    }

    /// Minus r of some targets with weights `w` (k, targets), 0 where it is undefined, giving (targets).
    fn correlations(
        &self,
        of: &Turned,
        columns: Range<usize>,
        w: ArrayView2<f64>,
        scratch: &mut Scratch,
    ) -> Array1<f64> {
        let (pp, sum_p) = (self.turned.forms(w, scratch), self.turned_sum.dot(&w));
        let py = (&w * &of.c.slice(s![.., columns.clone()])).sum_axis(Axis(0));
        let loss = |(j, target): (usize, usize)| {
            let sums = [sum_p[j], of.sum[target], pp[j], of.squares[target], py[j]];
            let r = pearson(self.held_out.n as f64, sums);
            if r.is_nan() { 0.0 } else { -r }
        };
        columns.enumerate().map(loss).collect()
    }
}
