//! Walks over a binary file and remembers where it is.

use std::fs;
use std::path::Path;

use crate::Error;

/// The bytes of a file, taken from the front.
pub(super) struct Bytes<'a> {
    path: &'a Path,
    all: &'a [u8],
    at: usize,
}

/// Everything in the file `path`.
pub(crate) fn whole(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|source| Error::Read { path: path.into(), source })
}

impl<'a> Bytes<'a> {
    pub fn new(path: &'a Path, all: &'a [u8]) -> Self {
        Self { path, all, at: 0 }
    }

    /// Where the next byte is, from 0.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What has not been taken.
    pub fn rest(&self) -> &'a [u8] {
        &self.all[self.at..]
    }

    /// The next `n` things of `size` bytes.
    pub fn take(&mut self, n: usize, size: usize, field: &'static str) -> Result<&'a [u8], Error> {
        let (needed, left) = (n as u64 * size as u64, self.rest().len());
        if needed > left as u64 {
            return Err(Error::Short { path: self.path.into(), byte: self.at, field, needed, left });
        }
        let taken = &self.rest()[..needed as usize];
        self.at += taken.len();
        Ok(taken)
    }

    pub fn integer(&mut self, field: &'static str) -> Result<i32, Error> {
        Ok(integers(self.take(1, 4, field)?).next().expect("four bytes"))
    }

    /// A number of things, not negative.
    pub fn count(&mut self, field: &'static str) -> Result<usize, Error> {
        let byte = self.at;
        let n = self.integer(field)?;
        usize::try_from(n).map_err(|_| self.wrong(byte, field, "is negative", n))
    }

    /// A text whose length stands before it, up to the first zero byte.
    pub fn text(&mut self, field: &'static str) -> Result<String, Error> {
        let n = self.count(field)?;
        let text = self.take(n, 1, field)?;
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        Ok(String::from_utf8_lossy(&text[..end]).into_owned())
    }

    /// A line up to its end, which is taken too.
    pub fn line(&mut self, field: &'static str) -> Result<&'a [u8], Error> {
        match self.rest().iter().position(|byte| *byte == b'\n') {
            Some(length) => Ok(&self.take(length + 1, 1, field)?[..length]),
            None => Err(self.wrong(self.at, field, "is a line without an end", "")),
        }
    }

    pub fn wrong(&self, byte: usize, field: &'static str, wrong: &'static str, value: impl ToString) -> Error {
        Error::Field { path: self.path.into(), byte, field, wrong, value: value.to_string() }
    }
}

/// `bytes` as whole numbers of four bytes.
pub(super) fn integers(bytes: &[u8]) -> impl Iterator<Item = i32> {
    bytes.chunks_exact(4).map(|four| i32::from_be_bytes(four.try_into().expect("four bytes")))
}

/// `bytes` as numbers of single precision.
pub(super) fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    integers(bytes).map(|bits| f32::from_bits(bits as u32))
}
