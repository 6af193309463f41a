//! Labels that stand in a file of their own, a line for each item, as AI2 gives out PIQA and WinoGrande.

use std::fs;
use std::path::Path;

use crate::{Error, Record, Task};

/// The records with the labels of the file `path`, whatever label they had.
///
/// # Errors
/// [`Error::NoLabels`] for a task without labels, [`Error::Read`], [`Error::LabelCount`] if there are not as many as records.
pub fn with_labels(task: &Task, mut records: Vec<Record>, path: &Path) -> Result<Vec<Record>, Error> {
    let field = task.label.ok_or(Error::NoLabels(task.name))?;
    let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let labels: Vec<&str> = text.trim_end().lines().map(str::trim).collect();
    if labels.len() != records.len() {
        return Err(Error::LabelCount { path: path.into(), found: labels.len(), expected: records.len() });
    }
    records.iter_mut().zip(labels).for_each(|(record, label)| record.set(field, label.into()));
    Ok(records)
}
