//! What a pickle of weights is made of.

use safetensors::Dtype;

use crate::weights::globals::Global;

/// A stretch of numbers in an archive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Storage<'a> {
    /// The number type.
    pub(crate) dtype: Dtype,
    /// Its name in the archive.
    pub(crate) key: &'a str,
    /// How many numbers it has.
    pub(crate) len: usize,
}

/// A tensor as a pickle describes it, not yet checked against its storage.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View<'a> {
    /// Where its numbers are.
    pub(crate) storage: Storage<'a>,
    /// Numbers of the storage before its first.
    pub(crate) offset: usize,
    /// Numbers along each axis.
    pub(crate) shape: Vec<usize>,
    /// Numbers of the storage from one index of an axis to the next.
    pub(crate) strides: Vec<usize>,
}

/// A value, or the index of one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    /// Something that no tensor needs: what it is, in words.
    Other(&'static str),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// A name of Python that is known.
    Global(Global),
    /// The index of a tuple.
    Tuple(usize),
    /// The index of a dictionary.
    Dictionary(usize),
    /// Where numbers are.
    Storage(Storage<'a>),
    /// The index of a tensor.
    View(usize),
}

impl Value<'_> {
    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Other(kind) => kind,
            Self::Integer(_) => "a whole number",
            Self::Text(_) => "a text",
            Self::Global(_) => "a Python name",
            Self::Tuple(_) => "a tuple",
            Self::Dictionary(_) => "a dictionary",
            Self::Storage(_) => "a storage",
            Self::View(_) => "a tensor",
        }
    }
}
