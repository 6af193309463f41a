//! What can go wrong between a recipe and a trained model.

use std::path::PathBuf;

/// A recipe, a text or a folder that no model can be trained from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read.
    #[error("read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("write `{path}`")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A recipe that is not TOML, or has a key that no recipe has.
    #[error("`{path}` is not a recipe: {reason}")]
    Toml {
        /// The recipe.
        path: PathBuf,
        /// Why, with the line.
        reason: String,
    },
    /// A setting with a value that has no meaning.
    #[error("`{path}` has `{key}`: `{value}`, expected {expected}")]
    Setting {
        /// The recipe.
        path: PathBuf,
        /// The setting.
        key: String,
        /// Its value.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// A model whose configuration is refused.
    #[error("`{path}` has the model `{model}`, whose configuration cannot be trained")]
    Configuration {
        /// The recipe.
        path: PathBuf,
        /// The model's name.
        model: String,
        /// Why.
        source: Box<gyrus_activations::Error>,
    },
    /// A text without the line that it should be cut at.
    #[error("`{path}` has no line `{line}`, which the recipe ends the text before")]
    NoEnd {
        /// The text.
        path: PathBuf,
        /// The line.
        line: String,
    },
    /// Too little text.
    #[error("{part} text has {tokens} tokens, at least {least} are needed")]
    TooShort {
        /// The training part, or a file's held-out part.
        part: String,
        /// Its tokens.
        tokens: usize,
        /// One sequence and the token after it.
        least: usize,
    },
    /// A loss that is not a number, or infinite.
    #[error("model `{model}` has the loss `{loss}` at step {step}: lower its `learning_rate`")]
    Diverged {
        /// The model's name.
        model: String,
        /// The step, from 1.
        step: u64,
        /// The loss.
        loss: f64,
    },
    /// What an earlier training left under other settings.
    #[error("`{path}` was left by another recipe, text or device: remove it to train anew, or choose another folder")]
    Foreign {
        /// What it left.
        path: PathBuf,
    },
    /// A saved state that cannot be understood.
    #[error("`{path}` is not the state of a training: {reason}; remove it to train anew")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The device failed.
    #[error("device failed: {0}")]
    Device(String),
    /// A checkpoint that cannot be read back, or a device that cannot be opened.
    #[error(transparent)]
    Activations(#[from] gyrus_activations::Error),
    /// A tokenizer that cannot be learnt, or text that it refuses.
    #[error(transparent)]
    Tokens(#[from] gyrus_windows::Error),
}
