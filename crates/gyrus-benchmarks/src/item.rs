//! What a task makes of a record: a few texts after contexts, of which one is right.

use crate::{Error, Place, Record, Task};

/// A text that could follow a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What stands before it; nothing for whole sentences.
    pub context: String,
    /// What is scored, the space before it included.
    pub continuation: String,
    /// What normalised scores are divided by the length of: the choice without the space before it.
    pub text: String,
}

impl Choice {
    /// `text` after `context`, with the space between them that lm-evaluation-harness puts there.
    pub(crate) fn new(context: &str, text: &str) -> Self {
        Self { context: context.into(), continuation: format!(" {text}"), text: text.into() }
    }
}

/// A question with its choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it stands.
    pub place: Place,
    /// What it is a case of, where its file says so.
    pub group: Option<String>,
    /// What it shares with the item in which the same choices are right the other way round.
    pub pair: Option<String>,
    /// The choices, one at least.
    pub choices: Vec<Choice>,
    /// Index of the right one.
    pub gold: usize,
}

impl Item {
    pub(crate) fn new(record: &Record, choices: Vec<Choice>, gold: usize) -> Self {
        Self { place: record.place().clone(), group: None, pair: None, choices, gold }
    }
}

/// The items that `task` makes of `records`.
///
/// # Errors
/// The first record that lacks a field or has an answer that is no choice, with its place; [`Error::NoItems`] for none.
pub fn items(task: &Task, records: &[Record]) -> Result<Vec<Item>, Error> {
    let items: Vec<Item> = records.iter().map(task.prompt).collect::<Result<_, _>>()?;
    if items.is_empty() { Err(Error::NoItems) } else { Ok(items) }
}
