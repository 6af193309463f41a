//! What a data set consists of: where it comes from, its clock, its oddities, and its files with size and hash.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::data_file::{PART, is_inside};
use crate::fetch::address;
use crate::{DataFile, Error, FilePattern, Selection};

/// Something about a data set that one trips over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oddity {
    /// What is odd.
    pub what: String,
    /// What gyrus does about it.
    pub here: String,
}

/// The description of a data set.
///
/// The tables `story`, `signals` and `spelling` of a manifest belong to the reader of that layout and may stand in it; they are
/// not looked at here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// Short name, as of a folder.
    pub name: String,
    /// Full title.
    pub title: String,
    /// Licence of the parts.
    pub licence: String,
    /// What to cite.
    pub citation: String,
    /// Digital object identifier of what to cite, beginning with `10.`.
    pub doi: Option<String>,
    /// Where it comes from: the page of the data set.
    pub source: String,
    /// What it holds.
    pub holds: Option<String>,
    /// What its times count from.
    pub clock: Option<String>,
    /// Address of the folder that the files can be fetched from, where there is one.
    pub base: Option<String>,
    /// What one trips over.
    #[serde(default, rename = "oddity")]
    pub oddities: Vec<Oddity>,
    /// The files that are known by name.
    #[serde(default, rename = "file")]
    pub files: Vec<DataFile>,
    /// Files that are counted only.
    #[serde(default, rename = "pattern")]
    pub patterns: Vec<FilePattern>,
    #[serde(default, rename = "story")]
    _story: IgnoredAny,
    #[serde(default, rename = "signals")]
    _signals: IgnoredAny,
    #[serde(default, rename = "spelling")]
    _spelling: IgnoredAny,
}

