//! One run at a time in a folder of results.
//!
//! The lock is the operating system's on a file, so it is freed when its owner dies, however that happens.
//! What stands in the file only says who that is.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// Name of the file, within the results.
const NAME: &str = "lock";

/// A folder of results that nobody else writes to while this exists.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Locks the results in `folder`, which is made if need be; `owner` is what others are told.
    ///
    /// # Errors
    /// [`Error::Locked`] with the owner of a lock that is held, [`Error::Write`] if the file cannot be made.
    pub fn take(folder: &Path, owner: &str) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let failed = |source| Error::Write { path: path.clone(), source };
        create_dir_all(folder).map_err(failed)?;
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { owner: said(&mut file), path }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let mut lock = Self { path, file };
        lock.say(owner);
        Ok(lock)
    }

    /// Tells others `owner`, and what it is at.
    pub fn say(&mut self, owner: &str) {
        let file = &mut self.file;
        // Where the disk is full the lock holds all the same; it only does not say whose it is.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(owner.as_bytes()));
    }

    /// Who holds the lock of the results in `folder`, if anybody does.
    pub fn owner(folder: &Path) -> Option<String> {
        let mut file = File::open(folder.join(NAME)).ok()?;
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| said(&mut file))
    }

    /// The file that is locked.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file stays: were it removed, two others could each lock one of that name. Without an owner it is empty.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

fn said(file: &mut File) -> String {
    let mut text = String::new();
    // An owner that has not yet said who it is leaves nothing to read.
    let _ = file.rewind().and_then(|()| file.read_to_string(&mut text));
    match text.trim() {
        "" => "another process".to_owned(),
        owner => owner.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_owner_is_told_who_is_first() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let first = Lock::take(folder.path(), "process 7 on `host`")?;
        let error = Lock::take(folder.path(), "process 8").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("process 7 on `host`") && error.contains("lock"), "{error}");
        assert_eq!(Lock::owner(folder.path()).as_deref(), Some("process 7 on `host`"));
        let mut first = first;
        first.say("process 7, at `encoding`");
        assert_eq!(Lock::owner(folder.path()).as_deref(), Some("process 7, at `encoding`"));
        drop(first);
        assert_eq!(Lock::owner(folder.path()), None);
        Lock::take(folder.path(), "process 8")?;
        Ok(())
    }

    #[test]
    fn what_a_dead_owner_left_is_no_lock() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(NAME), "process 7, long dead")?;
        assert_eq!(Lock::owner(folder.path()), None);
        let lock = Lock::take(folder.path(), "process 8")?;
        assert_eq!(std::fs::read_to_string(lock.path())?, "process 8");
        Ok(())
    }
}
