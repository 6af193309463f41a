//! When each row was sampled.

use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;
use gyrus_types::Sampling;

use super::column::seconds;

/// The clock of the responses.
#[derive(Debug, Args)]
pub struct ClockArguments {
    /// Seconds between rows of the responses, for a gap or lags in seconds and for `--response-model`.
    #[arg(long)]
    step: Option<f64>,
    /// Rows of the responses in a second, instead of `--step`.
    #[arg(long, conflicts_with = "step")]
    rate: Option<f64>,
    /// Time of the first row of the responses in seconds, on the clock of `--times`, for `--response-model`.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    start: f64,
    /// Times in seconds, a line each and no header: of each row where features and responses share their rows,
    /// of each row of the features (a word, at its end) with `--response-model`.
    #[arg(long)]
    times: Option<PathBuf>,
}

impl ClockArguments {
    /// Seconds between rows of the responses, if they are known.
    pub fn step(&self) -> anyhow::Result<Option<f64>> {
        let step = self.step.or(self.rate.map(|rate| 1.0 / rate));
        let good = step.is_none_or(|step| step.is_finite() && step > 0.0);
        ensure!(good, "`--step` and `--rate` must be positive and finite: {} s", step.unwrap_or(f64::NAN));
        Ok(step)
    }

    /// Whether times are listed in a file.
    pub fn is_listed(&self) -> bool {
        self.times.is_some()
    }

    /// The times of the file, if one is given.
    pub fn listed(&self) -> anyhow::Result<Option<Vec<f64>>> {
        self.times.as_deref().map(seconds).transpose()
    }

    /// The times of `rows` rows of the responses, if they are known.
    pub fn row_times(&self, rows: usize, listed: Option<Vec<f64>>) -> anyhow::Result<Option<Vec<f64>>> {
        match (listed, &self.times, self.step()?) {
            (Some(times), Some(path), _) if times.len() != rows => {
                bail!("`{}` has {} times for {rows} rows", path.display(), times.len())
            }
            (Some(times), ..) => Ok(Some(times)),
            (None, _, step) => Ok(step.map(|step| (0..rows).map(|row| self.start + step * row as f64).collect())),
        }
    }

    /// When the rows of the responses were sampled, and when the words were heard.
    pub fn words(&self, words: usize) -> anyhow::Result<(Sampling, Vec<f64>)> {
        match (self.step()?, self.listed()?, &self.times) {
            (Some(step), Some(times), Some(path)) => {
                ensure!(
                    times.len() == words,
                    "`{}` has {} times for {words} rows of features",
                    path.display(),
                    times.len()
                );
                Ok((Sampling::new(self.start, step)?, times))
            }
            _ => bail!(
                "`--response-model` needs `--times`, the words' times, and `--step` or `--rate`, the responses' clock"
            ),
        }
    }
}
