//! What variance is divided among: named bands of features beside the layers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gyrus_encoding::WordProperty;
use serde::{Deserialize, Serialize};

/// Bands of features beside the layers, and how they are penalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartitionSettings {
    /// What each band is made of, by name; the layer is a band of its own.
    pub bands: BTreeMap<String, Band>,
    /// One penalty for each band instead of one for all.
    #[serde(default = "yes")]
    pub banded: bool,
    /// Divisions of the penalty among bands that are tried first.
    #[serde(default = "shares")]
    pub shares: usize,
    /// Rounds that look near the best of the round before.
    #[serde(default = "rounds")]
    pub rounds: usize,
    /// Single listeners too, at the layers that the mean recording chooses.
    #[serde(default = "yes")]
    pub listeners: bool,
}

/// What a band is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Band {
    /// Properties of the words; surprisal and entropy are each model's own.
    Words(Vec<WordProperty>),
    /// A file of one tensor `(words, width)`, with a row for every word of the story.
    File(PathBuf),
}

/// The name of the band that the layer itself is.
pub const LAYER: &str = "layer";

fn yes() -> bool {
    true
}

fn shares() -> usize {
    20
}

fn rounds() -> usize {
    2
}

impl PartitionSettings {
    /// With paths that count from `folder`.
    pub(super) fn rooted(&mut self, folder: &Path) {
        for band in self.bands.values_mut() {
            if let Band::File(path) = band {
                super::data::root(path, folder);
            }
        }
    }

    /// Every file that must be there.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.bands.values().filter_map(|band| match band {
            Band::File(path) => Some(path),
            Band::Words(_) => None,
        })
    }

    /// Every property that a band holds, band by band.
    pub fn properties(&self) -> impl Iterator<Item = WordProperty> {
        self.bands
            .values()
            .flat_map(|band| match band {
                Band::File(_) => [].as_slice(),
                Band::Words(properties) => properties.as_slice(),
            })
            .copied()
    }

    /// What is wrong with a band, if something is; `vectors` says whether there is a file of word vectors.
    pub(super) fn wrong(&self, vectors: bool) -> Option<String> {
        let mut seen = Vec::new();
        for (name, band) in &self.bands {
            if name == LAYER || name.is_empty() {
                return Some(format!("cannot have the name `{name}`"));
            }
            let Band::Words(properties) = band else { continue };
            if properties.is_empty() {
                return Some(format!("holds nothing in `{name}`"));
            }
            for property in properties {
                match property {
                    WordProperty::Envelope => return Some(format!("cannot hold `envelope`, in `{name}`")),
                    WordProperty::Static if !vectors => {
                        return Some(format!("needs `controls.vectors` for `static`, in `{name}`"));
                    }
                    _ if seen.contains(property) => return Some(format!("has `{property}` twice")),
                    _ => seen.push(*property),
                }
            }
        }
        self.bands.is_empty().then(|| "is empty".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(bands: &str) -> Result<Option<String>, toml::de::Error> {
        let settings: PartitionSettings = toml::from_str(&format!("[bands]\n{bands}"))?;
        Ok(settings.wrong(false))
    }

    #[test]
    fn bands_are_properties_or_files() -> Result<(), toml::de::Error> {
        let text = "[bands]\nsound = [\"rate\", \"duration\"]\nspeech = \"wav2vec.safetensors\"";
        let settings: PartitionSettings = toml::from_str(text)?;
        assert_eq!(settings.bands["sound"], Band::Words(vec![WordProperty::Rate, WordProperty::Duration]));
        assert_eq!(settings.paths().collect::<Vec<_>>(), [Path::new("wav2vec.safetensors")]);
        assert_eq!((settings.banded, settings.shares, settings.rounds), (true, 20, 2));
        assert_eq!(settings.wrong(false), None);
        Ok(())
    }

    #[test]
    fn bands_that_make_no_sense_are_named() -> Result<(), toml::de::Error> {
        for (bands, expected) in [
            ("", "is empty"),
            ("layer = [\"rate\"]", "cannot have the name `layer`"),
            ("a = []", "holds nothing in `a`"),
            ("a = [\"rate\"]\nb = [\"rate\"]", "has `rate` twice"),
            ("a = [\"static\"]", "needs `controls.vectors` for `static`, in `a`"),
            ("a = [\"envelope\"]", "cannot hold `envelope`, in `a`"),
        ] {
            assert_eq!(wrong(bands)?.as_deref(), Some(expected));
        }
        Ok(())
    }
}
