//! Bytes read one after the other, never beyond their end.

use crate::weights::flaw::Flaw;

/// A place in some bytes.
#[derive(Debug, Clone)]
pub(crate) struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    /// The place `at`; reading beyond the end is an error, being there is not.
    pub(crate) fn new(all: &'a [u8], at: usize) -> Self {
        Self { all, at }
    }

    /// The place, counted from the first byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Flaw> {
        let rest = self.all.get(self.at..).and_then(|rest| rest.get(..count));
        let missing = || Flaw::Damaged(format!("it ends where {count} more bytes are expected, at byte {}", self.at));
        let taken = rest.ok_or_else(missing)?;
        self.at += count;
        Ok(taken)
    }

    /// The bytes up to the next line feed, which is skipped.
    pub(crate) fn line(&mut self) -> Result<&'a [u8], Flaw> {
        let rest = self.all.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| byte == b'\n');
        let endless = || Flaw::Damaged(format!("the line at byte {} does not end", self.at));
        let line = self.take(length.ok_or_else(endless)?)?;
        self.at += 1;
        Ok(line)
    }

    /// The next byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Flaw> {
        self.array().map(u8::from_le_bytes)
    }

    /// The next two bytes as a number, the lowest first.
    pub(crate) fn u16(&mut self) -> Result<u16, Flaw> {
        self.array().map(u16::from_le_bytes)
    }

    /// The next four bytes as a number, the lowest first.
    pub(crate) fn u32(&mut self) -> Result<u32, Flaw> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes as a number, the lowest first.
    pub(crate) fn u64(&mut self) -> Result<u64, Flaw> {
        self.array().map(u64::from_le_bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }
}
