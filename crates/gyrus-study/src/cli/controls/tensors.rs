//! The file of controls.

use std::path::Path;

use gyrus_encoding::WordColumns;
use gyrus_study::write_tensors;
use ndarray::{Array2, Axis, concatenate};

/// The name of the tensor that holds all properties.
const STACKED: &str = "controls";

/// Named columns of words, to be written in f32.
#[derive(Debug, Default)]
pub struct Tensors(Vec<(String, Array2<f64>)>);

impl Tensors {
    /// Adds a property.
    pub fn push(&mut self, name: String, columns: WordColumns) {
        self.0.push((name, columns.values));
    }

    /// Writes a tensor for each property, or all of them side by side in one.
    ///
    /// The file says in its metadata, under `columns`, which property each column of the one tensor belongs to.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(self, path: &Path, stack: bool) -> anyhow::Result<()> {
        if !stack {
            return Ok(write_tensors(path, &self.0, None)?);
        }
        let names = self.0.iter().flat_map(|(name, values)| vec![name.as_str(); values.ncols()]);
        let names = names.collect::<Vec<_>>().join(",");
        let views: Vec<_> = self.0.iter().map(|(_, values)| values.view()).collect();
        let all = concatenate(Axis(1), &views).expect("every property has a row per word");
        Ok(write_tensors(path, &[(STACKED.to_owned(), all)], Some(names))?)
    }
}
