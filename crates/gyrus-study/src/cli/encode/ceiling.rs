//! The ceiling of each target, from repeats of the stimulus or from other listeners.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};
use gyrus_encoding::{Ceiling, Response, Splits, Stretches};
use gyrus_study::MatrixFile;
use ndarray::{Array2, ArrayView2, Axis, stack};

use super::predictors::{check_finite, check_same_targets};
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RepeatsBy {
    /// The root of explainable variance.
    SignalPower,
    /// The root of split-half reliability, by Spearman and Brown; all splits of up to 16 repeats, else 1,000 random ones.
    SplitHalf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ResponsesAre {
    /// The mean of all repeats.
    MeanOfRepeats,
    /// One of the repeats.
    OneRepeat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ListenersBy {
    /// Mean r of each listener with the others: a yardstick that may be exceeded.
    LeaveOneOut,
    /// The same carried to endlessly many others.
    Endless,
}

/// Repeats of which all splits are taken, and how many splits are drawn beyond.
const ALL_SPLITS: usize = 16;
const DRAWN_SPLITS: usize = 1000;

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
                self.of_repeats(&repeats, &stretches).with_context(|| format!("repeats of `{}`", path.display()))
            }
            (None, Some(path)) => {
                let listeners = matrices(path, responses)?;
                let views: Vec<ArrayView2<f64>> = listeners.iter().map(Array2::view).collect();
                let ceiling = match self.listeners_by {
                    ListenersBy::LeaveOneOut => Ceiling::leave_one_out(&views, &stretches),
                    ListenersBy::Endless => Ceiling::endless_listeners(&views, &stretches),
                };
                ceiling.with_context(|| format!("listeners of `{}`", path.display()))
            }
            (None, None) => Ok(Ceiling::None),
        }
    }

    fn of_repeats(&self, repeats: &[Array2<f64>], stretches: &Stretches) -> anyhow::Result<Ceiling> {
        let views: Vec<ArrayView2<f64>> = repeats.iter().map(Array2::view).collect();
        let cube = stack(Axis(0), &views).expect("repeats have the responses' shape");
        let response = match self.responses_are {
            ResponsesAre::MeanOfRepeats => Response::MeanOfRepeats,
            ResponsesAre::OneRepeat => Response::OneRepeat,
        };
        let splits = match repeats.len() {
            0..=ALL_SPLITS => Splits::All,
            _ => Splits::Random { splits: DRAWN_SPLITS, seed: stretches.seed },
        };
        Ok(match self.repeats_by {
            RepeatsBy::SignalPower => Ceiling::signal_power(cube.view(), response, stretches)?,
            RepeatsBy::SplitHalf => Ceiling::split_half(cube.view(), response, splits, stretches)?,
        })
    }
}

/// All matrices of `path`, each of the shape of `responses` and finite.
fn matrices(path: &Path, responses: &Responses) -> anyhow::Result<Vec<Array2<f64>>> {
    let file = MatrixFile::open(path)?;
    let matrix = |at: usize| {
        check_same_targets(&file, at, responses.file())?;
        let matrix = file.matrix(at);
        check_finite(matrix.view(), 0, f64::is_finite)
            .with_context(|| format!("tensor `{}` of `{}`", file.name(at), path.display()))?;
        Ok(matrix)
    };
    (0..file.len()).map(matrix).collect()
}
