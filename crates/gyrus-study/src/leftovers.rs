//! What killed runs leave behind: temporary files that never got their name.

use std::path::{Path, PathBuf};

use crate::Error;

/// What names of temporary files begin with, before as many random letters and digits.
const PREFIX: &str = ".tmp";

/// Random letters and digits.
const RANDOM: usize = 6;

/// Removes every temporary file in `folder` and below it, and gives how many there were.
///
/// Only who has locked the results may do this: files of a run that goes on look the same.
///
/// # Errors
/// [`Error::Read`] for a folder that cannot be read, [`Error::Write`] for a file that cannot be removed.
pub fn remove_leftovers(folder: &Path) -> Result<usize, Error> {
    let left = leftovers(folder).map_err(|source| Error::Read { path: folder.to_owned(), source })?;
    for path in &left {
        std::fs::remove_file(path).map_err(|source| Error::Write { path: path.clone(), source })?;
    }
    Ok(left.len())
}

fn leftovers(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut left = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // Links are not followed: what they point to is not in the results.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            left.extend(leftovers(&entry.path())?);
        } else if kind.is_file() && entry.file_name().to_str().is_some_and(is_temporary) {
            left.push(entry.path());
        }
    }
    Ok(left)
}

fn is_temporary(name: &str) -> bool {
    let random = |rest: &str| rest.len() == RANDOM && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    name.strip_prefix(PREFIX).is_some_and(random)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::temporary;

    #[test]
    fn only_temporary_files_are_removed() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let below = folder.path().join("activations");
        // As a run leaves it that is killed while it writes.
        temporary(&below.join("states"))?.keep()?;
        for name in [".tmp", ".tmpfile-of-mine", "scores.parquet"] {
            std::fs::write(folder.path().join(name), "kept")?;
        }
        assert_eq!((remove_leftovers(folder.path())?, remove_leftovers(folder.path())?), (1, 0));
        assert_eq!((std::fs::read_dir(below)?.count(), std::fs::read_dir(folder.path())?.count()), (0, 4));
        Ok(())
    }
}
