//! One run at a time in a folder of results, or the parts of one run beside each other.
//!
//! The lock is the operating system's on a file, so it is freed when its owner dies, however that happens.
//! What stands in the file only says who that is.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Shard};

/// Name of the file, within the results; those of parts have more after it.
const NAME: &str = "lock";

/// What names of the files begin with that are locked while something is made which several parts need.
const MAKING: &str = "lock-making-";

/// A folder of results that nobody else writes to while this exists, or a part of them.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    /// The lock of the whole folder, which parts share.
    _shared: Option<File>,
}

impl Lock {
    /// Locks the results in `folder`, which is made if need be; `owner` is what others are told.
    ///
    /// # Errors
    /// [`Error::Locked`] with the owner of a lock that is held, [`Error::Write`] if the file cannot be made.
    pub fn take(folder: &Path, owner: &str) -> Result<Self, Error> {
        let (path, mut file) = open(folder, NAME)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let owners = Self::owners(folder);
                let owner = if owners.is_empty() { said(&mut file) } else { owners.join("; ") };
                return Err(Error::Locked { owner, path });
            }
            Err(TryLockError::Error(source)) => return Err(Error::Write { path, source }),
        }
        let mut lock = Self { path, file, _shared: None };
        lock.say(owner);
        // No part is at work, so nobody waits for what another makes.
        files(folder, MAKING).into_iter().for_each(|path| drop(std::fs::remove_file(path)));
        Ok(lock)
    }

    /// Locks the part `shard` of the results in `folder`; other parts may be locked too, the whole may not.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn take_part(folder: &Path, shard: Shard, owner: &str) -> Result<Self, Error> {
        let (path, mut whole) = open(folder, NAME)?;
        match whole.try_lock_shared() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { owner: said(&mut whole), path }),
            Err(TryLockError::Error(source)) => return Err(Error::Write { path, source }),
        }
        let (path, mut file) = open(folder, &format!("{NAME}-{}", shard.in_file_name()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { owner: said(&mut file), path }),
            Err(TryLockError::Error(source)) => return Err(Error::Write { path, source }),
        }
        let mut lock = Self { path, file, _shared: Some(whole) };
        lock.say(owner);
        Ok(lock)
    }

    /// Waits until nobody else makes the step `step` for the results in `folder`, and keeps others from it.
    ///
    /// # Errors
    /// [`Error::Write`] if the file cannot be made or locked.
    pub(crate) fn making(folder: &Path, step: &str) -> Result<Self, Error> {
        let (path, file) = open(folder, &format!("{MAKING}{step}"))?;
        match file.lock() {
            Ok(()) => Ok(Self { path, file, _shared: None }),
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    /// Tells others `owner`, and what it is at.
    pub fn say(&mut self, owner: &str) {
        let file = &mut self.file;
        // Where the disk is full the lock holds all the same; it only does not say whose it is.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(owner.as_bytes()));
    }

    /// Who holds the locks of the results in `folder`, of the whole or of parts.
    pub fn owners(folder: &Path) -> Vec<String> {
        let mut paths = files(folder, NAME);
        paths.retain(|path| !begins_with(path, MAKING));
        let owner = |path: &PathBuf| {
            let mut file = File::open(path).ok()?;
            matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| said(&mut file))
        };
        paths.iter().filter_map(owner).collect()
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

/// The files in `folder` whose names begin with `prefix`, in order.
fn files(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = all.filter(|path| begins_with(path, prefix)).collect();
    paths.sort();
    paths
}

fn begins_with(path: &Path, prefix: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
}

/// The file `name` in `folder`, which is made if need be.
fn open(folder: &Path, name: &str) -> Result<(PathBuf, File), Error> {
    let path = folder.join(name);
    let made = create_dir_all(folder)
        .and_then(|()| OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path));
    match made {
        Ok(file) => Ok((path, file)),
        Err(source) => Err(Error::Write { path, source }),
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
        assert_eq!(Lock::owners(folder.path()), ["process 7 on `host`"]);
        let mut first = first;
        first.say("process 7, at `encoding`");
        assert_eq!(Lock::owners(folder.path()), ["process 7, at `encoding`"]);
        drop(first);
        assert!(Lock::owners(folder.path()).is_empty());
        Lock::take(folder.path(), "process 8")?;
        Ok(())
    }

    #[test]
    fn parts_stand_beside_each_other_and_not_beside_the_whole() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let shard = |text: &str| text.parse::<Shard>();
        let (one, two) = (
            Lock::take_part(folder.path(), shard("1/2")?, "process 7")?,
            Lock::take_part(folder.path(), shard("2/2")?, "process 8")?,
        );
        assert_eq!(Lock::owners(folder.path()), ["process 7", "process 8"]);
        assert!(
            Lock::take_part(folder.path(), shard("1/2")?, "process 9")
                .is_err_and(|e| e.to_string().contains("process 7"))
        );
        assert!(Lock::take(folder.path(), "process 9").is_err_and(|e| e.to_string().contains("process 7; process 8")));
        drop((one, two));
        let whole = Lock::take(folder.path(), "process 9")?;
        assert!(
            Lock::take_part(folder.path(), shard("1/2")?, "process 7")
                .is_err_and(|e| e.to_string().contains("process 9"))
        );
        drop(whole);
        Ok(())
    }

    #[test]
    fn what_a_dead_owner_left_is_no_lock() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(NAME), "process 7, long dead")?;
        assert!(Lock::owners(folder.path()).is_empty());
        let lock = Lock::take(folder.path(), "process 8")?;
        assert_eq!(std::fs::read_to_string(lock.path())?, "process 8");
        Ok(())
    }
}
