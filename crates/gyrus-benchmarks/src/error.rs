//! What can go wrong between a file of items and their scores.

use std::path::PathBuf;

use crate::Place;

/// A task, a file or an item that cannot be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A task that does not exist.
    #[error("there is no task `{task}`; the tasks are {known}")]
    Task {
        /// The name asked for.
        task: String,
        /// The names there are.
        known: String,
    },
    /// A file that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line that is not a JSON object.
    #[error("{place} is not a JSON object: {reason}")]
    Json {
        /// The line.
        place: Place,
        /// Why.
        reason: String,
    },
    /// A file without a single item.
    #[error("`{}` has no items", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A field that an item does not have.
    #[error("{place} has no field `{field}`, only: `{}`", found.join("`, `"))]
    MissingField {
        /// The item.
        place: Place,
        /// The field wanted, and other names it may have.
        field: String,
        /// The fields there are.
        found: Vec<String>,
    },
    /// A field whose value makes no sense.
    #[error("{place} has `{field}`: `{value}`, expected {expected}")]
    Field {
        /// The item.
        place: Place,
        /// The field.
        field: String,
        /// Its value.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// A file of labels that is not of these items.
    #[error("`{}` has {found} labels for {expected} items", path.display())]
    LabelCount {
        /// The file of labels.
        path: PathBuf,
        /// Its labels.
        found: usize,
        /// Items.
        expected: usize,
    },
    /// Labels for a task whose items have none.
    #[error("items of task `{0}` have no label, so a file of labels says nothing")]
    NoLabels(&'static str),
    /// A choice of which the tokenizer keeps nothing.
    #[error("{place}: choice {choice} (from 1) has no token: `{text}`")]
    NoToken {
        /// The item.
        place: Place,
        /// Number of the choice, from 1.
        choice: usize,
        /// What would be scored.
        text: String,
    },
    /// A text of which the tokenizer keeps nothing.
    #[error("text {text} (from 1) has no token")]
    EmptyText {
        /// Number of the text, from 1.
        text: usize,
    },
    /// Items asked for and none given.
    #[error("no items to score")]
    NoItems,
    /// A failure in tokens.
    #[error(transparent)]
    Windows(#[from] gyrus_windows::Error),
    /// A failure in the model.
    #[error(transparent)]
    Activations(#[from] gyrus_activations::Error),
}
