//! What the canaries scored.

use gyrus_encoding::Estimate;
use serde::{Deserialize, Serialize};

use crate::steps::clock::ControlPart;

/// Every canary, in the order of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Rows after which the responses' autocorrelation has fallen to zero, the longest over targets.
    pub autocorrelation_rows: usize,
    /// The canaries.
    pub canaries: Vec<Canary>,
}

/// One canary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canary {
    /// What it is.
    pub kind: Kind,
    /// The model that it is of, if it is of one.
    pub model: Option<String>,
    /// Whose recordings it was scored on: the group, or single listeners.
    pub single_listeners: bool,
    /// r, mean over places.
    pub score: Option<Estimate>,
    /// What it adds to the controls; of a group of controls, to the other groups.
    pub adds: Option<Estimate>,
    /// One-sided p of what it adds, by moved recordings.
    pub p: Option<f64>,
    /// What stands beside it: the model on words in order less this score, or what the model adds as it was recorded.
    pub beside: Option<Estimate>,
    /// The nulls' 95 % quantile, of shifted recordings.
    pub quantile: Option<f64>,
}

/// What a canary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Where a row stands, and nothing of what was said there.
    Position,
    /// All controls.
    Controls,
    /// One group of controls alone.
    ControlGroup(ControlPart),
    /// The untrained twins.
    Twins,
    /// The model on the story's words in random order.
    ShuffledWords,
    /// The model on recordings that went around their runs.
    ShiftedRecording,
}

impl Canary {
    /// A canary on the group of which nothing is known yet.
    pub fn new(kind: Kind, model: Option<&str>) -> Self {
        let (score, adds, p, beside, quantile) = (None, None, None, None, None);
        Self { kind, model: model.map(str::to_owned), single_listeners: false, score, adds, p, beside, quantile }
    }
}
