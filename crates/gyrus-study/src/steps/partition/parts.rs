//! The parts of a score, in R^2 and in r.

use gyrus_encoding::{Estimate, FoldScores, Jackknife, JackknifeProfile, Partition, average};
use ndarray::{Array1, ArrayView1};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::steps::averages::Averages;
use crate::steps::scores::Fitted;

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partitions {
    /// Whether each band has a penalty of its own.
    pub banded: bool,
    /// What a model read before a word whose surprisal and entropy it gave.
    pub window: String,
    /// The mean recording, or all targets.
    pub group: String,
    /// Each target of the group, then their mean.
    pub places: Vec<String>,
    /// Properties of bands that stand among the controls too, and so explain nothing more.
    pub already_controls: Vec<String>,
    /// One entry per model.
    pub models: Vec<ModelPartition>,
}

/// One model at the main window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPartition {
    /// Name of the model.
    pub name: String,
    /// The bands, the layer last.
    pub bands: Vec<String>,
    /// `[layer][place]` of the group.
    pub layers: Vec<Vec<Parts>>,
    /// For each fold, the layer whose joint model is best on the other folds, mean over targets of the group.
    pub chosen_layers: Vec<usize>,
    /// The chosen layers, at each place of the group.
    pub chosen: Vec<Parts>,
    /// The same layers, mean over single listeners and their targets.
    pub listeners: Option<Parts>,
}

/// The parts of one score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// R^2 of controls and all bands.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub joint_r2: f64,
    /// R^2 of the controls alone.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub controls_r2: f64,
    /// R^2 that no single band is needed for.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub shared_r2: f64,
    /// r of controls and all bands.
    pub joint_r: Estimate,
    /// r of the controls alone.
    pub controls_r: Estimate,
    /// One entry per band.
    pub bands: Vec<BandParts>,
}

/// What a model loses without one band.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandParts {
    /// R^2 of controls and all other bands.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub without_r2: f64,
    /// R^2 of all bands less that.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub unique_r2: f64,
    /// r of controls and all other bands.
    pub without_r: Estimate,
    /// r of all bands less that.
    pub unique_r: Estimate,
}

/// Fits by model (all bands, then all but each), layer and panel.
#[derive(Debug)]
pub struct Layered(Vec<Vec<Vec<Fitted>>>);

impl Layered {
    /// No layer of `models` models.
    pub fn new(models: usize) -> Self {
        Self((0..models).map(|_| Vec::new()).collect())
    }

    /// Adds a layer, `[model][panel]`.
    pub fn push(&mut self, layer: Vec<Vec<Fitted>>) {
        self.0.iter_mut().zip(layer).for_each(|(model, panels)| model.push(panels));
    }

    /// `[model][layer][panel]`.
    pub fn models(&self) -> &[Vec<Vec<Fitted>>] {
        &self.0
    }

    /// The profiles of each model on the group, `[model][place]`.
    ///
    /// # Errors
    /// There is no layer.
    pub fn profiles(&self, averages: &Averages) -> Result<Vec<Vec<JackknifeProfile>>, Error> {
        self.0.iter().map(|layers| averages.places(layers)).collect()
    }

    /// The scores of each model along one layer for each fold, of the panels that `pick` picks, side by side.
    pub fn along(&self, chosen: &[usize], pick: impl Fn(&[Fitted]) -> Vec<&Fitted>) -> Vec<FoldScores> {
        let of_model = |layers: &Vec<Vec<Fitted>>| {
            let layers = layers.iter().map(|panels| {
                FoldScores::side_by_side(&pick(panels).into_iter().map(|fitted| &fitted.scores).collect::<Vec<_>>())
            });
            let layers: Vec<FoldScores> = layers.collect();
            FoldScores::chosen(&layers.iter().collect::<Vec<_>>(), chosen)
        };
        self.0.iter().map(of_model).collect()
    }
}

/// The parts of one target, or of the mean over all: R^2 from `scores`, of each model and of the controls, r from `r`.
pub fn place_parts(
    (scores, controls): (&[FoldScores], &FoldScores),
    target: Option<usize>,
    (r, controls_r): (&[Jackknife], &Jackknife),
) -> Parts {
    let (joint, without) = scores.split_first().expect("all bands come first");
    let found = Partition::of_variance(joint, Some(controls), without);
    let at = |values: &Array1<f64>| match target {
        Some(target) => values[target],
        None => mean(values.view()),
    };
    let (joint_r, without_r) = r.split_first().expect("all bands come first");
    let band = |(band, without): (usize, &Jackknife)| BandParts {
        without_r2: at(&found.without[band]),
        unique_r2: at(&found.unique[band]),
        without_r: without.estimate(),
        unique_r: joint_r.minus(without).estimate(),
    };
    Parts {
        joint_r2: at(&found.joint),
        controls_r2: at(&found.controls),
        shared_r2: at(&found.shared),
        joint_r: joint_r.estimate(),
        controls_r: controls_r.estimate(),
        bands: without_r.iter().enumerate().map(band).collect(),
    }
}

/// The same, mean over all targets.
pub fn mean_parts(scores: (&[FoldScores], &FoldScores), r: (&[Jackknife], &Jackknife)) -> Parts {
    place_parts(scores, None, r)
}

/// The mean over targets that are defined.
fn mean(values: ArrayView1<f64>) -> f64 {
    average(values, Array1::ones(values.len()).view())
}
