//! What must predict little or nothing.

use serde::{Deserialize, Serialize};

/// What must predict little or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanarySettings {
    /// Each model also reads the story's words in random order.
    #[serde(default = "yes")]
    pub shuffled_words: bool,
}

fn yes() -> bool {
    true
}

impl Default for CanarySettings {
    fn default() -> Self {
        Self { shuffled_words: true }
    }
}
