//! Files that the tests write themselves.

use std::path::PathBuf;
use std::{fs, io};

use tempfile::TempDir;

/// A folder that vanishes after the test, with `content` in the file `name`.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> io::Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(name);
    fs::write(&path, content)?;
    Ok((folder, path))
}
