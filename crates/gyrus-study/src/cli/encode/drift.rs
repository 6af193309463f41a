//! What is too slow for responses, features and controls to keep.

use anyhow::{Context, ensure};
use clap::Args;
use gyrus_encoding::{HighPass, Runs, Slow};
use ndarray::Array2;

use super::clock::ClockArguments;

/// A filter against drift.
#[derive(Debug, Args)]
#[group(id = "drifts")]
pub struct DriftArguments {
    /// Slow cosines to remove, with the mean, from responses, features and controls of each run, as a study's
    /// `scans.cosines`; rows must be evenly spaced.
    #[arg(long, conflicts_with = "high_pass")]
    cosines: Option<usize>,
    /// The same by the longest period that stays, in seconds, as a study's `scans.high_pass`.
    #[arg(long)]
    high_pass: Option<f64>,
}

/// What is removed from rows of the responses; nothing unless it was asked for.
#[derive(Debug, Clone, Default)]
pub struct Drift(Option<HighPass>);

impl DriftArguments {
    /// The filter of each of `runs`, whose rows stand at times of their own where `timed`.
    ///
    /// # Errors
    /// Rows that need not be evenly spaced, a period without the time between rows, or a run that nothing is left of.
    pub fn drift(&self, runs: &Runs, clock: &ClockArguments, timed: bool) -> anyhow::Result<Drift> {
        let slow = match (self.cosines, self.high_pass) {
            (None, None) => return Ok(Drift::default()),
            (Some(cosines), _) => Slow::Cosines(cosines),
            (None, Some(seconds)) => {
                let step = clock.step()?.context("`--high-pass` needs `--step` or `--rate`, the time between rows")?;
                Slow::Longer { seconds, step }
            }
        };
        ensure!(
            !timed,
            "rows with `--times` of their own need not be evenly spaced: `--cosines` and `--high-pass` need scans or \
             samples, with `--step` instead of `--times`"
        );
        Ok(Drift(Some(HighPass::within(runs, slow)?)))
    }
}

impl Drift {
    /// `y` without it, `(rows, columns)`.
    pub fn removed(&self, y: Array2<f64>) -> Array2<f64> {
        match &self.0 {
            Some(filter) => filter.without_drift(y.view()),
            None => y,
        }
    }
}
