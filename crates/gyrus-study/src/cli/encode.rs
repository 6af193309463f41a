//! `gyrus encode`: encoding models of plain arrays.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use gyrus_encoding::{Design, DesignParams, FeatureUnit, encode};
use gyrus_ridge::PenaltyGrid;
use gyrus_study::{Error, Table, read_matrix, read_tensors, write_table};
use rayon::prelude::*;

/// Features, responses and folds.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Features: one tensor `(rows, width)` per layer.
    #[arg(long)]
    features: PathBuf,
    /// Responses: one tensor `(rows, targets)`.
    #[arg(long)]
    responses: PathBuf,
    /// Outer folds, contiguous.
    #[arg(long, default_value_t = 10)]
    folds: usize,
    /// Inner folds, contiguous.
    #[arg(long, default_value_t = 5)]
    inner_folds: usize,
    /// Rows left out on both sides of every held-out stretch.
    #[arg(long, default_value_t = 0)]
    gap: usize,
    /// Penalties A:B:N, N values spaced evenly in the logarithm from A to B.
    #[arg(long, default_value = "1e1:1e10:10")]
    penalties: PenaltyGrid,
    /// Principal components, fitted on training rows [default: the features as they are].
    #[arg(long)]
    components: Option<usize>,
    /// The table to write: layer, target, fold, r, penalty, all counted from 0.
    #[arg(long)]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let layers = read_tensors(&arguments.features)?;
    let responses = read_matrix(&arguments.responses)?.mapv(f64::from);
    if layers.is_empty() {
        bail!("`{}` holds no tensor", arguments.features.display());
    }
    let expected = responses.nrows();
    if let Some((_, layer)) = layers.iter().find(|(_, layer)| layer.nrows() != expected) {
        let (path, other) = (arguments.features.clone(), arguments.responses.clone());
        return Err(Error::Rows { path, found: layer.nrows(), other, expected }.into());
    }
    let design = Design::new(expected, arguments.design())?;
    let fit = |(name, layer): &(String, ndarray::Array2<f32>)| {
        let (features, responses_file) = (arguments.features.display(), arguments.responses.display());
        let context = || format!("tensor `{name}` of `{features}` against `{responses_file}`");
        let reduced = design.reduce(layer.mapv(f64::from).view()).with_context(context)?;
        encode(&design, &reduced, None, responses.view()).with_context(context)
    };
    let scores = layers.par_iter().map(fit).collect::<anyhow::Result<Vec<_>>>()?;
    let mut counts: [Vec<u32>; 3] = Default::default();
    let (mut r, mut penalties) = (Vec::new(), Vec::new());
    for (layer, scores) in scores.iter().enumerate() {
        for ((fold, target), &value) in scores.r().indexed_iter() {
            counts.iter_mut().zip([layer, target, fold]).for_each(|(column, count)| column.push(count as u32));
            r.push(value);
            penalties.push(scores.penalties()[[fold, target]]);
        }
    }
    let [layer, target, fold] = counts;
    let table = Table::new().counts("layer", &layer).counts("target", &target).counts("fold", &fold);
    Ok(write_table(&arguments.out, table.numbers("r", &r).numbers("penalty", &penalties))?)
}

impl Arguments {
    fn design(&self) -> DesignParams {
        DesignParams {
            folds: self.folds,
            inner_folds: self.inner_folds,
            gap: self.gap,
            penalties: self.penalties.clone(),
            components: self.components,
            unit: FeatureUnit::Own,
            // Nothing is resampled here.
            block: usize::MAX,
        }
    }
}
