//! What can be wrong with a file of signals.

use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be used, with the place and the value that are wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("write `{}` (what was there before is whole)", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A field of a header that cannot be right.
    #[error("`{}` byte {byte} (from 0): {field} {wrong}: `{value}`", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// First byte of the field, from 0.
        byte: usize,
        /// What the field is, and of which signal.
        field: String,
        /// What is wrong with it.
        wrong: &'static str,
        /// Its value.
        value: String,
    },
    /// A file that is not as long as its header says.
    #[error("`{}` has {found} bytes, its header says {expected}", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Bytes it has.
        found: u64,
        /// Bytes it should have.
        expected: u64,
    },
    /// A signal of an EDF file whose physical range is a point, or no finite numbers.
    #[error("channel `{channel}` of `{}` has no physical range: `{low} .. {high}`", path.display())]
    EdfRange {
        /// The file.
        path: PathBuf,
        /// The channel.
        channel: String,
        /// Physical minimum.
        low: f64,
        /// Physical maximum.
        high: f64,
    },
    /// A channel that EDF cannot hold.
    #[error("channel `{channel}`, to be written to `{}`, {wrong}: `{value}`", path.display())]
    EdfChannel {
        /// The file.
        path: PathBuf,
        /// The channel.
        channel: String,
        /// What is wrong with it.
        wrong: &'static str,
        /// The value.
        value: String,
    },
    /// A channel that is not sampled as it should be.
    #[error("channel `{channel}` of `{}` is sampled at {rate} Hz, by {by} at {expected} Hz", path.display())]
    OtherRate {
        /// The file of the signal.
        path: PathBuf,
        /// The channel.
        channel: String,
        /// Its rate in hertz.
        rate: f64,
        /// What says otherwise: another channel, or a file.
        by: String,
        /// The rate that it says.
        expected: f64,
    },
    /// A line of a text that cannot be right.
    #[error("`{}` line {line} (from 1) {wrong}: `{value}`", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        wrong: &'static str,
        /// What stands there.
        value: String,
    },
    /// A file that as a whole cannot be read.
    #[error("`{}` {wrong}", path.display())]
    Whole {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and what can be done.
        wrong: String,
    },
    /// A file that another one names and that is not there.
    #[error("`{}` names `{name}`, which is not beside it: {hint}", path.display())]
    Companion {
        /// The file that names it.
        path: PathBuf,
        /// The name.
        name: String,
        /// What may have happened.
        hint: &'static str,
    },
    /// A file of no format that is read.
    #[error("`{}` is of no format that is read, by its name and first bytes: {known}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The formats that are read.
        known: &'static str,
    },
    /// Something in a file that cannot be right, or that is not read.
    #[error("`{}`: {place} {wrong}: `{value}`", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What of the file: a byte, a variable, a data set.
        place: String,
        /// What is wrong with it.
        wrong: String,
        /// Its value.
        value: String,
    },
    /// A name that a file does not have.
    #[error("`{}` has no {what} `{name}`; it has {}", path.display(), list(there))]
    Missing {
        /// The file.
        path: PathBuf,
        /// What is named: an array, a variable, a series.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that the file does have.
        there: Vec<String>,
    },
}

/// Names that a message lists at most.
const LISTED: usize = 30;

/// Names as a message lists them.
fn list(names: &[String]) -> String {
    let listed: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "none".to_owned(),
        n if n > LISTED => format!("{} and {} more", listed.join(", "), n - LISTED),
        _ => listed.join(", "),
    }
}

impl Error {
    /// Makes [`Error::Read`] of what the system says of `path`.
    pub(crate) fn read(path: &Path) -> impl Fn(io::Error) -> Self + Copy + '_ {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    /// Makes [`Error::Content`].
    pub(crate) fn content(
        path: &Path,
        place: impl Into<String>,
        wrong: impl Into<String>,
        value: impl ToString,
    ) -> Self {
        let (path, place, wrong, value) = (path.to_owned(), place.into(), wrong.into(), value.to_string());
        Self::Content { path, place, wrong, value }
    }

    /// Makes [`Error::Missing`].
    pub(crate) fn missing(path: &Path, what: &'static str, name: &str, there: Vec<String>) -> Self {
        let mut there = there;
        there.sort();
        Self::Missing { path: path.to_owned(), what, name: name.to_owned(), there }
    }
}
