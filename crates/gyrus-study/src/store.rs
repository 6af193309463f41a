//! Files that appear whole or not at all, and the tensors in them.

use std::borrow::Cow;
use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::Path;

use ndarray::Array2;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::Error;
use crate::leftovers::leave_to_begin;
use crate::matrix_file::MatrixFile;

/// Writes `bytes` to `path` under a temporary name beside it, syncs, and renames: a reader never sees half a file.
///
/// # Errors
/// [`Error::Write`] naming the file, for example if there is no space left; an earlier file of that name stays whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let mut file = temporary(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    persist(file, path)
}

/// Writes a result for later steps and other programs, as [`write_whole`] does.
///
/// # Errors
/// As [`write_whole`].
pub(crate) fn write_json(path: &Path, result: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(result).expect("numbers and names");
    write_whole(path, text.as_bytes())
}

/// Reads a result that an earlier step left.
///
/// # Errors
/// [`Error::Read`], or [`Error::Result`] if it is not what such a step writes.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    serde_json::from_str(&text).map_err(|source| Error::Result { path: path.to_owned(), source })
}

/// Syncs a temporary file and gives it its name.
pub(crate) fn persist(file: NamedTempFile, path: &Path) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    // The rename itself survives a power cut only once the folder is synced.
    File::open(folder_of(path)).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file beside `path` that vanishes unless it is renamed, as readable as any that the user makes.
pub(crate) fn temporary(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = folder_of(path);
    create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let _leave = leave_to_begin();
    builder.tempfile_in(folder)
}

/// Writes matrices in f32; `columns` are named in the metadata, which has this one entry so that its bytes have one order.
///
/// # Errors
/// [`Error::Tensors`] for two of one name, [`Error::Write`].
pub fn write_tensors(path: &Path, tensors: &[(String, Array2<f64>)], columns: Option<String>) -> Result<(), Error> {
    let bytes = |values: &Array2<f64>| values.iter().flat_map(|value| (*value as f32).to_le_bytes()).collect();
    let data: Vec<Vec<u8>> = tensors.iter().map(|(_, values)| bytes(values)).collect();
    let views = tensors
        .iter()
        .zip(&data)
        .map(|((name, values), data)| Ok((name.as_str(), TensorView::new(Dtype::F32, values.shape().to_vec(), data)?)));
    let metadata = columns.map(|columns| [("columns".to_owned(), columns)].into());
    let failed = |source: SafeTensorError| Error::Tensors { path: path.to_owned(), reason: source.to_string() };
    let views = views.collect::<Result<Vec<_>, SafeTensorError>>().map_err(failed)?;
    write_whole(path, &safetensors::serialize(views, metadata).map_err(failed)?)
}

/// Writes matrices to one safetensors file, in f64, as [`write_whole`] does.
///
/// # Errors
/// [`Error::Write`] naming the file.
pub(crate) fn write_doubles(path: &Path, tensors: &[(String, Cow<Array2<f64>>)]) -> Result<(), Error> {
    let bytes = |x: &Array2<f64>| x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let data: Vec<Vec<u8>> = tensors.iter().map(|(_, x)| bytes(x)).collect();
    let views = tensors.iter().zip(&data).map(|((name, x), bytes)| {
        (name, TensorView::new(Dtype::F64, x.shape().to_vec(), bytes).expect("as many bytes as the shape says"))
    });
    write_whole(path, &safetensors::serialize(views, None).expect("a header of names and shapes"))
}

/// Reads every tensor of a file as an f32 matrix, in natural order of the names (`layer.2` before `layer.10`).
///
/// # Errors
/// As [`MatrixFile::open`].
pub fn read_tensors(path: &Path) -> Result<Vec<(String, Array2<f32>)>, Error> {
    let file = MatrixFile::open(path)?;
    Ok((0..file.len()).map(|i| (file.name(i).to_owned(), file.matrix(i).mapv(|x| x as f32))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

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
