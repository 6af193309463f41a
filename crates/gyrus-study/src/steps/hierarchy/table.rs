//! `hierarchy.parquet`: one row per model and target with a distance.

use super::{Found, TargetDepth};
use crate::tables::Table;

/// Every target's peak and centre of mass with their intervals, as fractions of a model's depth.
pub fn depths(found: &Found) -> Table {
    let rows: Vec<(&str, &TargetDepth)> =
        found.models.iter().flat_map(|m| m.targets.iter().map(|target| (m.model.as_str(), target))).collect();
    let texts = |pick: fn(&TargetDepth) -> &str| rows.iter().map(|(_, t)| pick(t).to_owned()).collect::<Vec<_>>();
    let numbers = |pick: fn(&TargetDepth) -> f64| rows.iter().map(|(_, t)| pick(t)).collect::<Vec<_>>();
    let models: Vec<String> = rows.iter().map(|(model, _)| (*model).to_owned()).collect();
    Table::new()
        .texts("model", &models)
        .texts("subject", &texts(|t| &t.subject))
        .texts("target", &texts(|t| &t.target))
        .numbers("distance", &numbers(|t| t.distance))
        .numbers("peak_depth", &numbers(|t| t.peak.value))
        .numbers("peak_depth_low", &numbers(|t| t.peak.low))
        .numbers("peak_depth_high", &numbers(|t| t.peak.high))
        .numbers("centre_of_mass", &numbers(|t| t.centre.value))
        .numbers("centre_of_mass_low", &numbers(|t| t.centre.low))
        .numbers("centre_of_mass_high", &numbers(|t| t.centre.high))
}
