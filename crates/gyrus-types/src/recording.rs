//! What was measured while somebody listened.

use ndarray::{Array2, ArrayView2};

use crate::Error;

/// The times of evenly spaced samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    first: f64,
    step: f64,
}

impl Sampling {
    /// Samples at `first`, `first + step`, ... seconds of the story's clock.
    ///
    /// # Errors
    /// [`Error::Sampling`] if `first` is not finite or `step` not positive and finite.
    pub fn new(first: f64, step: f64) -> Result<Self, Error> {
        if first.is_finite() && step.is_finite() && step > 0.0 {
            Ok(Self { first, step })
        } else {
            Err(Error::Sampling { first, step })
        }
    }

    /// Seconds between samples (for fMRI the repetition time).
    pub fn step(&self) -> f64 {
        self.step
    }

    /// Time of sample `i` in seconds.
    pub fn time(&self, i: usize) -> f64 {
        self.first + self.step * i as f64
    }
}

/// The signal of one person: `(samples, targets)`, every value finite.
///
/// A target is what is predicted: a region, a voxel, an electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    subject: String,
    targets: Vec<String>,
    signal: Array2<f64>,
    sampling: Sampling,
}

impl Recording {
    /// A recording of `subject` with one named target per column of `signal`, shape `(samples, targets)`.
    ///
    /// # Errors
    /// [`Error::Targets`] if names and columns differ in number, [`Error::NotFinite`] for a NaN or an infinite value.
    pub fn new(subject: String, targets: Vec<String>, signal: Array2<f64>, sampling: Sampling) -> Result<Self, Error> {
        if signal.ncols() != targets.len() {
            return Err(Error::Targets { subject, signal: signal.ncols(), targets: targets.len() });
        }
        match signal.indexed_iter().find(|(_, value)| !value.is_finite()) {
            Some(((row, column), &value)) => {
                Err(Error::NotFinite { what: format!("recording of `{subject}`"), row, column, value })
            }
            None => Ok(Self { subject, targets, signal, sampling }),
        }
    }

    /// Who was recorded.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Names of the columns.
    pub fn targets(&self) -> &[String] {
        &self.targets
    }

    /// The signal, `(samples, targets)`.
    pub fn signal(&self) -> ArrayView2<'_, f64> {
        self.signal.view()
    }

    /// When each row was sampled.
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn check(signal: Array2<f64>) -> Result<Recording, Error> {
        Recording::new("s01".into(), vec!["left".into(), "right".into()], signal, Sampling::new(20.0, 2.0)?)
    }

    #[test]
    fn nan_is_named_by_row_and_column() {
        let error = check(array![[1.0, 2.0], [f64::NAN, 0.0]]).expect_err("a NaN");
        assert!(error.to_string().contains("row 1, column 0"), "{error}");
    }

    #[test]
    fn too_few_columns_is_an_error() {
        assert!(check(array![[1.0], [2.0]]).is_err());
    }

    #[test]
    fn sample_times_count_from_the_first() -> Result<(), Error> {
        assert_eq!(check(array![[1.0, 2.0]])?.sampling().time(3), 26.0);
        Ok(())
    }
}
