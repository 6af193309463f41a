//! What killed runs leave behind: temporary files that never got their name.
//!
//! They are told by their names; those of this process also by being open.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use crate::Error;

/// What names of temporary files begin with, before as many random letters and digits.
const PREFIX: &str = ".tmp";

/// Random letters and digits.
const RANDOM: usize = 6;

/// Taken to write when the process ends: that holds of all its threads, whatever they are at.
static ENDING: RwLock<()> = RwLock::new(());

/// Leave to begin a temporary file, to be kept until it is there.
pub(crate) fn leave_to_begin() -> RwLockReadGuard<'static, ()> {
    ENDING.read().unwrap_or_else(PoisonError::into_inner)
}

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

/// Removes the temporary files that this process has open, and gives how many there were; from then on none is begun.
///
/// For a process that is about to end: whoever is writing one of them fails at giving it its name, and whoever would begin
/// one waits. Files of others, also of those that write to the same folder, stay. Where the system does not list open
/// files (`/proc`) none is found; the next run removes them.
pub fn remove_own_leftovers() -> usize {
    std::mem::forget(ENDING.write().unwrap_or_else(PoisonError::into_inner));
    // One that cannot be removed has its name by now, or stays for the next run.
    open_leftovers().filter(|path| std::fs::remove_file(path).is_ok()).count()
}

/// Temporary files that this process has open.
fn open_leftovers() -> impl Iterator<Item = PathBuf> {
    let open = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let paths = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    paths.filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_temporary))
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

    #[cfg(target_os = "linux")]
    #[test]
    fn own_files_go_and_those_of_others_and_whole_ones_stay() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let (own, whole) = (temporary(&folder.path().join("states"))?, folder.path().join("scores"));
        let (other, _) = temporary(&folder.path().join("states"))?.keep().map(|(file, path)| (path, drop(file)))?;
        let whole = temporary(&whole)?.persist(whole)?;
        // Other tests have temporary files too, which are not looked at.
        let is_own = |path: &Path| path.starts_with(folder.path());
        assert_eq!(open_leftovers().filter(|path| is_own(path)).collect::<Vec<_>>(), [own.path()]);
        assert!(other.exists());
        drop(whole);
        Ok(())
    }

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
