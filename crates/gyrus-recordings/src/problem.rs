//! Whether a data set on disk is the one that its manifest describes, as far as names and sizes can tell.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use crate::{DataFile, Manifest};

/// A listed file that is not there as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// What is the matter.
    pub kind: ProblemKind,
}

/// What is the matter with a listed file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// It is not there, or not a file.
    Missing,
    /// It has another size.
    Size {
        /// Bytes it has.
        found: u64,
        /// Bytes it should have.
        expected: u64,
    },
    /// It cannot be looked at.
    Unreadable(io::ErrorKind),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            ProblemKind::Missing => write!(f, "`{path}` is missing"),
            ProblemKind::Size { found, expected } => write!(f, "`{path}` has {found} bytes instead of {expected}"),
            ProblemKind::Unreadable(kind) => write!(f, "`{path}` cannot be read: {kind}"),
        }
    }
}

/// The files of `manifest` that are missing from the folder `dir` or differ in size, in the manifest's order.
///
/// Contents are not read: hashes are for whoever needs certainty.
pub fn check(dir: &Path, manifest: &Manifest) -> Vec<Problem> {
    let problem = |file: &DataFile| {
        let path = dir.join(&file.path);
        let kind = match fs::metadata(&path) {
            Ok(found) if !found.is_file() => ProblemKind::Missing,
            Ok(found) if found.len() != file.bytes => ProblemKind::Size { found: found.len(), expected: file.bytes },
            Ok(_) => return None,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                ProblemKind::Missing
            }
            Err(error) => ProblemKind::Unreadable(error.kind()),
        };
        Some(Problem { path, kind })
    };
    manifest.files.iter().filter_map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, fixture};

    #[test]
    fn missing_and_resized_files_are_listed() -> Result<(), Error> {
        let small = fixture::Small::new();
        assert_eq!(check(small.folder(), &small.manifest()?), []);
        small.write("story.txt", "longer than it was, by far");
        small.remove("story.TextGrid");
        let said: Vec<String> = check(small.folder(), &small.manifest()?).iter().map(ToString::to_string).collect();
        assert!(said[0].ends_with("story.txt` has 26 bytes instead of 17"), "{said:?}");
        assert!(said[1].ends_with("story.TextGrid` is missing") && said.len() == 2, "{said:?}");
        Ok(())
    }

    #[test]
    fn alice_is_as_listed() -> Result<(), Error> {
        let manifest = Manifest::read(&fixture::alice_manifest())?;
        assert_eq!((manifest.files.len(), manifest.spellings.len(), manifest.signals.regions.len()), (142, 4, 6));
        let Some(folder) = fixture::alice() else { return Ok(()) };
        assert_eq!(check(&folder, &manifest), []);
        Ok(())
    }
}
