//! Why a PyTorch file is not read.

use std::path::Path;

use crate::Error;

/// What is wrong with the contents of a PyTorch file, before its name is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Flaw {
    /// It ends early or contradicts itself.
    Damaged(String),
    /// It is whole, but of a kind that is not read.
    Unread(String),
    /// It asks for something by name that no tensor needs.
    Foreign(String),
}

impl Flaw {
    /// The error of the file `path` of so many bytes.
    pub(crate) fn into_error(self, path: &Path, bytes: usize) -> Error {
        let path = path.into();
        match self {
            Self::Damaged(reason) => Error::DamagedTorch { path, bytes, reason },
            Self::Unread(reason) => Error::UnreadTorch { path, reason },
            Self::Foreign(name) => Error::ForeignCall { path, name },
        }
    }
}
