//! What the step finds, as the report reads it.

use gyrus_encoding::{Dimension, Estimate};
use serde::{Deserialize, Serialize};

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimensions {
    /// Components that every layer was cut to.
    pub matched: usize,
    /// Whether the study asked for that number; else it is the least of what trained layers need on the rows of the analysis.
    pub asked: bool,
    /// Components of the analysis, where it has a number of them.
    pub components: Option<usize>,
    /// Components of the states that stand on disk, where they are not whole.
    pub kept: Option<usize>,
    /// The mean recording, or all targets.
    pub group: String,
    /// Each model trained, then its first twin, then features of any origin.
    pub models: Vec<ModelDimensions>,
}

/// One model variant at the main window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelDimensions {
    /// Name of the model.
    pub name: String,
    /// Name of the variant.
    pub variant: String,
    /// One entry per layer.
    pub layers: Vec<LayerDimensions>,
    /// Score of the layers chosen on other folds, mean over targets.
    pub score: Estimate,
    /// The same of cut layers, chosen anew.
    pub matched_score: Estimate,
    /// That less the score.
    pub difference: Estimate,
    /// Rank correlation over layers of the score and of the matched score with each dimension, as in [`MEASURES`].
    #[serde(deserialize_with = "undefined_or_not")]
    pub correlations: [[f64; 2]; 3],
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDimensions {
    /// Over the words of the story.
    pub dimension: Dimension,
    /// Components that hold 95 % of the variance of the layer as the analysis reads it, the fewest over folds.
    pub needed: usize,
    /// r of controls and layer, mean over targets of the group.
    pub score: Estimate,
    /// The same with the layer cut to the common number of components.
    pub matched: Estimate,
}

/// The dimensions of a layer, in the order of [`ModelDimensions::correlations`].
pub const MEASURES: [&str; 3] = ["nearest neighbours", "participation ratio", "components for 95 %"];

impl LayerDimensions {
    /// In the order of [`MEASURES`].
    pub fn measures(&self) -> [f64; 3] {
        let Dimension { two_nearest, participation_ratio, components } = self.dimension;
        [two_nearest.dimension, participation_ratio, components as f64]
    }
}

/// Numbers of which JSON writes the undefined ones as nothing.
fn undefined_or_not<'de, D: serde::Deserializer<'de>>(source: D) -> Result<[[f64; 2]; 3], D::Error> {
    let found = <[[Option<f64>; 2]; 3]>::deserialize(source)?;
    Ok(found.map(|pair| pair.map(|number| number.unwrap_or(f64::NAN))))
}
