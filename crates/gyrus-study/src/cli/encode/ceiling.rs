//! The ceiling of each target, from repeats of the stimulus or from other listeners.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use gyrus_encoding::{Ceiling, Stretches};
use gyrus_study::{ListenersBy, MatrixFile, RepeatsBy, ResponsesAre};
use ndarray::{Array2, ArrayView2};

use super::predictors::check_same_targets;
use super::responses::Responses;

/// What ceilings are computed from.
#[derive(Debug, Args)]
#[group(id = "ceilings")]
pub struct CeilingArguments {
    /// Repeats of the stimulus to one listener, for a ceiling: one tensor `(rows, targets)` each.
    #[arg(long, requires = "summary_out")]
    repeats: Option<PathBuf>,
    /// How repeats become a ceiling.
    #[arg(long, value_enum, default_value = "signal-power")]
    repeats_by: RepeatsBy,
    /// What the responses are.
    #[arg(long, value_enum, default_value = "mean-of-repeats")]
    responses_are: ResponsesAre,
    /// Listeners to the same stimulus, for a ceiling: one tensor `(rows, targets)` each.
    #[arg(long, requires = "summary_out", conflicts_with = "repeats")]
    listeners: Option<PathBuf>,
    /// How listeners become a ceiling.
    #[arg(long, value_enum, default_value = "leave-one-out")]
    listeners_by: ListenersBy,
}

impl CeilingArguments {
    /// The ceiling of every target of `responses`; `seed` decides random splits.
    ///
    /// # Errors
    /// A file cannot be read or does not belong to the responses, or holds a value that is not finite.
    pub fn ceiling(&self, responses: &Responses, seed: u64) -> anyhow::Result<Ceiling> {
        // Ceilings are given without intervals, so nothing is drawn.
        let stretches = Stretches { length: responses.rows().max(1), draws: 0, seed };
        match (&self.repeats, &self.listeners) {
            (Some(path), _) => {
                let repeats = matrices(path, responses)?;
                let views: Vec<ArrayView2<f64>> = repeats.iter().map(Array2::view).collect();
                let ceiling = self.repeats_by.ceiling(&views, self.responses_are, &stretches);
                ceiling.with_context(|| format!("repeats of `{}`", path.display()))
            }
            (None, Some(path)) => {
                let listeners = matrices(path, responses)?;
                let views: Vec<ArrayView2<f64>> = listeners.iter().map(Array2::view).collect();
                let ceiling = self.listeners_by.ceiling(&views, &stretches);
                ceiling.with_context(|| format!("listeners of `{}`", path.display()))
            }
            (None, None) => Ok(Ceiling::None),
        }
    }
}

/// All matrices of `path`, each of the shape of `responses`, finite and without drift.
fn matrices(path: &Path, responses: &Responses) -> anyhow::Result<Vec<Array2<f64>>> {
    let file = MatrixFile::open(path)?;
    let matrix = |at: usize| {
        check_same_targets(&file, at, responses.file())?;
        Ok(responses.drift().removed(file.finite(at)?))
    };
    (0..file.len()).map(matrix).collect()
}
