//! What stands in a folder, byte for byte.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The bytes of every file, by path inside the folder.
pub type Snapshot = BTreeMap<PathBuf, Vec<u8>>;

/// Every file below `folder`; nothing if there is no such folder.
///
/// # Errors
/// A file or folder that cannot be read.
pub fn snapshot(folder: &Path) -> io::Result<Snapshot> {
    let mut files = Snapshot::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop().filter(|current| current.exists()) {
        for entry in std::fs::read_dir(&current)? {
            let path = entry?.path();
            match (path.is_dir(), path.strip_prefix(folder)) {
                (true, _) => folders.push(path),
                (false, Ok(inside)) => drop(files.insert(inside.to_owned(), std::fs::read(&path)?)),
                (false, Err(error)) => return Err(io::Error::other(error)),
            }
        }
    }
    Ok(files)
}

/// The files that differ between two snapshots, or stand in only one.
pub fn changed<'a>(before: &'a Snapshot, after: &'a Snapshot) -> Vec<&'a Path> {
    let mut paths: Vec<&Path> = before.keys().chain(after.keys()).map(PathBuf::as_path).collect();
    paths.sort();
    paths.dedup();
    paths.retain(|path| before.get(*path) != after.get(*path));
    paths
}
