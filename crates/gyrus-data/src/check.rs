//! Whether a data set on disk is the one that its manifest describes.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fmt, fs, io};

use crate::folder::files_below;
use crate::{DataFile, DataSet, Error, FilePattern, Hash, Progress, Selection, file_hash};

/// How closely files are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Names and sizes only.
    Sizes,
    /// Contents too, by their hashes.
    Hashes,
}

/// What was found of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, as the manifest names it.
    pub path: String,
    /// How it is.
    pub state: State,
}

/// How a listed file is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// As listed.
    Good,
    /// There, and nothing contradicts the manifest, but no hash was compared.
    NotVerified {
        /// Whether at least the size is known and right.
        sized: bool,
    },
    /// Not there, or not a file.
    Missing,
    /// Of another size.
    Size {
        /// Bytes it has.
        found: u64,
        /// Bytes it should have.
        expected: u64,
    },
    /// Of other content.
    Hash {
        /// Hash that it has.
        found: Hash,
        /// Hash that it should have.
        expected: Hash,
    },
    /// It cannot be looked at.
    Unreadable(io::ErrorKind),
}

/// What was found of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Each chosen file, in the manifest's order.
    pub findings: Vec<Finding>,
    /// Each pattern and how many files of the folder it describes.
    pub patterns: Vec<(FilePattern, u64)>,
    /// How many files of the folder are neither listed nor described by a pattern.
    pub extra: u64,
}

impl State {
    /// Whether the file is not the one of the manifest.
    pub fn is_wrong(&self) -> bool {
        !matches!(self, Self::Good | Self::NotVerified { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.state {
            State::Good => write!(f, "`{path}` is as listed"),
            State::NotVerified { sized: true } => {
                write!(f, "`{path}` is not verified: its size is right, its hash was not compared")
            }
            State::NotVerified { sized: false } => {
                write!(f, "`{path}` is not verified: neither size nor hash are known")
            }
            State::Missing => write!(f, "`{path}` is missing"),
            State::Size { found, expected } => write!(f, "`{path}` has {found} bytes instead of {expected}"),
            State::Hash { found, expected } => write!(f, "`{path}` has {found} instead of {expected}"),
            State::Unreadable(kind) => write!(f, "`{path}` cannot be read: {kind}"),
        }
    }
}

impl Check {
    /// The files that are missing or differ.
    pub fn wrong(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.state.is_wrong())
    }

    /// The files that are there, with no hash compared.
    pub fn not_verified(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| matches!(finding.state, State::NotVerified { .. }))
    }
}

/// How the files of `set` that `chosen` has are in `folder`, and what else lies there; `news` hears of every file that is read.
pub fn check(folder: &Path, set: &DataSet, chosen: &Selection, depth: Depth, news: &mut dyn FnMut(Progress)) -> Check {
    let finding = |file: &&DataFile| Finding { path: file.path.clone(), state: state(folder, file, depth, news) };
    let findings = set.chosen(chosen).iter().map(finding).collect();
    let listed: BTreeSet<&str> = set.files.iter().map(|file| file.path.as_str()).collect();
    let (mut extra, mut counts) = (0, vec![0; set.patterns.len()]);
    let patterns: Vec<Option<Selection>> =
        set.patterns.iter().map(|pattern| Selection::new(&[&pattern.path]).ok()).collect();
    for path in files_below(folder) {
        let matching = patterns.iter().position(|pattern| pattern.as_ref().is_some_and(|pattern| pattern.has(&path)));
        match matching {
            Some(index) => counts[index] += 1,
            None if !listed.contains(path.as_str()) => extra += 1,
            None => {}
        }
    }
    Check { findings, patterns: set.patterns.iter().cloned().zip(counts).collect(), extra }
}

/// How `file` is in `folder`.
pub fn state(folder: &Path, file: &DataFile, depth: Depth, news: &mut dyn FnMut(Progress)) -> State {
    let path = folder.join(&file.path);
    let bytes = match fs::metadata(&path) {
        Ok(found) if !found.is_file() => return State::Missing,
        Ok(found) => found.len(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return State::Missing;
        }
        Err(error) => return State::Unreadable(error.kind()),
    };
    match (file.bytes, &file.hash) {
        (Some(expected), _) if expected != bytes => State::Size { found: bytes, expected },
        (_, Some(expected)) if depth == Depth::Hashes => {
            let mut told = |done| news(Progress { path: &file.path, done, total: Some(bytes) });
            match file_hash(&path, expected.algorithm(), &mut told) {
                Ok(found) if found == *expected => State::Good,
                Ok(found) => State::Hash { found, expected: expected.clone() },
                Err(Error::Read { source, .. }) => State::Unreadable(source.kind()),
                Err(_) => State::Unreadable(io::ErrorKind::Other),
            }
        }
        (size, _) => State::NotVerified { sized: size.is_some() },
    }
}
