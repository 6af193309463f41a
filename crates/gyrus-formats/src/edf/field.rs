//! The fields of an EDF header: text of a fixed width, padded with spaces.

use std::ops::Range;
use std::path::Path;
use std::str::FromStr;

use crate::Error;

/// A header as far as it has been read, from the first byte of the file on.
pub(super) struct Fields<'a> {
    pub path: &'a Path,
    pub bytes: &'a [u8],
}

/// Where a field stands in the file and what it is called in errors.
pub(super) struct Field {
    pub bytes: Range<usize>,
    pub name: String,
}

impl Field {
    pub fn new(bytes: Range<usize>, name: impl Into<String>) -> Self {
        Self { bytes, name: name.into() }
    }
}

impl Fields<'_> {
    /// The text of a field without the spaces around it; bytes are taken as Latin-1, in which every byte is a letter.
    pub fn text(&self, field: &Field) -> String {
        let letters: String = self.bytes[field.bytes.clone()].iter().map(|&byte| char::from(byte)).collect();
        letters.trim_matches([' ', '\0']).to_owned()
    }

    /// The number in a field, which must satisfy `good`.
    pub fn number<T: FromStr + Copy>(
        &self,
        field: &Field,
        wrong: &'static str,
        good: impl Fn(T) -> bool,
    ) -> Result<T, Error> {
        let text = self.text(field);
        text.parse().ok().filter(|number| good(*number)).ok_or_else(|| self.wrong(field, wrong, text))
    }

    /// That a field is wrong.
    pub fn wrong(&self, field: &Field, wrong: &'static str, value: impl Into<String>) -> Error {
        let (path, byte, field) = (self.path.to_owned(), field.bytes.start, field.name.clone());
        Error::Field { path, byte, field, wrong, value: value.into() }
    }
}
