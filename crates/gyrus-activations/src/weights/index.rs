//! The list that says which file of a model holds which tensor.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::Error;
use crate::config::Config;

/// A checked `*.index.json`.
#[derive(Debug)]
pub(crate) struct Index {
    /// Each tensor with its file.
    tensors: Vec<(String, String)>,
}

impl Index {
    /// Reads the file `path`.
    ///
    /// Files lie beside their index: a name with a folder, a drive or a step upwards is refused.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let config = Config::open(path)?;
        let map = config.section("weight_map")?.ok_or_else(|| config.refuse("weight_map", "an object"))?;
        let mut tensors = Vec::new();
        for (tensor, file) in map.entries() {
            let file = file.as_str().ok_or_else(|| map.refuse(tensor, "a file name"))?;
            if !is_plain(file) {
                return Err(Error::ShardName { index: path.into(), file: file.into() });
            }
            tensors.push((tensor.clone(), file.into()));
        }
        if tensors.is_empty() {
            return Err(config.refuse("weight_map", "a list of at least one tensor"));
        }
        Ok(Self { tensors })
    }

    /// Every file, once, in alphabetical order.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        let files: BTreeSet<_> = self.tensors.iter().map(|(_, file)| file.as_str()).collect();
        files.into_iter()
    }

    /// Every tensor with its file.
    pub(crate) fn tensors(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tensors.iter().map(|(tensor, file)| (tensor.as_str(), file.as_str()))
    }
}

/// Whether a name is that of a file and nothing more, on any system.
fn is_plain(file: &str) -> bool {
    let mut parts = Path::new(file).components();
    let one = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
    one && !file.contains(['/', '\\', ':', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_files_of_a_model() {
        for plain in ["a.safetensors", "pytorch_model-00001-of-00002.bin", "..a", "a b"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["", ".", "..", "../x", "/x", "a/b", "a/", "./a", "a\\b", "..\\x", "C:x", "x\0"] {
            assert!(!is_plain(other), "{other}");
        }
    }
}
