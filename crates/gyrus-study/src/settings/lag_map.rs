//! How much is made of the map over layers and lags.

use serde::{Deserialize, Serialize};

/// How much is made of the map over layers and lags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LagMapSettings {
    /// Circular shifts of its null, which refits every layer at every lag for each; `inference.shifts` unless told
    /// otherwise, and no p values with 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shifts: Option<usize>,
}
