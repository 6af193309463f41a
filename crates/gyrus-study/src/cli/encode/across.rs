//! Scores of listeners by what others taught the model, beside what they taught it themselves.

use std::path::PathBuf;

use anyhow::ensure;
use clap::Args;
use gyrus_encoding::{AcrossListeners, Encoder, Error};
use gyrus_ridge::Rule;
use gyrus_study::{MatrixFile, Table, write_table};
use ndarray::{Array2, ArrayView2};

use super::drift::Drift;
use super::lags::Lags;
use super::predictors::check_same_targets;
use super::responses::{Responses, TARGETS};
use super::scores::Columns;

/// Which listeners, and where to write.
#[derive(Debug, Args)]
#[group(id = "generalisation")]
pub struct AcrossArguments {
    /// Listeners to the same stimulus, each predicted by weights learnt from the others: one tensor `(rows, targets)`
    /// each, with the targets of `--responses`; NaN is a missing value, and a listener is without a target that has one.
    #[arg(long, requires = "across_out", conflicts_with = "banded")]
    across: Option<PathBuf>,
    /// A table to write: layer, listener (the tensor's name), target, lag (with `--lags`), fold, r_across (by the mean of
    /// the other listeners) and r_within (by the listener's own responses) on the same held-out rows.
    #[arg(long, requires = "across")]
    across_out: Option<PathBuf>,
}

/// The listeners, and their scores so far.
#[derive(Debug)]
pub struct Across {
    out: PathBuf,
    file: MatrixFile,
    drift: Drift,
    layer: Vec<u32>,
    listener: Vec<String>,
    target: Vec<u32>,
    lag: Option<Vec<f64>>,
    fold: Vec<u32>,
    r_across: Vec<f64>,
    r_within: Vec<f64>,
}

impl AcrossArguments {
    /// The listeners, if they are asked for.
    ///
    /// # Errors
    /// The file cannot be read, does not belong to the responses, holds one listener alone, or an infinite value.
    pub fn across(&self, responses: &Responses, lagged: bool) -> anyhow::Result<Option<Across>> {
        let (Some(path), Some(out)) = (&self.across, &self.across_out) else { return Ok(None) };
        let file = MatrixFile::open(path)?;
        for listener in 0..file.len() {
            check_same_targets(&file, listener, responses.file())?;
            for first in (0..responses.targets()).step_by(TARGETS) {
                file.measured(listener, first..(first + TARGETS).min(responses.targets()))?;
            }
        }
        ensure!(file.len() > 1, "`{}` holds one listener: `--across` needs two or more", path.display());
        Ok(Some(Across {
            out: out.clone(),
            file,
            drift: responses.drift().clone(),
            layer: Vec::new(),
            listener: Vec::new(),
            target: Vec::new(),
            lag: lagged.then(Vec::new),
            fold: Vec::new(),
            r_across: Vec::new(),
            r_within: Vec::new(),
        }))
    }
}

impl Across {
    /// Adds the scores of some columns of a layer.
    ///
    /// # Errors
    /// A fit fails.
    pub fn push(
        &mut self,
        layer: usize,
        columns: Columns,
        lags: &Lags,
        encoder: &Encoder,
        rule: &Rule,
    ) -> Result<(), Error> {
        let targets = columns.first..columns.first + columns.targets;
        let signal = |listener: usize| lags.responses(self.drift.removed(self.file.columns(listener, targets.clone())));
        let signals: Vec<Array2<f64>> = (0..self.file.len()).map(signal).collect();
        let views: Vec<ArrayView2<f64>> = signals.iter().map(Array2::view).collect();
        let listeners = AcrossListeners::new(&views)?;
        for listener in 0..listeners.len() {
            let scores = listeners.scores(listener, encoder, rule)?;
            let (across, within) = (scores.across.r(), scores.within.r());
            for ((fold, column), &r) in across.indexed_iter() {
                self.layer.push(layer as u32);
                self.listener.push(self.file.name(listener).to_owned());
                self.target.push(columns.target(column) as u32);
                if let Some(lags) = &mut self.lag {
                    lags.push(columns.lags[columns.lag(column)]);
                }
                self.fold.push(fold as u32);
                self.r_across.push(r);
                self.r_within.push(within[[fold, column]]);
            }
        }
        Ok(())
    }

    /// Writes the table.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), gyrus_study::Error> {
        let mut table = Table::new().counts("layer", &self.layer).texts("listener", &self.listener);
        table = table.counts("target", &self.target);
        if let Some(lags) = &self.lag {
            table = table.numbers("lag", lags);
        }
        table = table.counts("fold", &self.fold);
        write_table(&self.out, table.numbers("r_across", &self.r_across).numbers("r_within", &self.r_within))
    }

    /// What is undefined, in words.
    pub fn undefined(&self) -> Option<String> {
        let undefined = self.r_across.iter().filter(|r| r.is_nan()).count();
        (undefined > 0)
            .then(|| format!("{undefined} of {} scores across listeners are undefined (NaN)", self.fold.len()))
    }
}
