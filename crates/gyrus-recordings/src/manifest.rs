//! What a data set consists of: where it comes from, its clock, and every file with its size and hash.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path},
};

use gyrus_types::Sampling;
use serde::Deserialize;

use crate::Error;

/// One file of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Path inside the data set's folder, with forward slashes.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, 64 hexadecimal digits in lower case.
    pub sha256: String,
}

/// A word that the intervals spell otherwise than the text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// The word in the text.
    pub text: String,
    /// The word as the intervals have it.
    pub spoken: String,
    /// How often exactly this happens.
    pub count: usize,
}

/// Where the words of a story and their times are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// File of the text, inside the data set's folder.
    pub text: String,
    /// File of the TextGrid.
    pub grid: String,
    /// Tier of the TextGrid that holds the words.
    pub tier: String,
    /// Labels that are not words.
    pub silence: Vec<String>,
}

/// Where the signals are and when they were sampled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Folder of the signals, inside the data set's folder.
    pub folder: String,
    /// Names of the columns of a signal.
    pub regions: Vec<String>,
    /// Time of the first row on the story's clock, in seconds.
    pub first_scan: f64,
    /// Seconds between rows.
    pub repetition_time: f64,
    /// Number of rows.
    pub scans: usize,
    /// Rows that the motion files have before the first row of the signals.
    pub discarded_volumes: usize,
}

/// The description of a data set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Short name.
    pub name: String,
    /// Full title.
    pub title: String,
    /// Licence of the parts.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// Where to get it.
    pub source: String,
    /// Words and times.
    pub story: Story,
    /// Brain signals.
    pub signals: Signals,
    /// Words that the intervals spell otherwise than the text.
    #[serde(default, rename = "spelling")]
    pub spellings: Vec<Spelling>,
    /// Every file used.
    #[serde(rename = "file")]
    pub files: Vec<DataFile>,
}

impl Manifest {
    /// The manifest in the TOML file `path`.
    ///
    /// # Errors
    /// [`Error::Manifest`] with line and column if a field is unknown, missing or of the wrong kind,
    /// [`Error::ManifestValue`] for a path that leaves the folder or is listed twice, a hash that is not one, a clock that stands still.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let manifest: Self =
            toml::from_str(&text).map_err(|source| Error::Manifest { path: path.into(), source: Box::new(source) })?;
        match manifest.wrong_value() {
            Some((field, value)) => Err(Error::ManifestValue { path: path.into(), field, value }),
            None => Ok(manifest),
        }
    }

    /// When each row of a signal was sampled, on the story's clock.
    ///
    /// # Errors
    /// [`gyrus_types::Error::Sampling`] for a manifest that was not read from a file and has no clock.
    pub fn sampling(&self) -> Result<Sampling, gyrus_types::Error> {
        Sampling::new(self.signals.first_scan, self.signals.repetition_time)
    }

    fn wrong_value(&self) -> Option<(&'static str, String)> {
        let mut seen = BTreeSet::new();
        let paths = self.files.iter().map(|file| &file.path);
        let mut named = paths.clone().chain([&self.story.text, &self.story.grid, &self.signals.folder]);
        if let Some(path) = named.find(|path| !is_inside(path)) {
            return Some(("path (inside the folder, with forward slashes)", path.clone()));
        }
        if let Some(path) = paths.clone().find(|path| !seen.insert(path.as_str())) {
            return Some(("path (each once)", path.clone()));
        }
        if let Some(file) = self.files.iter().find(|file| !is_hash(&file.sha256)) {
            return Some(("sha256 (64 hexadecimal digits in lower case)", file.sha256.clone()));
        }
        if let Some(spelling) = self.spellings.iter().find(|spelling| spelling.count == 0) {
            return Some(("count (positive) of the spelling", spelling.text.clone()));
        }
        match (self.sampling(), self.signals.scans, self.signals.regions.as_slice()) {
            (Err(error), _, _) => Some(("clock", error.to_string())),
            (_, 0, _) => Some(("scans (positive)", "0".into())),
            (_, _, []) => Some(("regions (at least one)", String::new())),
            _ => None,
        }
    }
}

fn is_inside(path: &str) -> bool {
    let parts = Path::new(path).components();
    !path.is_empty() && !path.contains('\\') && parts.into_iter().all(|part| matches!(part, Component::Normal(_)))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fixture;

    /// The manifest of the test files, with one stretch of text replaced.
    fn check_error(from: &str, to: &str, expected: &str) -> io::Result<()> {
        assert!(fixture::MANIFEST.contains(from), "{from}");
        let (_folder, path) = fixture::file("manifest.toml", fixture::MANIFEST.replacen(from, to, 1))?;
        let error = Manifest::read(&path).expect_err(expected);
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(error.to_string().contains("manifest.toml"), "{error}");
        assert!(format!("{error} {source}").contains(expected), "{error} {source}");
        Ok(())
    }

    #[test]
    fn wrong_values_are_named() -> io::Result<()> {
        check_error("name = \"small\"", "nam = \"small\"", "unknown field `nam`")?;
        check_error("name = \"small\"\n", "", "missing field `name`")?;
        check_error("path = \"story.txt\"", "path = \"../story.txt\"", "`../story.txt`")?;
        check_error("path = \"story.txt\"", "path = \"story.TextGrid\"", "(each once): `story.TextGrid`")?;
        check_error("sha256 = \"0", "sha256 = \"X", "wrong sha256")?;
        check_error("repetition_time = 2.0", "repetition_time = 0.0", "positive step")?;
        check_error("scans = 4", "scans = 0", "wrong scans")?;
        check_error("count = 1", "count = 0", "wrong count")
    }
}
