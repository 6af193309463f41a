//! One file of a data set, as its manifest describes it.

use std::path::{Component, Path};

use serde::Deserialize;

use crate::Hash;

/// One file of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Path inside the data set's folder, with forward slashes.
    pub path: String,
    /// Size in bytes, where somebody has verified it.
    pub bytes: Option<u64>,
    /// Hash of its content, where somebody has verified it.
    pub hash: Option<Hash>,
}

/// How the name of a file ends that is not whole yet.
pub const PART: &str = ".part";

/// Whether `path` stays inside the folder that it counts from, on every system.
pub fn is_inside(path: &str) -> bool {
    let strange = |byte: u8| byte == b'\\' || byte == b':' || byte.is_ascii_control();
    let parts = Path::new(path).components();
    !path.bytes().any(strange)
        && path.split('/').all(|part| !part.is_empty())
        && parts.into_iter().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_seen() {
        for path in ["a", "a/b.txt", "sub-01/func/a b.nii.gz", ".bidsignore", "a/..b"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/a", "../a", "a/../b", "a/..", "./a", "a//b", "a/", "a\\b", "C:a", "c:/a", "a\0b", "a\n"] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
