//! What a study found, as the report tells it. Every number comes with its interval, and with its null where it has one.

use gyrus_encoding::{Estimate, Peak};
use serde::{Deserialize, Serialize};

/// The findings of the encoding step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Listeners that were used, by name.
    pub listeners: Vec<String>,
    /// Listeners that were refused, with the reason.
    pub refused: Vec<Refused>,
    /// Regions in the order of every list below.
    pub regions: Vec<String>,
    /// Seconds after a word at which the response of each region is taken; 0 where rows are scans, whose response model
    /// carries the delay.
    pub lags: Vec<f64>,
    /// Rows of the analysis: scans, or words.
    pub rows: usize,
    /// Words of the text.
    pub words: usize,
    /// Words with a time.
    pub timed_words: usize,
    /// Leave-one-out inter-subject r of each region, mean over listeners.
    /// Undefined for a single listener.
    pub inter_subject: Vec<Option<f64>>,
    /// Correlation of the recomputed word rate with the one supplied, lowest over listeners.
    /// Undefined where none of the supplied ones varies.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub word_rate_check: f64,
    /// Rows after which the responses' autocorrelation has fallen to zero, the longest over regions.
    pub autocorrelation_rows: usize,
    /// Rows that the gap leaves out on each side; where it is in seconds, at the rows' median distance.
    pub gap_rows: usize,
    /// The controls alone on the mean recording: each region, then the mean over regions.
    pub controls: Vec<Estimate>,
    /// The controls alone, mean over single listeners.
    pub controls_listeners: Estimate,
    /// One entry per model.
    pub models: Vec<ModelSummary>,
    /// Each pair of trained models: the difference of their scores on the mean recording.
    pub pairs: Vec<PairSummary>,
}

/// Regions or targets that a page shows one by one, at most.
const SHOWN: usize = 24;

impl Summary {
    /// Whether there are so few regions that a page shows each of them.
    pub fn shows_each(&self) -> bool {
        self.regions.len() <= SHOWN
    }

    /// What a page shows, each with its place in the lists and its name: every region, where they are few, and their mean.
    pub fn shown_places(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = self.regions.iter().map(String::as_str).chain(["mean over regions"]).enumerate();
        names.skip(if self.shows_each() { 0 } else { self.regions.len() })
    }
}

/// A listener that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// Name of the listener.
    pub subject: String,
    /// Why.
    pub reason: String,
}

/// One model at the main window. Scores are r on held-out scans of the mean recording unless said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSummary {
    /// Name of the model.
    pub name: String,
    /// Controls and layer together, `[layer][region]`, the last region being the mean over regions.
    pub joint: Vec<Vec<Estimate>>,
    /// Controls and layer minus the controls alone, likewise.
    pub added: Vec<Vec<Estimate>>,
    /// The layer without controls, likewise.
    pub alone: Vec<Vec<Estimate>>,
    /// Controls and layer of the untrained twins, mean over twins, likewise.
    pub twins: Vec<Vec<Estimate>>,
    /// Controls and layer, mean over single listeners, `[layer]`.
    pub listeners: Vec<Estimate>,
    /// For each fold, the layer that is best on the other folds.
    pub chosen_layers: Vec<usize>,
    /// Each region of the mean recording at these layers.
    pub targets: Vec<Estimate>,
    /// Each target of each listener, `[listener][target]`, at the layers that are best on the other folds, mean over listeners.
    pub targets_listeners: Vec<Vec<Estimate>>,
    /// The same, each target's mean over listeners; empty where targets are each listener's own.
    pub targets_over_listeners: Vec<Estimate>,
    /// Score of the chosen layers, mean over regions.
    pub score: Estimate,
    /// The same for single listeners, mean over listeners.
    pub score_listeners: Estimate,
    /// What the chosen layers add to the controls: mean over regions.
    pub over_controls: Contribution,
    /// The same of recordings that went around their runs: a canary.
    pub shifted: Shifted,
    /// The same in each region.
    pub over_controls_regions: Vec<Contribution>,
    /// What the chosen layers add to the controls for single listeners, mean over listeners.
    pub over_controls_listeners: Estimate,
    /// Trained minus untrained twin, both at their own chosen layers, mean over twins and regions.
    pub over_twin: Option<Estimate>,
    /// The same for single listeners, mean over listeners.
    pub over_twin_listeners: Option<Estimate>,
    /// The untrained twins at their chosen layers, mean over twins and regions.
    pub twin_score: Option<Estimate>,
    /// The untrained twins at their chosen layers minus the controls, mean over twins and regions: a canary.
    pub twin_over_controls: Option<Estimate>,
    /// Peak layer of each region, then of the mean over regions.
    pub peaks: Vec<Peak>,
    /// Slope of the score over relative depth.
    pub slope: Estimate,
    /// Score at each context window, in the order of the settings.
    pub windows: Vec<WindowSummary>,
}

/// What layers add to the controls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// Joint score minus the controls' score.
    pub difference: Estimate,
    /// One-sided p of the circular-shift null.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub p: f64,
    /// p adjusted for the family of tests it stands in (Benjamini-Hochberg over regions; p itself where there is one test).
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub q: f64,
}

/// What layers add to the controls of shifted recordings, over all shifts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shifted {
    /// The mean.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub mean: f64,
    /// Lower bound of the mean; shifts that are nearer than the autocorrelation count as one.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub mean_low: f64,
    /// Upper bound of the mean.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub mean_high: f64,
    /// The 95 % quantile.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub quantile: f64,
}

/// A model at one context window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowSummary {
    /// The window as written in the study file.
    pub window: String,
    /// Score of the layers chosen on other folds, mean over regions.
    pub score: Estimate,
    /// That score minus the score at the first window.
    pub over_first: Estimate,
}

/// Two models side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairSummary {
    /// One model.
    pub a: String,
    /// The other.
    pub b: String,
    /// Score of `a` minus score of `b`, mean over regions; the intervals of all pairs hold together (Bonferroni).
    pub difference: Estimate,
    /// The same for single listeners, mean over listeners, who are a sample.
    pub difference_listeners: Estimate,
}
