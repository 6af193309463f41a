//! The map as tables.

use super::found::{Found, TargetLag};
use super::map::Map;
use crate::tables::Table;

/// `lags.parquet`: one row per model, layer, target and lag.
pub fn cells(maps: &[(&str, Map)], found: &Found, lags: &[f64]) -> Table {
    let mut texts: [Vec<String>; 3] = Default::default();
    let (mut layers, mut seconds, mut r, mut added) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (model, map) in maps {
        for ((layer, lag, target), value) in map.r.indexed_iter() {
            let (subject, name) = &found.targets[target];
            texts.iter_mut().zip([*model, subject, name]).for_each(|(column, text)| column.push(text.to_owned()));
            layers.push(layer as u32);
            seconds.push(lags[lag]);
            r.push(*value);
            added.push(map.added[[layer, lag, target]]);
        }
    }
    let [models, subjects, targets] = texts;
    Table::new()
        .texts("model", &models)
        .counts("layer", &layers)
        .texts("subject", &subjects)
        .texts("target", &targets)
        .numbers("lag", &seconds)
        .numbers("r", &r)
        .numbers("over_controls", &added)
}

/// `lag_targets.parquet`: one row per model and target, where a layer adds most.
pub fn targets(found: &Found) -> Table {
    let mut texts: [Vec<String>; 3] = Default::default();
    let mut rows: Vec<&TargetLag> = Vec::new();
    for model in &found.models {
        for (best, (subject, name)) in model.targets.iter().zip(&found.targets) {
            texts.iter_mut().zip([&model.model, subject, name]).for_each(|(column, text)| column.push(text.clone()));
            rows.push(best);
        }
    }
    let numbers = |pick: fn(&TargetLag) -> f64| rows.iter().map(|row| pick(row)).collect::<Vec<_>>();
    let [models, subjects, targets] = texts;
    Table::new()
        .texts("model", &models)
        .texts("subject", &subjects)
        .texts("target", &targets)
        .counts("layer", &rows.iter().map(|row| row.layer as u32).collect::<Vec<_>>())
        .numbers("lag", &numbers(|row| row.lag))
        .numbers("over_controls", &numbers(|row| row.added))
        .numbers("p", &numbers(|row| row.p))
        .numbers("q", &numbers(|row| row.q))
}
