//! The responses, read some targets at a time.

use std::ops::Range;
use std::path::Path;

use anyhow::Context;
use gyrus_encoding::missing;
use gyrus_study::{Error, MatrixFile};
use ndarray::Array2;

use super::lags::Lags;
use super::predictors::check_finite;

/// Responses `(rows, targets)` on disk.
#[derive(Debug)]
pub struct Responses(MatrixFile);

/// Targets that are read together, which bounds the memory.
pub const TARGETS: usize = 1024;

impl Responses {
    /// Opens the file.
    ///
    /// # Errors
    /// It cannot be read, or holds not one matrix.
    pub fn open(path: &Path) -> Result<Self, Error> {
        MatrixFile::open_one(path).map(Self)
    }

    /// The file.
    pub fn file(&self) -> &MatrixFile {
        &self.0
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.0.shape(0).0
    }

    /// Number of targets.
    pub fn targets(&self) -> usize {
        self.0.shape(0).1
    }

    /// Some targets at every lag, `(kept, lags x targets)`, lag by lag.
    pub fn at(&self, lags: &Lags, targets: Range<usize>) -> Array2<f64> {
        lags.responses(self.0.columns(0, targets))
    }

    /// The targets that are undefined because values are missing, in words; NaN is a missing value.
    ///
    /// # Errors
    /// A value is infinite; the error names it as a failure against these responses.
    pub fn undefined(&self) -> anyhow::Result<Vec<String>> {
        let path = self.0.path().display();
        let mut said = Vec::new();
        for first in (0..self.targets()).step_by(TARGETS) {
            let some = self.0.columns(0, first..(first + TARGETS).min(self.targets()));
            check_finite(some.view(), first, |value| !value.is_infinite())
                .with_context(|| format!("features against `{path}`"))?;
            said.extend(missing(some.view()).into_iter().map(|target| {
                format!(
                    "target {} of `{path}` is undefined: {} of its values are missing, the first in row {} (from 0)",
                    target.target + first,
                    target.rows,
                    target.first_row
                )
            }));
        }
        Ok(said)
    }
}
