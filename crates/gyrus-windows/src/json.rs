//! Reads the small JSON files that stand beside a model.

use std::{fs, io::ErrorKind, path::Path};

use serde::de::DeserializeOwned;

use crate::Error;

/// The bytes of a file, or `None` if there is no such file.
pub(crate) fn bytes_if_present(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

/// The content of a JSON file.
pub(crate) fn parse<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|source| Error::Json { path: path.to_owned(), source })
}

/// The content of a JSON file, or what stands for an absent one.
pub(crate) fn parse_or_default<T: DeserializeOwned + Default>(path: &Path) -> Result<T, Error> {
    bytes_if_present(path)?.map_or_else(|| Ok(T::default()), |bytes| parse(path, &bytes))
}
