//! `hierarchy.parquet`: one row per model and target with a distance.

use super::Found;
use crate::hierarchy::{TargetDepth, depth_columns};
use crate::tables::Table;

/// Every target's peak and centre of mass with their intervals, as fractions of a model's depth.
pub fn depths(found: &Found) -> Table {
    let rows = || found.models.iter().flat_map(|m| m.targets.iter().map(|target| (m.model.clone(), target)));
    let (models, targets): (Vec<String>, Vec<&TargetDepth>) = rows().unzip();
    depth_columns(Table::new().texts("model", &models), &targets)
}
