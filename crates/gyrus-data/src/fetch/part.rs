//! A file that is not whole yet: beside its place, under its name and `.part`, written by one program at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::data_file::PART;

/// A file that is not whole yet.
#[derive(Debug)]
pub struct Part {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Part {
    /// The unfinished file for the place `target`, with what is there of it; folders that it needs are made.
    ///
    /// # Errors
    /// [`Error::Busy`] if another program writes it, [`Error::Write`] if it cannot be written.
    pub fn open(target: &Path) -> Result<Self, Error> {
        let mut name = target.as_os_str().to_owned();
        name.push(PART);
        let path = PathBuf::from(name);
        let failed = |source| Error::Write { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        // File systems without locks are trusted.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::Busy { path });
        }
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        Ok(Self { path, file, length })
    }

    /// Bytes that are there.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The unfinished file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets what is there.
    ///
    /// # Errors
    /// [`Error::Write`] if the file cannot be written.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.length = 0;
        let done = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        done.map(|_| ()).map_err(|source| self.failed(source))
    }

    /// Adds `bytes`.
    ///
    /// # Errors
    /// [`Error::Write`] if the file cannot be written, for example because the disk is full; what was there before stays.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if let Err(source) = self.file.write_all(bytes) {
            // Bytes of a write that failed may or may not be there.
            let _ = self.file.set_len(self.length);
            return Err(self.failed(source));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Brings the file to its place `target`, whole.
    ///
    /// # Errors
    /// [`Error::Write`] if it cannot be written or renamed.
    pub fn finish(self, target: &Path) -> Result<(), Error> {
        self.file.sync_all().map_err(|source| self.failed(source))?;
        fs::rename(&self.path, target).map_err(|source| Error::Write { path: target.into(), source })
    }

    /// Removes the file.
    ///
    /// # Errors
    /// [`Error::Write`] if it cannot be removed.
    pub fn discard(self) -> Result<(), Error> {
        fs::remove_file(&self.path).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Write { path: self.path.clone(), source }
    }
}
