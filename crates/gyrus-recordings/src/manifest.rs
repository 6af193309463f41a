//! What the data set of regions consists of: its description, its clock, its regions and its spellings.

use std::{fs, path::Path};

use gyrus_data::DataSet;
use gyrus_types::Sampling;
use serde::Deserialize;

use crate::Error;

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

/// The description of a data set of regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// What every data set has: title, licence, files.
    pub data: DataSet,
    /// Words and times.
    pub story: Story,
    /// Brain signals.
    pub signals: Signals,
    /// Words that the intervals spell otherwise than the text.
    pub spellings: Vec<Spelling>,
}

/// The tables of a manifest that say where its signals are; the others are those of every data set.
#[derive(Deserialize)]
struct Regions {
    story: Story,
    signals: Signals,
    #[serde(default, rename = "spelling")]
    spellings: Vec<Spelling>,
}

impl Manifest {
    /// The manifest in the TOML file `path`.
    ///
    /// # Errors
    /// As [`DataSet::parse`] for what every data set has, [`Error::Manifest`] with line and column if a field of the regions is
    /// unknown, missing or of the wrong kind, [`Error::ManifestValue`] for a path that leaves the folder and a clock that stands
    /// still.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let data = DataSet::parse(&text, path)?;
        let Regions { story, signals, spellings } =
            toml::from_str(&text).map_err(|source| Error::Manifest { path: path.into(), source: Box::new(source) })?;
        let manifest = Self { data, story, signals, spellings };
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
        let mut named = [&self.story.text, &self.story.grid, &self.signals.folder].into_iter();
        if let Some(path) = named.find(|path| !gyrus_data::is_inside(path)) {
            return Some(("path (inside the folder, with forward slashes)", path.clone()));
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

#[cfg(test)]
mod tests {
    use std::io;

    use gyrus_data::{Depth, Selection, check};

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
        check_error("sha256:0", "sha256:X", "wrong hash")?;
        check_error("text = \"story.txt\"", "text = \"/story.txt\"", "`/story.txt`")?;
        check_error("tier = \"word\"", "tear = \"word\"", "unknown field `tear`")?;
        check_error("repetition_time = 2.0", "repetition_time = 0.0", "positive step")?;
        check_error("scans = 4", "scans = 0", "wrong scans")?;
        check_error("count = 1", "count = 0", "wrong count")
    }
    #[test]
    fn alice_is_as_listed() -> Result<(), Error> {
        let manifest = Manifest::read(&fixture::alice_manifest())?;
        let counts = (manifest.data.files.len(), manifest.spellings.len(), manifest.signals.regions.len());
        assert_eq!(counts, (142, 4, 6));
        let Some(folder) = fixture::alice() else { return Ok(()) };
        let found = check(&folder, &manifest.data, &Selection::ALL, Depth::Sizes, &mut |_| {});
        assert_eq!(found.wrong().count(), 0);
        Ok(())
    }
}
