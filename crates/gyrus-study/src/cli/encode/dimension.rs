//! The table of dimensions: how many of them each layer fills.

use std::path::Path;

use anyhow::Context;
use gyrus_encoding::Dimension;
use gyrus_study::{Table, write_table};

use super::predictors::Predictors;

/// Writes the dimensions of every layer, over the rows of its file, and says which are undefined.
///
/// # Errors
/// A value is not finite, or a layer has fewer than two rows.
pub fn write(path: &Path, predictors: &Predictors) -> anyhow::Result<Option<String>> {
    let layers: Vec<u32> = (0..predictors.n_layers() as u32).collect();
    let of = |layer: usize| Dimension::of(predictors.layer(layer)?.view()).with_context(|| predictors.describe(layer));
    let found = (0..layers.len()).map(of).collect::<anyhow::Result<Vec<_>>>()?;
    let numbers = |number: &dyn Fn(&Dimension) -> f64| found.iter().map(number).collect::<Vec<f64>>();
    let counts = |count: &dyn Fn(&Dimension) -> usize| found.iter().map(|one| count(one) as u32).collect::<Vec<u32>>();
    let table = Table::new()
        .counts("layer", &layers)
        .numbers("two_nearest", &numbers(&|one| one.two_nearest.dimension))
        .numbers("standard_error", &numbers(&|one| one.two_nearest.standard_error))
        .counts("distinct", &counts(&|one| one.two_nearest.distinct))
        .counts("duplicates", &counts(&|one| one.two_nearest.duplicates))
        .numbers("participation_ratio", &numbers(&|one| one.participation_ratio))
        .counts("components", &counts(&|one| one.components));
    write_table(path, table)?;
    let undefined = |one: &&Dimension| one.two_nearest.dimension.is_nan() || one.participation_ratio.is_nan();
    let undefined = found.iter().filter(undefined).count();
    Ok((undefined > 0).then(|| format!("the dimensions of {undefined} of {} layers are undefined (NaN)", layers.len())))
}
