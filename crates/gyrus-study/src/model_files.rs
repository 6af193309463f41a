//! The files that decide what a model computes, by their content.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::hash::{file_hash, text_hash};

/// Hashes of the files in `folder` that decide what a model computes.
///
/// # Errors
/// [`Error::Read`].
pub fn model_files(folder: &Path) -> Result<BTreeMap<PathBuf, String>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let mut hashes = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let decides =
            path.extension().is_some_and(|kind| ["json", "safetensors", "bin"].iter().any(|known| kind == *known));
        if decides || path.ends_with("merges.txt") {
            hashes.insert(path.clone(), file_hash(&path)?);
        }
    }
    Ok(hashes)
}

/// One hash for hashes of files, in the order of the files' names, whatever these are.
pub fn files_hash(files: &BTreeMap<PathBuf, String>) -> String {
    text_hash(&format!("{:?}", files.values().collect::<Vec<_>>()))
}
