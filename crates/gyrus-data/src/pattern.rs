//! Names with stars: files that a manifest counts, and the choice among those that it lists.

use glob::{MatchOptions, Pattern};
use serde::Deserialize;

use crate::Error;

/// Files of a data set that its manifest does not list one by one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilePattern {
    /// Path inside the data set's folder; `*` and `?` stand for anything but a slash, `**` for any folders.
    pub path: String,
    /// How many files there are, where that is known.
    pub count: Option<u64>,
    /// What they are.
    pub what: String,
}

/// A star and a question mark stay within a folder's name; upper and lower case differ; dots are letters.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// A choice among paths by names with stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection(Vec<Pattern>);

impl Selection {
    /// Everything.
    pub const ALL: Self = Self(Vec::new());

    /// The paths that any of `patterns` describes, whole; all where there is none.
    ///
    /// # Errors
    /// [`Error::Pattern`] for a pattern that is not one.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, Error> {
        let parse = |pattern: &S| {
            let pattern = pattern.as_ref();
            Pattern::new(pattern).map_err(|source| Error::Pattern { pattern: pattern.into(), source })
        };
        patterns.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether `path` is chosen.
    pub fn has(&self, path: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches_with(path, OPTIONS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_in_their_folder() -> Result<(), Error> {
        let chosen = |pattern: &str, path: &str| Ok::<_, Error>(Selection::new(&[pattern])?.has(path));
        assert!(chosen("sub-*/ieeg/*.edf", "sub-01/ieeg/a.edf")? && Selection::ALL.has("a/b"));
        assert!(!chosen("sub-*/*.edf", "sub-01/ieeg/a.edf")? && !chosen("*.edf", "a/b.edf")?);
        assert!(chosen("**/*.edf", "sub-01/ieeg/a.edf")? && chosen("**/*.edf", "a.edf")?);
        assert!(!chosen("A*", "ab")?);
        let two = Selection::new(&["a*", "b*"])?;
        assert!(two.has("ab") && two.has("ba") && !two.has("c") && Selection::new::<&str>(&[])? == Selection::ALL);
        let error = Selection::new(&["a***b"]).expect_err("three stars").to_string();
        assert!(error.contains("`a***b`"), "{error}");
        Ok(())
    }
}
