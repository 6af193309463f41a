//! What stands beside every layer without a penalty.

use std::path::PathBuf;

use gyrus_encoding::WordProperty;
use serde::{Deserialize, Serialize};

/// What stands beside every layer without a penalty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlSettings {
    /// Properties of the words.
    #[serde(default = "word_rate")]
    pub words: Vec<WordProperty>,
    /// How many words before and after a word have their properties beside its own: responses to words overlap.
    #[serde(default)]
    pub neighbours: usize,
    /// The sound, where recordings have it.
    #[serde(default = "yes")]
    pub sound: bool,
    /// What else was measured on each listener, where there is something.
    #[serde(default = "yes")]
    pub own: bool,
    /// A table of words and how often they occur, for `frequency`; the story itself is counted without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<PathBuf>,
    /// A file of word vectors, for `static`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vectors: Option<PathBuf>,
}

fn word_rate() -> Vec<WordProperty> {
    vec![WordProperty::Rate]
}

fn yes() -> bool {
    true
}

impl Default for ControlSettings {
    fn default() -> Self {
        Self { words: word_rate(), neighbours: 0, sound: true, own: true, counts: None, vectors: None }
    }
}

impl ControlSettings {
    /// The property that no control can be, if there is one: a model's own words about a word differ from model to model,
    /// and the sound comes with the recordings.
    pub(super) fn unsuited(&self) -> Option<&WordProperty> {
        let unsuited = [WordProperty::Surprisal, WordProperty::Entropy, WordProperty::Envelope];
        self.words.iter().find(|property| unsuited.contains(property))
    }

    /// Every path that must be there.
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.counts, &mut self.vectors].into_iter().flatten()
    }

    /// Every path that must be there.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.counts, &self.vectors].into_iter().flatten()
    }
}
