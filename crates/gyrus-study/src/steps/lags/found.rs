//! What the maps over layers and lags show.

use gyrus_encoding::{average, benjamini_hochberg};
use ndarray::{Array1, Array3, ArrayView1, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::map::Map;
use crate::desk::Desk;
use crate::settings::Targets;
use crate::steps::clock::MEAN;
use crate::steps::heard::Heard;

/// The findings as the report reads them; no models where there is no map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Seconds after the word.
    pub lags: Vec<f64>,
    /// Draws of the null; 0 where there are no p values.
    pub shifts: usize,
    /// Whose each target of the group is, and its name.
    pub targets: Vec<(String, String)>,
    /// One entry per model.
    pub models: Vec<ModelLags>,
}

/// The map of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelLags {
    /// Name of the model.
    pub model: String,
    /// r of controls and layer together, mean over folds and targets, `[layer][lag]`.
    pub mean: Vec<Vec<Option<f64>>>,
    /// Each target where a layer adds most to the controls.
    pub targets: Vec<TargetLag>,
}

/// Where a layer adds most to the controls: the largest of many cells, which is no score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetLag {
    /// The layer.
    pub layer: usize,
    /// The lag in seconds.
    pub lag: f64,
    /// What the layer adds to r of the controls at that lag; undefined for a target that does not vary.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub added: f64,
    /// One-sided p against the largest value over layers and lags of shifted recordings.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub p: f64,
    /// p adjusted over the targets of the model (Benjamini-Hochberg).
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub q: f64,
}

impl Found {
    /// What `maps` show, held against `shifts` draws.
    pub fn of(desk: &Desk, maps: &[(&str, Map)], shifts: usize) -> Self {
        let lags = desk.clock.lags();
        let listeners = &desk.material.story.listeners;
        let named = |heard: &Heard, subject: &str| {
            heard.targets.iter().map(|target| (subject.to_owned(), target.name.clone())).collect::<Vec<_>>()
        };
        let targets = match desk.study.targets() {
            Targets::Shared => listeners.first().map(|heard| named(heard, MEAN)).unwrap_or_default(),
            Targets::Own => listeners.iter().flat_map(|heard| named(heard, heard.subject())).collect(),
        };
        Self {
            lags: lags.to_vec(),
            shifts,
            targets,
            models: maps.iter().map(|(model, map)| ModelLags::of(model, map, lags)).collect(),
        }
    }
}

impl ModelLags {
    fn of(model: &str, map: &Map, lags: &[f64]) -> Self {
        let best: Vec<(usize, usize, f64)> = map.added.axis_iter(Axis(2)).map(largest).collect();
        let p: Vec<f64> = best.iter().enumerate().map(|(target, best)| map.null.p(target, best.2)).collect();
        let targets = best.iter().zip(p.iter().zip(benjamini_hochberg(&p)));
        let target =
            |(&(layer, lag, added), (&p, q)): (&_, (&f64, f64))| TargetLag { layer, lag: lags[lag], added, p, q };
        Self { model: model.to_owned(), mean: mean(&map.r), targets: targets.map(target).collect() }
    }
}

/// Layer, position of the lag, and value of the largest of `(layers, lags)`; the first among equals, NaN if none is defined.
fn largest(cells: ArrayView2<f64>) -> (usize, usize, f64) {
    let better = |best: (usize, usize, f64), ((layer, lag), &value): ((usize, usize), &f64)| {
        if value > best.2 || best.2.is_nan() && !value.is_nan() { (layer, lag, value) } else { best }
    };
    cells.indexed_iter().fold((0, 0, f64::NAN), better)
}

/// The mean of the defined targets, `[layer][lag]`.
fn mean(r: &Array3<f64>) -> Vec<Vec<Option<f64>>> {
    let weights = Array1::ones(r.len_of(Axis(2)));
    let cell = |targets: ArrayView1<f64>| Some(average(targets, weights.view())).filter(|mean| !mean.is_nan());
    let layer = |layer: ArrayView2<f64>| layer.rows().into_iter().map(cell).collect();
    r.outer_iter().map(layer).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn undefined_cells_are_never_the_largest() {
        assert_eq!(largest(array![[f64::NAN, -2.0], [-1.0, f64::NAN]].view()), (1, 0, -1.0));
        assert!(largest(array![[f64::NAN, f64::NAN]].view()).2.is_nan());
    }
}
