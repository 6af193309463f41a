//! What a model is like beside the brain, and what the claims say of good ones.

use serde::{Deserialize, Serialize};

use crate::steps::hierarchy::ModelHierarchy;
use crate::summary::ModelSummary;

/// What a model is like beside the brain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// r of the layers that are best on other folds, mean over targets.
    Similarity,
    /// What these layers add to the controls.
    OverControls,
    /// The layer at which the mean over targets peaks, as a fraction of the depth.
    PeakDepth,
    /// The mean over targets of each one's own peak, as a fraction of the depth.
    TargetsPeakDepth,
    /// Rank correlation over targets of peak layer and distance from auditory cortex.
    Alignment,
    /// What the last context window of the study adds to the first.
    ContextGain,
}

impl Property {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Similarity,
        Self::OverControls,
        Self::PeakDepth,
        Self::TargetsPeakDepth,
        Self::Alignment,
        Self::ContextGain,
    ];

    /// Its name in tables and on axes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Similarity => "brain similarity (r)",
            Self::OverControls => "brain similarity over controls (r)",
            Self::PeakDepth => "peak depth of the mean over targets",
            Self::TargetsPeakDepth => "mean over targets of peak depth",
            Self::Alignment => "hierarchy alignment (rank correlation)",
            Self::ContextGain => "gain from context (r)",
        }
    }

    /// What the claim says of better models: that they have more of it (1) or less (-1).
    pub fn claimed(self) -> f64 {
        match self {
            Self::PeakDepth | Self::TargetsPeakDepth => -1.0,
            Self::Similarity | Self::OverControls | Self::Alignment | Self::ContextGain => 1.0,
        }
    }

    /// Of one model; NaN where it is undefined, as depths by distance are where no distance is known.
    pub fn of(self, model: &ModelSummary, aligned: Option<&ModelHierarchy>) -> f64 {
        match self {
            Self::Similarity => model.score.value,
            Self::OverControls => model.over_controls.difference.value,
            Self::PeakDepth => {
                let last = model.joint.len().saturating_sub(1).max(1) as f64;
                model.peaks.last().map_or(f64::NAN, |peak| peak.layer as f64 / last)
            }
            Self::TargetsPeakDepth => aligned.map_or(f64::NAN, mean_peak),
            Self::Alignment => aligned.map_or(f64::NAN, |aligned| aligned.peaks.rank.estimate.value),
            Self::ContextGain => match model.windows.len() {
                0 | 1 => f64::NAN,
                n => model.windows[n - 1].over_first.value,
            },
        }
    }
}

/// The mean over targets with a distance whose peak is defined.
fn mean_peak(aligned: &ModelHierarchy) -> f64 {
    let peaks: Vec<f64> = aligned.targets.iter().map(|t| t.peak.value).filter(|peak| peak.is_finite()).collect();
    peaks.iter().sum::<f64>() / peaks.len() as f64
}
