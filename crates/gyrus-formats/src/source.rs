//! A file that is read at places, by many threads at once.
//!
//! Nothing is made room for before the file is known to be as long.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::Error;

/// An open file and its length.
#[derive(Debug)]
pub(crate) struct Source {
    path: PathBuf,
    file: File,
    length: u64,
}

impl Source {
    /// Opens the file `path`; a folder or a pipe, which could keep us waiting for ever, is an error.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        if !fs::metadata(path).map_err(read)?.is_file() {
            return Err(read(io::Error::new(io::ErrorKind::InvalidInput, "is no regular file")));
        }
        Self::of(path, File::open(path).map_err(read)?)
    }

    /// What is in `file`, called `path` in errors.
    pub fn of(path: &Path, file: File) -> Result<Self, Error> {
        let length = file.metadata().map_err(|source| Error::Read { path: path.to_owned(), source })?.len();
        Ok(Self { path: path.to_owned(), file, length })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills `bytes` with what stands from byte `at` on.
    pub fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), Error> {
        read_at(&self.file, at, bytes).map_err(|source| Error::Read { path: self.path.clone(), source })
    }

    /// The `count` bytes from byte `at` on; [`Error::Length`] if the file ends before.
    pub fn take(&self, at: u64, count: u64) -> Result<Vec<u8>, Error> {
        let end = at.saturating_add(count);
        if end > self.length {
            return Err(Error::Length { path: self.path.clone(), found: self.length, expected: end });
        }
        let mut bytes = vec![0; count as usize];
        self.read(at, &mut bytes).map(|()| bytes)
    }
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut at: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => (at, bytes) = (at + n as u64, &mut bytes[n..]),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn only_what_a_file_has_can_be_taken() -> Result<(), Box<dyn std::error::Error>> {
        let (folder, path) = fixture::file("a", "abcdef")?;
        let source = Source::open(&path)?;
        assert_eq!((source.take(2, 3)?, source.take(6, 0)?), (b"cde".to_vec(), Vec::new()));
        for (at, count) in [(2, 5), (7, 0), (1, u64::MAX), (u64::MAX, 1)] {
            assert!(matches!(source.take(at, count), Err(Error::Length { found: 6, .. })), "{at} {count}");
        }
        assert!(Source::open(folder.path()).is_err_and(|error| matches!(error, Error::Read { .. })));
        Ok(())
    }
}
