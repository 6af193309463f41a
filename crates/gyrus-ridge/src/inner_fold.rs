//! One inner fold, its features decomposed once, for any targets.

use ndarray::{Array1, Array2};

use crate::axes::Axes;
use crate::error::Error;
use crate::feature_sums::{FeatureCentre, FeatureSums};
use crate::quadratic::Quadratic;
use crate::target_sums::TargetSums;
use crate::trial::Turned;

/// The axes of the training rows, and G_h, the held-out X'X about the training means, turned to them.
#[derive(Debug, Clone)]
pub(crate) struct InnerFold {
    axes: Axes,
    turned: Quadratic<f64>,
    /// The held-out rows' sum about the training means, turned (k).
    turned_sum: Array1<f64>,
    training: FeatureCentre,
    held_out: FeatureCentre,
}

impl InnerFold {
    /// Decomposes the training features, the first `n_free` free of penalty, the others within a `basis` if there is one.
    ///
    /// # Errors
    /// There are no training or no held-out rows, or a decomposition fails.
    pub(crate) fn new(
        training: &FeatureSums,
        held_out: &FeatureSums,
        n_free: usize,
        basis: Option<&Array2<f64>>,
    ) -> Result<Self, Error> {
        if held_out.n == 0 {
            return Err(Error::TooFewRows { what: "a held-out set", needed: 1, rows: 0 });
        }
        let mean = training.mean()?;
        let axes = Axes::within(training.centred()?.view(), n_free, basis)?;
        Ok(Self {
            turned: Quadratic::new(axes.turn_square(held_out.about(mean.view()).view())),
            turned_sum: axes.turn_vector(held_out.sum_about(mean.view()).view()),
            training: training.centre(),
            held_out: held_out.centre(),
            axes,
        })
    }

    /// The targets whose sums over the fold's rows are given, to be tried.
    ///
    /// # Errors
    /// There are no training rows.
    pub(crate) fn turned(&self, training: &TargetSums, held_out: &TargetSums) -> Result<Turned, Error> {
        let n = self.held_out.n;
        let (m, k) = (&self.training.sum / self.training.n as f64, training.mean(self.training.n)?);
        Ok(Turned {
            z: self.axes.turn(training.products_centred(&self.training)?.view()),
            c: self.axes.turn(held_out.products_about(&self.held_out, m.view(), k.view()).view()),
            sum: held_out.sum_about(n, k.view()),
            squares: held_out.squares_about(n, k.view()),
        })
    }

    /// Number of held-out rows.
    pub(crate) fn n_held_out(&self) -> f64 {
        self.held_out.n as f64
    }

    /// What M'X'Y is multiplied by, for every axis (k) and one penalty.
    pub(crate) fn gains(&self, penalty: f64) -> Array1<f64> {
        self.axes.gains(penalty)
    }

    /// The greatest energy of an axis.
    pub(crate) fn energy(&self) -> f64 {
        self.axes.greatest_energy()
    }

    /// M'G_h M.
    pub(crate) fn form(&self) -> &Quadratic<f64> {
        &self.turned
    }

    /// The held-out rows' sum about the training means, turned (k).
    pub(crate) fn turned_sum(&self) -> &Array1<f64> {
        &self.turned_sum
    }
}
