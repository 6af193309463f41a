//! From text to states.

use gyrus_windows::{Bos, Overflow, Reading, WindowSpec};
use serde::{Deserialize, Serialize};

use crate::keep::Keep;

/// From text to states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordSettings {
    /// Context windows.
    pub windows: Vec<WindowSpec>,
    /// The window of every headline number.
    pub main: WindowSpec,
    /// How the states of a word's tokens become one.
    pub pooling: Pooling,
    /// What happens to windows beyond a model's limit.
    pub overflow: Overflow,
    /// Whether BOS stands before every input; the tokenizer's own rule unless told otherwise.
    #[serde(default)]
    pub bos: Bos,
    /// How the story becomes tokens; as a whole unless told otherwise.
    #[serde(default)]
    pub tokens: Reading,
    /// Untrained twins of each model.
    pub twins: u64,
    /// What is kept on disk of the states.
    #[serde(default)]
    pub keep: Keep,
}

/// How the states of a word's tokens become one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The last token's.
    Last,
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
}
