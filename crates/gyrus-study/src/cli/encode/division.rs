//! How rows are held out: runs, groups of runs, folds and the gap between them.

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use gyrus_encoding::{Division, FoldRow, Gap, Runs};
use gyrus_study::{SchemeName, fold_table, gap, write_table};

use super::column::column;

/// Runs, folds and the gap.
#[derive(Debug, Args)]
pub struct DivisionArguments {
    /// Runs: an integer per row, a line each and no header; a run is an unbroken stretch of rows with one label, and
    /// no gap, lag or null reaches from one into another [default: one run].
    #[arg(long)]
    runs: Option<PathBuf>,
    /// Groups of runs, for example the repeats of a story: an integer per row, a line each and no header, the same
    /// throughout a run.
    #[arg(long)]
    groups: Option<PathBuf>,
    /// How rows are held out.
    #[arg(long, value_enum, default_value = "contiguous")]
    scheme: SchemeName,
    /// How training rows are held out once more to choose penalties [default: as `--scheme`].
    #[arg(long, value_enum)]
    inner_scheme: Option<SchemeName>,
    /// Outer folds, where the scheme does not decide.
    #[arg(long, default_value_t = 10)]
    folds: usize,
    /// Inner folds, where the scheme does not decide.
    #[arg(long, default_value_t = 5)]
    inner_folds: usize,
    /// What is left out on both sides of every held-out stretch: `16` rows or `2s` seconds.
    #[arg(long, default_value = "0", value_parser = gap)]
    gap: Gap,
    /// A table of the folds to write: outer, inner (empty for the outer fold itself), first_row and rows of each
    /// held-out stretch, training and lost rows of the fold.
    #[arg(long)]
    folds_out: Option<PathBuf>,
}

impl DivisionArguments {
    /// The runs of `rows` rows, with their times where those are known.
    pub fn runs(&self, rows: usize, times: Option<Vec<f64>>) -> anyhow::Result<Runs> {
        let by_group = [Some(self.scheme), self.inner_scheme].contains(&Some(SchemeName::LeaveGroupOut));
        ensure!(!by_group || self.groups.is_some(), "`leave-group-out` needs `--groups`");
        let runs = match &self.runs {
            Some(path) => stretches(&labels(path, rows)?, path)?,
            None => Runs::unbroken(rows).stretches().to_vec(),
        };
        let labels = match &self.groups {
            Some(path) => groups(&runs, &labels(path, rows)?, path)?,
            None => (0..runs.len()).map(|run| run.to_string()).collect(),
        };
        let lengths: Vec<usize> = runs.iter().map(Range::len).collect();
        let runs = Runs::labelled(&lengths, labels)?;
        match times {
            Some(times) => runs.with_times(times).context("could not place the rows in time"),
            None => Ok(runs),
        }
    }

    /// The folds that are asked for; `seed` decides shuffled ones.
    pub fn division(&self, seed: u64) -> Division {
        self.scheme.division(self.inner_scheme, [self.folds, self.inner_folds], self.gap, seed)
    }

    /// Writes the table of folds, if it is asked for; rows are told as `row_of` numbers them.
    pub fn tell(&self, folds: &[FoldRow], row_of: impl Fn(usize) -> usize) -> anyhow::Result<()> {
        let Some(path) = &self.folds_out else { return Ok(()) };
        Ok(write_table(path, fold_table(folds, row_of))?)
    }
}

/// One label per row.
fn labels(path: &Path, rows: usize) -> anyhow::Result<Vec<i64>> {
    let labels = column(path, "an integer label")?;
    ensure!(labels.len() == rows, "`{}` has {} labels for {rows} rows", path.display(), labels.len());
    Ok(labels)
}

/// The unbroken stretches of one label; `path` is where the labels stand.
///
/// # Errors
/// A label comes back after another one.
pub fn stretches(labels: &[i64], path: &Path) -> anyhow::Result<Vec<Range<usize>>> {
    let (mut runs, mut seen, mut row) = (Vec::new(), HashSet::new(), 0);
    for run in labels.chunk_by(|a, b| a == b) {
        if !seen.insert(run[0]) {
            bail!("run `{}` begins a second time in row {row} (from 0) of `{}`", run[0], path.display());
        }
        runs.push(row..row + run.len());
        row += run.len();
    }
    Ok(runs)
}

/// The group of each run.
fn groups(runs: &[Range<usize>], labels: &[i64], path: &Path) -> anyhow::Result<Vec<String>> {
    let group = |run: &Range<usize>| match run.clone().find(|row| labels[*row] != labels[run.start]) {
        Some(row) => bail!(
            "group `{}` begins in row {row} (from 0) of `{}`, inside a run of group `{}`",
            labels[row],
            path.display(),
            labels[run.start]
        ),
        None => Ok(labels[run.start].to_string()),
    };
    runs.iter().map(group).collect()
}