impl DataSet {
    /// The data set that the TOML file `path` describes.
    ///
    /// # Errors
    /// [`Error::Read`] if the file cannot be read, otherwise as [`DataSet::parse`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        Self::parse(&text, path)
    }

    /// The data set that the manifest `text` describes; `path` is its name in errors.
    ///
    /// # Errors
    /// [`Error::Manifest`] with line and column if a field is unknown, missing or of the wrong kind,
    /// [`Error::ManifestValue`] for an empty text, a path that leaves the folder or is listed twice, a pattern or an address that
    /// is not one, and a manifest without files.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Error> {
        let set: Self =
            toml::from_str(text).map_err(|source| Error::Manifest { path: path.into(), source: Box::new(source) })?;
        match set.wrong_text().or_else(|| set.wrong_path()) {
            Some((field, value)) => Err(Error::ManifestValue { path: path.into(), field, value }),
            None => Ok(set),
        }
    }

    /// The files that `chosen` has, in the manifest's order.
    pub fn chosen(&self, chosen: &Selection) -> Vec<&DataFile> {
        self.files.iter().filter(|file| chosen.has(&file.path)).collect()
    }

    /// Address of `file` below `base`, or below the manifest's own.
    ///
    /// # Errors
    /// [`Error::NoAddress`] if there is neither, [`Error::Address`] if `base` is not the address of a folder.
    pub fn address(&self, file: &DataFile, base: Option<&str>) -> Result<String, Error> {
        let no_address = || Error::NoAddress { name: self.name.clone(), origin: self.source.clone() };
        address::of_file(base.or(self.base.as_deref()).ok_or_else(no_address)?, &file.path)
    }

    fn wrong_text(&self) -> Option<(&'static str, String)> {
        let texts = [&self.title, &self.licence, &self.citation, &self.source].into_iter();
        let mut texts = texts.chain(&self.holds).chain(&self.clock);
        let is_name = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if self.name.is_empty() || !self.name.bytes().all(is_name) {
            return Some(("name (small letters, digits and hyphens)", self.name.clone()));
        }
        if texts.any(|text| text.trim().is_empty()) {
            return Some(("title, licence, citation, source, holds or clock (not empty)", String::new()));
        }
        if let Some(doi) = self.doi.iter().find(|doi| !(doi.starts_with("10.") && doi.contains('/'))) {
            return Some(("doi (begins with `10.`, without `doi:` and `https:`)", doi.clone()));
        }
        let base = self.base.iter().find(|base| !address::is_folder(base))?;
        Some(("base (`https://` or `http://`, a server, a folder, and no `?` or `#`)", base.clone()))
    }

    fn wrong_path(&self) -> Option<(&'static str, String)> {
        let mut seen = BTreeSet::new();
        if let Some(file) = self.files.iter().find(|file| !is_inside(&file.path)) {
            return Some(("path (inside the folder, with forward slashes)", file.path.clone()));
        }
        if let Some(file) = self.files.iter().find(|file| file.path.ends_with(PART)) {
            return Some(("path (`.part` is how unfinished files end)", file.path.clone()));
        }
        if let Some(file) = self.files.iter().find(|file| !seen.insert(file.path.as_str())) {
            return Some(("path (each once)", file.path.clone()));
        }
        let is_pattern = |pattern: &FilePattern| is_inside(&pattern.path) && Selection::new(&[&pattern.path]).is_ok();
        if let Some(pattern) = self.patterns.iter().find(|pattern| !is_pattern(pattern)) {
            return Some(("pattern (a path inside the folder, with stars)", pattern.path.clone()));
        }
        let is_empty = self.files.is_empty() && self.patterns.is_empty();
        is_empty.then(|| ("list of files or patterns (at least one)", String::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"
name = "small"
title = "A small data set"
licence = "none"
citation = "none"
doi = "10.1/a"
source = "made by the tests"
base = "https://example.org/small"

[story]
text = "story.txt"

[[oddity]]
what = "odd"
here = "even"

[[file]]
path = "story.txt"
bytes = 17
hash = "md5:d41d8cd98f00b204e9800998ecf8427e"

[[file]]
path = "a b/c.txt"

[[pattern]]
path = "more/*.txt"
count = 3
what = "more"
"#;

    /// The manifest with one stretch of text replaced.
    fn parse(from: &str, to: &str) -> Result<DataSet, Error> {
        assert!(MANIFEST.contains(from), "{from}");
        DataSet::parse(&MANIFEST.replacen(from, to, 1), "manifest.toml".as_ref())
    }

    fn check_error(from: &str, to: &str, expected: &str) {
        let error = parse(from, to).expect_err(expected);
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(error.to_string().contains("manifest.toml"), "{error}");
        assert!(format!("{error} {source}").contains(expected), "{error} {source}");
    }

    #[test]
    fn wrong_values_are_named() {
        check_error("name = \"small\"", "nam = \"small\"", "unknown field `nam`");
        check_error("name = \"small\"\n", "", "missing field `name`");
        check_error("name = \"small\"", "name = \"a/b\"", "wrong name (small letters");
        check_error("title = \"A small data set\"", "title = \" \"", "wrong title");
        check_error("doi = \"10.1/a\"", "doi = \"https://doi.org/10.1/a\"", "wrong doi");
        check_error("https://example.org/small", "ftp://example.org", "wrong base");
        check_error("path = \"story.txt\"", "path = \"../story.txt\"", "`../story.txt`");
        check_error("path = \"story.txt\"", "path = \"a b/c.txt\"", "(each once): `a b/c.txt`");
        check_error("path = \"story.txt\"", "path = \"story.part\"", "unfinished files end): `story.part`");
        check_error("hash = \"md5:d", "hash = \"md5:D", "wrong hash");
        check_error("bytes = 17", "bytes = -1", "invalid value");
        check_error("more/*.txt", "/more/*.txt", "wrong pattern");
        check_error("more/*.txt", "more/[.txt", "wrong pattern");
        check_error("here = \"even\"", "there = \"even\"", "unknown field `there`");
        check_error(&MANIFEST[MANIFEST.find("[[file]]").unwrap_or_default()..], "", "wrong list of files");
    }

    #[test]
    fn addresses_lie_below_the_base() -> Result<(), Error> {
        let set = parse("", "")?;
        assert_eq!(set.address(&set.files[1], None)?, "https://example.org/small/a%20b/c.txt");
        assert_eq!(set.address(&set.files[0], Some("http://127.0.0.1:80/"))?, "http://127.0.0.1:80/story.txt");
        assert!(matches!(set.address(&set.files[0], Some("example.org")), Err(Error::Address(_))));
        let nowhere = parse("base = \"https://example.org/small\"", "")?;
        let error = nowhere.address(&nowhere.files[0], None).expect_err("no address").to_string();
        assert!(error.contains("`small`") && error.contains("see made by the tests"), "{error}");
        Ok(())
    }
}
