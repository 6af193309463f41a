//! The responses, read some targets at a time.

use std::ops::Range;
use std::path::Path;

use gyrus_encoding::missing;
use gyrus_study::{Error, MatrixFile};
use ndarray::Array2;

use super::drift::Drift;
use super::lags::Lags;

/// Responses `(rows, targets)` on disk.
#[derive(Debug)]
pub struct Responses {
    file: MatrixFile,
    drift: Drift,
}

/// Targets that are read together, which bounds the memory.
pub const TARGETS: usize = 1024;

impl Responses {
    /// Opens the file.
    ///
    /// # Errors
    /// It cannot be read, or holds not one matrix.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { file: MatrixFile::open_one(path)?, drift: Drift::default() })
    }

    /// Without drift from now on.
    pub fn without(mut self, drift: Drift) -> Self {
        self.drift = drift;
        self
    }

    /// What is removed from them, and from whatever is compared with them.
    pub fn drift(&self) -> &Drift {
        &self.drift
    }

    /// The file.
    pub fn file(&self) -> &MatrixFile {
        &self.file
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.file.shape(0).0
    }

    /// Number of targets.
    pub fn targets(&self) -> usize {
        self.file.shape(0).1
    }

    /// Some targets at every lag, `(kept, lags x targets)`, lag by lag.
    pub fn at(&self, lags: &Lags, targets: Range<usize>) -> Array2<f64> {
        lags.responses(self.drift.removed(self.file.columns(0, targets)))
    }

    /// The targets that are undefined because values are missing, in words; NaN is a missing value.
    ///
    /// # Errors
    /// A value is infinite.
    pub fn undefined(&self) -> Result<Vec<String>, Error> {
        let path = self.file.path().display();
        let mut said = Vec::new();
        for first in (0..self.targets()).step_by(TARGETS) {
            let some = self.file.measured(0, first..(first + TARGETS).min(self.targets()))?;
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
