//! The data sets that gyrus knows by name.

use std::path::Path;

use crate::{DataSet, Error};

/// Their manifests, as they stand in `datasets/`: name and text.
const MANIFESTS: [(&str, &str); 8] = [
    ("alice", include_str!("../../../datasets/alice/manifest.toml")),
    ("brain-treebank", include_str!("../../../datasets/brain-treebank/manifest.toml")),
    ("lebel", include_str!("../../../datasets/lebel/manifest.toml")),
    ("little-prince", include_str!("../../../datasets/little-prince/manifest.toml")),
    ("meg-masc", include_str!("../../../datasets/meg-masc/manifest.toml")),
    ("narratives", include_str!("../../../datasets/narratives/manifest.toml")),
    ("natural-stories", include_str!("../../../datasets/natural-stories/manifest.toml")),
    ("podcast", include_str!("../../../datasets/podcast/manifest.toml")),
];

/// The data sets that gyrus knows by name; their manifests are part of the program.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue;

impl Catalogue {
    /// Their names, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        MANIFESTS.into_iter().map(|(name, _)| name)
    }

    /// The manifest of `name`, as it was written.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn text(name: &str) -> Result<&'static str, Error> {
        let known = || Self::names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let found = MANIFESTS.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| text).ok_or_else(|| Error::Unknown { name: name.into(), known: known() })
    }

    /// The data set `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`] with the names there are.
    pub fn open(name: &str) -> Result<DataSet, Error> {
        DataSet::parse(Self::text(name)?, Path::new(&format!("datasets/{name}/manifest.toml")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_can_be_read_and_says_what_one_must_know() -> Result<(), Error> {
        let mut folders: Vec<String> = Vec::new();
        for entry in std::fs::read_dir("../../datasets").expect("the folder of data sets").filter_map(Result::ok) {
            if entry.path().join("manifest.toml").is_file() {
                folders.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        folders.sort();
        assert_eq!(Catalogue::names().collect::<Vec<_>>(), folders);
        for name in Catalogue::names() {
            let set = Catalogue::open(name)?;
            assert_eq!(set.name, name);
            assert!(set.holds.is_some() && set.clock.is_some() && !set.oddities.is_empty(), "{name}");
        }
        Ok(())
    }

    #[test]
    fn a_name_that_is_not_known_is_told_those_that_are() {
        let error = Catalogue::open("alicia").expect_err("no such name").to_string();
        assert!(error.contains("`alicia`") && error.contains("`alice`, ") && error.contains("`podcast`"), "{error}");
    }
}
