//! Dimensions of layers, and how many of them all layers are cut to.

use serde::{Deserialize, Serialize};

/// How layers are compared at the same number of dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionSettings {
    /// Components that every layer is cut to; without a number the least that any layer needs for 95 % of its variance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<usize>,
}
