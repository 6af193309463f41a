//! The tables of the step.

use super::reach::ByRank;
use super::{Claims, Property};
use crate::tables::Table;

/// `claims.parquet`: one row per model.
pub fn models(found: &Claims) -> Table {
    let models = &found.models;
    let texts = |pick: &dyn Fn(usize) -> String| (0..models.len()).map(pick).collect::<Vec<_>>();
    let numbers = |pick: &dyn Fn(usize) -> Option<f64>| {
        (0..models.len()).map(|model| pick(model).unwrap_or(f64::NAN)).collect::<Vec<_>>()
    };
    let table = Table::new()
        .texts("model", &texts(&|m| models[m].name.clone()))
        .texts("family", &texts(&|m| models[m].family.clone()))
        .numbers("parameters", &numbers(&|m| Some(models[m].parameters as f64)))
        .numbers("width", &numbers(&|m| Some(models[m].width as f64)))
        .numbers("training_tokens", &numbers(&|m| models[m].tokens))
        .numbers("bits_per_character", &numbers(&|m| models[m].qualities[0].map(|quality| -quality)));
    let table = table.numbers("benchmarks", &numbers(&|m| models[m].qualities[1]));
    Property::ALL
        .iter()
        .enumerate()
        .fold(table, |table, (p, property)| table.numbers(column(*property), &numbers(&|m| models[m].properties[p])))
}

fn column(property: Property) -> &'static str {
    match property {
        Property::Similarity => "score",
        Property::OverControls => "over_controls",
        Property::PeakDepth => "peak_depth",
        Property::TargetsPeakDepth => "targets_peak_depth",
        Property::Alignment => "hierarchy_alignment",
        Property::ContextGain => "context_gain",
    }
}

/// `reach.parquet`: one row per model and window.
pub fn reach(found: &Claims) -> Table {
    let texts =
        |pick: fn(&super::WindowReach) -> &String| found.reach.iter().map(|r| pick(r).clone()).collect::<Vec<_>>();
    let table = Table::new().texts("model", &texts(|r| &r.model)).texts("window", &texts(|r| &r.window));
    let columns = |table: Table, name: &str, pick: fn(&super::WindowReach) -> ByRank| {
        let numbers = |value: fn(&ByRank) -> f64| found.reach.iter().map(|r| value(&pick(r))).collect::<Vec<_>>();
        table
            .numbers(name, &numbers(|by| by.rho.value))
            .numbers(&format!("{name}_low"), &numbers(|by| by.rho.low))
            .numbers(&format!("{name}_high"), &numbers(|by| by.rho.high))
            .numbers(&format!("{name}_p"), &numbers(|by| by.p))
    };
    columns(columns(table, "hierarchy_alignment", |r| r.alignment), "gain_by_distance", |r| r.gain)
}
