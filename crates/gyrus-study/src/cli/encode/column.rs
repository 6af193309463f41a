//! One value per row in a text file, a line each and no header: labels of runs, times of words.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, bail};

/// The value of every row of `path`; `expected` says what a value is, for example `an integer label`.
///
/// # Errors
/// The file cannot be read, or a line is no such value; the error names the file, row and value.
pub fn column<T: FromStr>(path: &Path, expected: &str) -> anyhow::Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
    let value = |(row, line): (usize, &str)| {
        line.trim()
            .parse()
            .ok()
            .with_context(|| format!("row {row} (from 0) of `{}` is not {expected}: `{}`", path.display(), line.trim()))
    };
    text.lines().enumerate().map(value).collect()
}

/// The time of every row of `path` in seconds.
///
/// # Errors
/// As the function [`column()`]; a time must be finite.
pub fn seconds(path: &Path) -> anyhow::Result<Vec<f64>> {
    let times: Vec<f64> = column(path, "a time in seconds")?;
    match times.iter().position(|time| !time.is_finite()) {
        Some(row) => bail!("row {row} (from 0) of `{}` is not a time in seconds: `{}`", path.display(), times[row]),
        None => Ok(times),
    }
}
