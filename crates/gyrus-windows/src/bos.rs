//! Whether a beginning-of-sequence token stands before every input.

use serde::{Deserialize, Serialize};

/// Whether a beginning-of-sequence token (BOS) stands before every input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bos {
    /// As the tokenizer's own rule says, see [`crate::Tokenizer::open`].
    #[default]
    Own,
    /// Always: what the own rule puts first or, where that is nothing, the token that the model's files name as BOS.
    Always,
    /// Never, not even where the own rule has one.
    Never,
}
