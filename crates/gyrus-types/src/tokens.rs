//! A text as a tokenizer sees it.

use std::ops::Range;

use crate::Error;

/// The tokens of one whole text, and what the tokenizer puts before every input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    prefix: Vec<u32>,
    ids: Vec<u32>,
    offsets: Vec<Range<usize>>,
}

impl Tokens {
    /// Tokens `ids` of a text, token `i` standing for the bytes `offsets[i]`;
    /// `prefix` is what the tokenizer's own rule puts first (a beginning-of-sequence token, or nothing).
    ///
    /// # Errors
    /// [`Error::Offsets`] if ids and offsets differ in number.
    pub fn new(prefix: Vec<u32>, ids: Vec<u32>, offsets: Vec<Range<usize>>) -> Result<Self, Error> {
        if ids.len() == offsets.len() {
            Ok(Self { prefix, ids, offsets })
        } else {
            Err(Error::Offsets { ids: ids.len(), offsets: offsets.len() })
        }
    }

    /// What stands before every input (BOS), usually one token or none.
    pub fn prefix(&self) -> &[u32] {
        &self.prefix
    }

    /// The text's tokens, without the prefix.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The bytes of the text that each token stands for.
    pub fn offsets(&self) -> &[Range<usize>] {
        &self.offsets
    }
}
