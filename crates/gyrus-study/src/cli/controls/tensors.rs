//! The file of controls.

use std::path::Path;

use gyrus_encoding::WordColumns;
use gyrus_study::write_whole;
use ndarray::{Array2, Axis, concatenate};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

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
            return write(path, &self.0, None);
        }
        let names = self.0.iter().flat_map(|(name, values)| vec![name.as_str(); values.ncols()]);
        let names = names.collect::<Vec<_>>().join(",");
        let views: Vec<_> = self.0.iter().map(|(_, values)| values.view()).collect();
        let all = concatenate(Axis(1), &views).expect("every property has a row per word");
        write(path, &[(STACKED.to_owned(), all)], Some(names))
    }
}

/// Writes matrices in f32; `columns` are named in the metadata, which has this one entry so that its bytes have one order.
pub fn write(path: &Path, tensors: &[(String, Array2<f64>)], columns: Option<String>) -> anyhow::Result<()> {
    let bytes = |values: &Array2<f64>| values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect();
    let data: Vec<Vec<u8>> = tensors.iter().map(|(_, values)| bytes(values)).collect();
    let views = tensors
        .iter()
        .zip(&data)
        .map(|((name, values), data)| Ok((name.as_str(), TensorView::new(Dtype::F32, values.shape().to_vec(), data)?)));
    let metadata = columns.map(|columns| [("columns".to_owned(), columns)].into());
    let bytes = safetensors::serialize(views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?, metadata)?;
    Ok(write_whole(path, &bytes)?)
}
