//! Named bands of features beside the layer.

use std::path::PathBuf;
use std::str::FromStr;

/// The name of the band that the layer itself is.
pub const LAYER: &str = "layer";

/// A band: `NAME=FILE` or `NAME=FILE#TENSOR`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandFile {
    /// Its name in tables.
    pub name: String,
    /// Its file, tensors `(rows, width)`, and the one that is meant after a `#`.
    pub path: PathBuf,
}

impl FromStr for BandFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((LAYER, _)) => Err(format!("`{LAYER}` is the name of the layers themselves: `{text}`")),
            Some((name, path)) if !name.is_empty() && !path.is_empty() => {
                Ok(Self { name: name.to_owned(), path: path.into() })
            }
            _ => Err(format!("expected `NAME=FILE`, not `{text}`")),
        }
    }
}
