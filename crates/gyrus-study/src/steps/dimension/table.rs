//! `dimension.parquet`: a row for each model, variant and layer.

use gyrus_encoding::Estimate;

use super::{Dimensions, LayerDimensions};
use crate::tables::Table;

/// A number and its interval of every layer.
type Column = fn(&LayerDimensions) -> Estimate;

/// The table.
pub fn table(found: &Dimensions) -> Table {
    let rows: Vec<_> = found
        .models
        .iter()
        .flat_map(|model| (0..).zip(&model.layers).map(move |(layer, found)| (model, layer, found)))
        .collect();
    let layers: Vec<u32> = rows.iter().map(|(_, layer, _)| *layer).collect();
    let numbers = |of: &dyn Fn(&LayerDimensions) -> f64| rows.iter().map(|(.., row)| of(row)).collect::<Vec<f64>>();
    let counts =
        |of: &dyn Fn(&LayerDimensions) -> usize| rows.iter().map(|(.., row)| of(row) as u32).collect::<Vec<_>>();
    let table = Table::new()
        .texts("model", &rows.iter().map(|(model, ..)| model.name.clone()).collect::<Vec<_>>())
        .texts("variant", &rows.iter().map(|(model, ..)| model.variant.clone()).collect::<Vec<_>>())
        .counts("layer", &layers)
        .numbers("two_nearest", &numbers(&|row| row.dimension.two_nearest.dimension))
        .numbers("standard_error", &numbers(&|row| row.dimension.two_nearest.standard_error))
        .counts("distinct", &counts(&|row| row.dimension.two_nearest.distinct))
        .counts("duplicates", &counts(&|row| row.dimension.two_nearest.duplicates))
        .numbers("participation_ratio", &numbers(&|row| row.dimension.participation_ratio))
        .counts("components", &counts(&|row| row.dimension.components))
        .counts("analysis_components", &counts(&|row| row.needed))
        .counts("matched_components", &vec![found.matched as u32; rows.len()]);
    let estimates: [(&str, Column); 2] = [("joint", |row| row.score), ("joint_matched", |row| row.matched)];
    estimates.into_iter().fold(table, |table, (name, of)| {
        table
            .numbers(name, &numbers(&|row| of(row).value))
            .numbers(&format!("{name}_low"), &numbers(&|row| of(row).low))
            .numbers(&format!("{name}_high"), &numbers(&|row| of(row).high))
    })
}
