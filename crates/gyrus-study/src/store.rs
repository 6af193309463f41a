//! Files that appear whole or not at all, and the tensors in them.

use std::collections::HashMap;
use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::Path;

use gyrus_types::LayerActivations;
use ndarray::{Array2, ArrayView2};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use tempfile::NamedTempFile;

use crate::Error;

/// Writes `bytes` to `path` under a temporary name beside it, syncs, and renames: a reader never sees half a file.
///
/// # Errors
/// [`Error::Write`] naming the file, for example if there is no space left; an earlier file of that name stays whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_dir_all(folder).map_err(failed)?;
    let mut file = temporary(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The rename itself survives a power cut only once the folder is synced.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// A file that vanishes unless it is renamed, as readable as any that the user makes.
fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Writes every layer as one tensor, `layer.0` ... `layer.L`, each `(words, width)` f32.
///
/// # Errors
/// [`Error::Write`] if the file cannot be written.
pub fn write_activations(path: &Path, activations: &LayerActivations) -> Result<(), Error> {
    let names: Vec<String> = (0..activations.n_layers()).map(layer_name).collect();
    let tensors: Vec<(String, Array2<f32>)> = names.into_iter().zip(activations.layers().iter().cloned()).collect();
    write_whole(path, &serialise(path, &tensors)?)
}

/// Reads what [`write_activations`] wrote.
///
/// # Errors
/// [`Error::Read`], [`Error::Tensors`] if a tensor is missing, misshapen or of another type, [`Error::Types`] if a state is not finite.
pub fn read_activations(path: &Path) -> Result<LayerActivations, Error> {
    let mut tensors: HashMap<String, Array2<f32>> = read_tensors(path)?.into_iter().collect();
    let layers: Vec<_> = (0..).map_while(|layer| tensors.remove(&layer_name(layer))).collect();
    if layers.is_empty() || !tensors.is_empty() {
        return Err(Error::Tensors {
            path: path.to_owned(),
            reason: "expected `layer.0` to `layer.L` and nothing else".into(),
        });
    }
    Ok(LayerActivations::new(layers)?)
}

/// Reads every tensor of a file as an f32 matrix, in natural order of the names (`layer.2` before `layer.10`).
///
/// # Errors
/// [`Error::Read`], or [`Error::Tensors`] if a tensor is not a matrix of f32 or f64.
pub fn read_tensors(path: &Path) -> Result<Vec<(String, Array2<f32>)>, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let wrong = |reason: String| Error::Tensors { path: path.to_owned(), reason };
    let file =
        SafeTensors::deserialize(&bytes).map_err(|error| wrong(format!("not a whole safetensors file ({error})")))?;
    let mut tensors = file
        .iter()
        .map(|(name, view)| {
            Ok((name.to_owned(), matrix(&view).map_err(|reason| wrong(format!("tensor `{name}` {reason}")))?))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    tensors.sort_by_key(|(name, _)| natural(name));
    Ok(tensors)
}

/// Reads a file that holds exactly one matrix.
///
/// # Errors
/// As [`read_tensors`], and [`Error::Tensors`] if there is not exactly one tensor.
pub fn read_matrix(path: &Path) -> Result<Array2<f32>, Error> {
    let mut tensors = read_tensors(path)?;
    match tensors.len() {
        1 => Ok(tensors.remove(0).1),
        n => Err(Error::Tensors { path: path.to_owned(), reason: format!("expected one tensor, found {n}") }),
    }
}

/// The bytes of a file with `tensors` in it.
pub(crate) fn serialise(path: &Path, tensors: &[(String, Array2<f32>)]) -> Result<Vec<u8>, Error> {
    let wrong =
        |error: safetensors::SafeTensorError| Error::Tensors { path: path.to_owned(), reason: error.to_string() };
    let bytes: Vec<Vec<u8>> = tensors.iter().map(|(_, values)| little_endian(values.view())).collect();
    let views = tensors.iter().zip(&bytes).map(|((name, values), bytes)| {
        let shape = values.shape().to_vec();
        Ok((name.as_str(), TensorView::new(Dtype::F32, shape, bytes)?))
    });
    safetensors::serialize(views.collect::<Result<Vec<_>, _>>().map_err(wrong)?, None).map_err(wrong)
}

fn layer_name(layer: usize) -> String {
    format!("layer.{layer}")
}

fn little_endian(values: ArrayView2<f32>) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn matrix(view: &TensorView) -> Result<Array2<f32>, String> {
    let &[rows, columns] = view.shape() else {
        return Err(format!("has shape {:?}, not (rows, columns)", view.shape()));
    };
    let values: Vec<f32> = match view.dtype() {
        Dtype::F32 => view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F64 => view.data().as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes) as f32).collect(),
        other => return Err(format!("has type {other:?}, not F32 or F64")),
    };
    Array2::from_shape_vec((rows, columns), values).map_err(|error| error.to_string())
}

/// A name cut into its stem and the number that it ends with, so that `layer.2` stands before `layer.10`.
fn natural(name: &str) -> (String, u64) {
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    (stem.to_owned(), name[stem.len()..].parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn activations_come_back_as_they_were() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("deep/er/a.safetensors");
        let layers = (0..12).map(|layer| array![[layer as f32, 0.5], [1.0, -2.0]]).collect();
        let activations = LayerActivations::new(layers)?;
        write_activations(&path, &activations)?;
        assert_eq!(read_activations(&path)?, activations);
        Ok(())
    }

    #[test]
    fn a_truncated_file_is_an_error_that_names_it() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.safetensors");
        write_activations(&path, &LayerActivations::new(vec![array![[1.0, 2.0]]])?)?;
        let bytes = std::fs::read(&path)?;
        std::fs::write(&path, &bytes[..bytes.len() - 3])?;
        let error = read_activations(&path).expect_err("a truncated file");
        assert!(error.to_string().contains("a.safetensors"), "{error}");
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_what_was_written() -> Result<(), Box<dyn std::error::Error>> {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir()?;
        let mode = |path: &Path| std::fs::metadata(path).map(|metadata| metadata.permissions().mode());
        write_whole(&folder.path().join("ours"), b"")?;
        std::fs::write(folder.path().join("plain"), b"")?;
        assert_eq!(mode(&folder.path().join("ours"))?, mode(&folder.path().join("plain"))?);
        Ok(())
    }

    #[test]
    fn a_failed_write_leaves_the_earlier_file_whole() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("table");
        write_whole(&path, b"earlier")?;
        assert!(write_whole(&path.join("below-a-file"), b"later").is_err());
        assert_eq!(std::fs::read(&path)?, b"earlier");
        Ok(())
    }
}
