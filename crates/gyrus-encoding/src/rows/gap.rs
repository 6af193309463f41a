//! How far a training row must be from every held-out row of its run.

use std::fmt::{Display, Formatter, Result as FormatResult};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Error, Runs};

/// A training row is farther than this from every held-out row of its run.
///
/// It should be as long as the autocorrelation and the span of the lags together, or the score is partly memory.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// In rows: |i - j| > gap for a training row i and a held-out row j of one run.
    Rows(usize),
    /// In seconds: |t_i - t_j| > gap for a training row i and a held-out row j of one run.
    Seconds(f64),
}

impl Gap {
    /// `held`, an unbroken stretch of one run, with the rows of that run which are not farther away than the gap.
    ///
    /// # Errors
    /// [`Error::GapSeconds`] if seconds are negative or no number, [`Error::NoTimes`] if they meet rows without times.
    pub(crate) fn around(self, held: &Range<usize>, runs: &Runs) -> Result<Range<usize>, Error> {
        let run = &runs.stretches()[runs.run_of(held.start)];
        match self {
            Self::Rows(gap) => {
                Ok(held.start.saturating_sub(gap).max(run.start)..held.end.saturating_add(gap).min(run.end))
            }
            Self::Seconds(gap) if gap.is_finite() && gap >= 0.0 => {
                let times = runs.times().ok_or(Error::NoTimes)?;
                let (first, last) = (times[held.start], times[held.end - 1]);
                let before = times[run.start..held.start].partition_point(|t| first - t > gap);
                let after = times[held.end..run.end].partition_point(|t| t - last <= gap);
                Ok(run.start + before..held.end + after)
            }
            Self::Seconds(gap) => Err(Error::GapSeconds(gap)),
        }
    }
}

impl Display for Gap {
    fn fmt(&self, f: &mut Formatter) -> FormatResult {
        match self {
            Self::Rows(gap) => write!(f, "{gap} rows"),
            Self::Seconds(gap) => write!(f, "{gap} s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs() -> Result<Runs, Error> {
        Runs::new(&[4, 6])?.with_times(vec![0.0, 1.0, 2.0, 3.0, 0.0, 0.5, 0.5, 2.5, 2.75, 9.0])
    }

    #[test]
    fn rows_are_counted_within_the_run() -> Result<(), Error> {
        assert_eq!(Gap::Rows(2).around(&(5..6), &runs()?)?, 4..8);
        assert_eq!(Gap::Rows(usize::MAX).around(&(1..2), &runs()?)?, 0..4);
        assert_eq!(Gap::Rows(0).around(&(1..3), &runs()?)?, 1..3);
        Ok(())
    }

    #[test]
    fn seconds_are_measured_from_both_ends_of_the_stretch() -> Result<(), Error> {
        assert_eq!(Gap::Seconds(2.0).around(&(6..8), &runs()?)?, 4..9);
        assert_eq!(Gap::Seconds(1.9).around(&(7..8), &runs()?)?, 7..9);
        Ok(())
    }

    #[test]
    fn rows_at_the_same_time_are_never_apart() -> Result<(), Error> {
        assert_eq!(Gap::Seconds(0.0).around(&(5..6), &runs()?)?, 5..7);
        Ok(())
    }

    #[test]
    fn seconds_need_times_and_a_length() -> Result<(), Error> {
        assert!(matches!(Gap::Seconds(1.0).around(&(0..1), &Runs::unbroken(3)), Err(Error::NoTimes)));
        assert!(matches!(Gap::Seconds(-1.0).around(&(0..1), &runs()?), Err(Error::GapSeconds(_))));
        assert!(matches!(Gap::Seconds(f64::NAN).around(&(0..1), &runs()?), Err(Error::GapSeconds(_))));
        Ok(())
    }
}
