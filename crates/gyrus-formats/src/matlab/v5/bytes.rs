//! The elements of a variable, one after the other.

use std::path::Path;

use crate::Error;
use crate::number::Order;

/// Types of elements.
pub(super) const MATRIX: u32 = 14;
pub(super) const COMPRESSED: u32 = 15;

/// The bytes of a variable, as far as they are not yet read, and where they are.
pub(super) struct Bytes<'a> {
    pub path: &'a Path,
    pub variable: &'a str,
    pub order: Order,
    bytes: &'a [u8],
    /// Bytes read before.
    at: usize,
}

/// An element: its type and its content.
pub(super) struct Element<'a> {
    pub kind: u32,
    pub content: Bytes<'a>,
}

impl<'a> Bytes<'a> {
    pub fn new(path: &'a Path, variable: &'a str, order: Order, bytes: &'a [u8]) -> Self {
        Self { path, variable, order, bytes, at: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let Some((taken, rest)) = self.bytes.split_at_checked(count) else {
            return Err(self.wrong("is cut off: its tag needs so many bytes and there are fewer", count));
        };
        (self.bytes, self.at) = (rest, self.at + count);
        Ok(taken)
    }

    /// The next element; elements are padded to eight bytes, the last one of a variable perhaps not.
    pub fn element(&mut self) -> Result<Element<'a>, Error> {
        let tag = self.take(4)?;
        let word = self.order.u32([tag[0], tag[1], tag[2], tag[3]]);
        // The small form has size and type in one word and its content in the next.
        let (kind, size, padded) = match word >> 16 {
            0 => {
                let size = self.take(4)?;
                let size = self.order.u32([size[0], size[1], size[2], size[3]]) as usize;
                let padded = if word == COMPRESSED { size } else { size.next_multiple_of(8) };
                (word, size, padded)
            }
            size if size <= 4 => (word & 0xffff, size as usize, 4),
            size => return Err(self.wrong("has a small element of more than 4 bytes", size)),
        };
        let at = self.at;
        let content = self.take(size)?;
        self.take((padded - size).min(self.bytes.len()))?;
        let content = Bytes { path: self.path, variable: self.variable, order: self.order, bytes: content, at };
        Ok(Element { kind, content })
    }

    /// That something is wrong here.
    pub fn wrong(&self, wrong: impl Into<String>, value: impl ToString) -> Error {
        let place = format!("variable `{}`, byte {} (from 0) of it,", self.variable, self.at);
        Error::content(self.path, place, wrong, value)
    }
}
