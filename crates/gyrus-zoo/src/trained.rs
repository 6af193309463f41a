//! What is known of a trained model: how it was made, and how well it predicts.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// A model that was trained, as `training.json` in its folder says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trained {
    /// Name of its folder.
    pub name: String,
    /// Hash of everything that its weights depend on: recipe, text, tokenizer and program version.
    pub key: String,
    /// Its family.
    pub model_type: String,
    /// Number of weights.
    pub parameters: u64,
    /// Number of blocks.
    pub layers: usize,
    /// Numbers in one state.
    pub width: usize,
    /// Steps that it was trained for.
    pub steps: u64,
    /// Tokens that it read.
    pub tokens: u64,
    /// Bits per character of the held-out text.
    pub bits_per_character: f64,
    /// Bits per character of each file's held-out part.
    pub by_file: Vec<(String, f64)>,
    /// What happened in training.
    pub log: Vec<LogLine>,
}

/// Some steps of a training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// The last of them, from 1.
    pub step: u64,
    /// Bits per token on what they read, mean over them.
    pub bits_per_token: f64,
    /// Length of the last gradient before it was cut.
    pub gradient: f64,
    /// The last learning rate.
    pub learning_rate: f64,
}

impl LogLine {
    /// A line with numbers short enough to be read back from JSON to the last bit.
    pub(crate) fn new(step: u64, bits_per_token: f64, gradient: f64, learning_rate: f64) -> Self {
        let rounded = |x: f64, digits: f64| (x * digits).round() / digits;
        Self {
            step,
            bits_per_token: rounded(bits_per_token, 1e6),
            gradient: rounded(gradient, 1e6),
            learning_rate: rounded(learning_rate, 1e12),
        }
    }
}

impl Trained {
    /// What the `training.json` in the folder `dir` says, if it is there.
    ///
    /// # Errors
    /// [`Error::Read`], or [`Error::State`] if it is damaged.
    pub fn open(dir: &Path) -> Result<Option<Self>, Error> {
        let path = dir.join("training.json");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                serde_json::from_str(&text).map(Some).map_err(|error| Error::State { path, reason: error.to_string() })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Read { path, source }),
        }
    }
}
