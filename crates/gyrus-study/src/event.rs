//! What a running study tells its shell.

use std::path::Path;

use gyrus_activations::Checkpoint;
use gyrus_types::Progress;

use crate::{Cost, Reason};

/// News of a running study; the shell decides how to show it.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A step begins.
    Begun {
        /// Name of the step.
        step: String,
        /// Whether it is one of many small pieces, whose count is told as progress.
        small: bool,
    },
    /// A step has come this far.
    Progress {
        /// Name of the step.
        step: String,
        /// How far.
        progress: Progress,
        /// What is counted, for example `tokens`.
        unit: &'static str,
    },
    /// A step is finished.
    Finished {
        /// Name of the step.
        step: String,
        /// Whether it is one of many small pieces, whose count is told as progress.
        small: bool,
    },
    /// A finished step was found again by the hash of its inputs and settings.
    Found {
        /// Name of the step.
        step: String,
        /// Whether it is one of many small pieces, whose count is told as progress.
        small: bool,
    },
    /// A step that a dry run would run.
    Planned {
        /// Name of the step.
        step: String,
        /// Its place among the pieces of a step, which decides the part of a study that makes it; none if it is none.
        piece: Option<usize>,
        /// Whether it is one of many small pieces.
        small: bool,
        /// What it is expected to take, where that is known.
        cost: Option<Cost>,
        /// Why it is not found finished; none where it reads what would be made before it.
        reason: Option<Reason>,
    },
    /// Something the user should know, for example a refused listener.
    Note(String),
}

impl Event {
    /// A note on the settings of a model that nothing here reads, if there are any.
    pub fn unknown_keys(folder: &Path, checkpoint: &Checkpoint) -> Option<Self> {
        let keys = checkpoint.unknown_keys();
        let name = folder.join("config.json");
        let note = || format!("`{}` has keys that are not known and not used: {}", name.display(), keys.join(", "));
        (!keys.is_empty()).then(|| Self::Note(note()))
    }
}
