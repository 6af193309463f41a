//! Every target of the group at every context window: how well a model predicts it, and at which depth best.

use gyrus_encoding::FoldScores;
use ndarray::Array1;
use serde::{Deserialize, Serialize};

use crate::tables::Table;

/// One model at one window; every list is in the order of the summary's regions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowTargets {
    /// Name of the model.
    pub model: String,
    /// The window as written in the study file.
    pub window: String,
    /// r of each target at the layers that are best on the other folds; undefined for a constant target.
    pub scores: Vec<Option<f64>>,
    /// The layer that predicts each target best, as a fraction of the depth: 0 is the first layer, 1 the last.
    pub peaks: Vec<Option<f64>>,
}

impl WindowTargets {
    /// Of `layers` on the group, of which `chosen` names one for each fold.
    pub fn of(model: &str, window: String, layers: &[&FoldScores], chosen: &[usize]) -> Self {
        let scores = FoldScores::chosen(layers, chosen).mean();
        let means: Vec<Array1<f64>> = layers.iter().map(|layer| layer.mean()).collect();
        let peak = |target: usize| {
            let defined = (0..means.len()).filter(|layer| means[*layer][target].is_finite());
            // Of equal layers the first counts.
            let best = defined.rev().max_by(|a, b| means[*a][target].total_cmp(&means[*b][target]))?;
            Some(best as f64 / means.len().saturating_sub(1).max(1) as f64)
        };
        Self {
            model: model.to_owned(),
            window,
            peaks: (0..scores.len()).map(peak).collect(),
            scores: scores.iter().map(|r| r.is_finite().then_some(*r)).collect(),
        }
    }
}

/// `windows.parquet`: one row per model, window and target.
pub fn table(windows: &[WindowTargets], targets: &[String]) -> Table {
    let rows = || windows.iter().flat_map(|window| (0..targets.len()).map(move |target| (window, target)));
    let texts = |pick: &dyn Fn(&WindowTargets, usize) -> String| rows().map(|(w, t)| pick(w, t)).collect::<Vec<_>>();
    let numbers = |pick: &dyn Fn(&WindowTargets, usize) -> Option<f64>| {
        rows().map(|(w, t)| pick(w, t).unwrap_or(f64::NAN)).collect::<Vec<_>>()
    };
    Table::new()
        .texts("model", &texts(&|window, _| window.model.clone()))
        .texts("window", &texts(&|window, _| window.window.clone()))
        .texts("target", &texts(&|_, target| targets[target].clone()))
        .numbers("score", &numbers(&|window, target| window.scores[target]))
        .numbers("peak_depth", &numbers(&|window, target| window.peaks[target]))
}
