//! The program, called as a user calls it.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program `gyrus` on disk.
#[derive(Debug, Clone)]
pub struct Program {
    path: PathBuf,
}

/// What a call left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Exit status; nothing if the program was killed.
    pub status: Option<i32>,
    /// Standard output.
    pub output: String,
    /// Standard error.
    pub complaint: String,
}

impl Program {
    /// The program at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Calls the program in `folder`.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn call<S: AsRef<OsStr>>(&self, folder: &Path, arguments: impl IntoIterator<Item = S>) -> io::Result<Answer> {
        // A backtrace would show here if a failure were not an error of ours.
        let mut command = Command::new(&self.path);
        let said = command.args(arguments).current_dir(folder).env("RUST_BACKTRACE", "1").output()?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Answer { status: said.status.code(), output: text(&said.stdout), complaint: text(&said.stderr) })
    }
}

impl Answer {
    /// Standard output of a call that went well.
    ///
    /// # Errors
    /// It did not; the error holds what it said.
    pub fn good(self) -> io::Result<String> {
        if self.status == Some(0) { Ok(self.output) } else { Err(io::Error::other(format!("{self:?}"))) }
    }

    /// From the one `error:` on to the end of what a failed call said.
    ///
    /// # Errors
    /// The status is not 1, or there is not exactly one error, or a panic or backtrace is seen; the error holds what it said.
    pub fn refusal(&self) -> io::Result<&str> {
        let starts: Vec<usize> = self.complaint.match_indices("error: ").map(|(at, _)| at).collect();
        let begins_line = |at: usize| at == 0 || self.complaint.as_bytes()[at - 1] == b'\n';
        let unclean = ["panicked", "backtrace"].iter().any(|word| self.complaint.contains(word));
        match starts.as_slice() {
            [at] if self.status == Some(1) && begins_line(*at) && !unclean => Ok(&self.complaint[*at..]),
            _ => Err(io::Error::other(format!("{self:?}"))),
        }
    }
}
