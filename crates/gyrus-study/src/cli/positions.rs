//! `gyrus positions`: features that know where a row stands and nothing of the stimulus.

use std::ops::Range;
use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::Args;
use gyrus_encoding::{Runs, position_features};

use super::encode::{column, stretches};
use gyrus_study::write_tensors;

/// The rows and the features.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Rows of the responses.
    #[arg(long)]
    rows: Option<usize>,
    /// An integer for each row, in a line each: a run is an unbroken stretch of rows with one label, and each has a ramp
    /// of its own [default: one run of `--rows`].
    #[arg(long, conflicts_with = "rows")]
    runs: Option<PathBuf>,
    /// Standard deviation of a bump in rows.
    #[arg(long, default_value_t = 2.0)]
    width: f64,
    /// Rows from one bump to the next.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// The file to write: one tensor `position` (rows, runs + bumps).
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let width = arguments.width;
    ensure!(width.is_finite() && width > 0.0, "`--width` must be positive and finite: `{width}`");
    let blocks = arguments.blocks()?;
    let rows = blocks.last().map_or(0, |last| last.end);
    ensure!(rows > 0, "there are no rows");
    let features = position_features(rows, &blocks, width, arguments.every as usize);
    Ok(write_tensors(&arguments.out, &[("position".to_owned(), features)], None)?)
}

impl Arguments {
    /// The rows of each run.
    fn blocks(&self) -> anyhow::Result<Vec<Range<usize>>> {
        match (&self.runs, self.rows) {
            (Some(path), _) => stretches(&column(path, "an integer label")?, path),
            (None, Some(rows)) => Ok(Runs::unbroken(rows).stretches().to_vec()),
            (None, None) => bail!("`--rows` or `--runs` must say how many rows there are"),
        }
    }
}
