//! What is planted to find out which effects would have been found.

use serde::{Deserialize, Serialize};

/// What is planted to find out which effects would have been found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerSettings {
    /// Planted recordings of each effect; 0 for none.
    #[serde(default = "draws")]
    pub draws: usize,
}

fn draws() -> usize {
    200
}

impl Default for PowerSettings {
    fn default() -> Self {
        Self { draws: draws() }
    }
}
