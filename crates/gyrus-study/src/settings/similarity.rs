//! How models are compared with models.

use gyrus_similarity::CkaPlan;
use serde::{Deserialize, Serialize};

/// How models are compared with models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SimilaritySettings {
    /// Groups of consecutive words that are left out, one by one, for intervals.
    pub groups: usize,
    /// Circular shifts of one of two models for p values; no p values with 0.
    pub shifts: usize,
    /// Words that count as neighbours: debiased values are of pairs of words further apart.
    pub gap: usize,
    /// How many models are the best and as many the worst; without a number half of them, at most five.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
}

impl SimilaritySettings {
    /// How CKA is computed, in about `memory` bytes.
    pub(crate) fn plan(&self, memory: usize) -> CkaPlan {
        let plan = CkaPlan::new(memory).with_gap(self.gap);
        if self.groups > 0 { plan.with_groups(self.groups) } else { plan }
    }
}

impl Default for SimilaritySettings {
    fn default() -> Self {
        Self { groups: 20, shifts: 200, gap: 0, best: None }
    }
}
