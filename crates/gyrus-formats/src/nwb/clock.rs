//! When the samples of a series were taken.
//!
//! A series has a rate and a start, or a time for every sample; the latter become a rate, with gaps where steps are missing.

use std::ops::Range;

use crate::Error;
use crate::hdf5::Hdf5File;

/// How far a step between samples may be from a whole number of usual steps, in usual steps.
const JITTER: f64 = 0.1;

/// Samples that gaps may add, for each sample that there is and beside.
const GAPS: (usize, usize) = (64, 10_000);

/// The rate of a series and where its samples lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Clock {
    /// Samples a second.
    pub rate: f64,
    /// Seconds of the first sample on the clock of the session.
    pub start: f64,
    /// Stretches without a gap, in order.
    pub runs: Vec<Run>,
}

/// Samples that follow each other without a gap.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// Place of the first one, gaps counted.
    pub first: usize,
    /// Rows of the data.
    pub rows: Range<usize>,
}

impl Clock {
    /// The clock of the series at `path`, which has `samples` samples.
    pub fn read(file: &Hdf5File, path: &str, samples: usize) -> Result<Self, Error> {
        let (starting, stamps) = (format!("{path}/starting_time"), format!("{path}/timestamps"));
        if file.has_data_set(&starting) {
            let data = file.data_set(&starting)?;
            let rate = data.attributes().number("rate").unwrap_or(f64::NAN);
            if !(rate > 0.0 && rate.is_finite()) {
                return Err(Error::content(file.path(), format!("rate of {starting}"), "is no positive number", rate));
            }
            let start = data.read()?.first().copied().unwrap_or(f64::NAN);
            if !start.is_finite() {
                return Err(Error::content(file.path(), starting, "is no finite number", start));
            }
            return Ok(Self { rate, start, runs: vec![Run { first: 0, rows: 0..samples }] });
        }
        if !file.has_data_set(&stamps) {
            return Err(Error::content(
                file.path(),
                format!("series {path}"),
                "has no clock",
                "starting_time, timestamps",
            ));
        }
        let times = file.data_set(&stamps)?.read()?.into_raw_vec_and_offset().0;
        if times.len() != samples {
            let wrong = format!("is not as long as the data of {samples} samples");
            return Err(Error::content(file.path(), stamps, wrong, times.len()));
        }
        Self::of_times(&times).map_err(|(wrong, value)| Error::content(file.path(), stamps, wrong, value))
    }

    /// The clock that gives every sample its time, in seconds; or what is wrong, and with which.
    fn of_times(times: &[f64]) -> Result<Self, (String, String)> {
        let mut steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        if let Some(at) = steps.iter().position(|step| !(*step > 0.0 && step.is_finite())) {
            return Err((format!("do not rise at sample {} (from 0)", at + 1), times[at + 1].to_string()));
        }
        if steps.is_empty() {
            return Err(("are too few to tell a rate".to_owned(), times.len().to_string()));
        }
        let middle = steps.len() / 2;
        let usual = *steps.select_nth_unstable_by(middle, f64::total_cmp).1;
        let (mut runs, mut place) = (vec![Run { first: 0, rows: 0..1 }], 0_usize);
        for (at, pair) in times.windows(2).enumerate() {
            let steps = (pair[1] - pair[0]) / usual;
            let whole = steps.round();
            if (steps - whole).abs() > JITTER || whole < 1.0 {
                let wrong =
                    format!("are uneven: samples {at} and {} (from 0) are apart by so many usual steps", at + 1);
                return Err((wrong, format!("{steps:.3}")));
            }
            // A step too large for a number is refused with the others below.
            place = place.saturating_add(whole as usize);
            if place > times.len().saturating_mul(GAPS.0).saturating_add(GAPS.1) {
                return Err((format!("leave a gap too long after sample {at} (from 0), in steps"), format!("{whole}")));
            }
            match runs.last_mut() {
                Some(run) if whole == 1.0 => run.rows.end += 1,
                _ => runs.push(Run { first: place, rows: at + 1..at + 2 }),
            }
        }
        let rate = snapped(place as f64 / (times[times.len() - 1] - times[0]));
        Ok(Self { rate, start: times[0], runs })
    }

    /// Number of samples, those in gaps too.
    pub fn samples(&self) -> usize {
        self.runs.last().map_or(0, |run| run.first + run.rows.len())
    }

    /// Gaps, in seconds after the first sample.
    pub fn gaps(&self) -> Vec<Range<f64>> {
        let end = |run: &Run| (run.first + run.rows.len()) as f64 / self.rate;
        self.runs.windows(2).map(|pair| end(&pair[0])..pair[1].first as f64 / self.rate).collect()
    }
}

/// A rate as a whole number if rounding of the times is all that keeps it from one.
fn snapped(rate: f64) -> f64 {
    if (rate - rate.round()).abs() < 1e-6 * rate && rate >= 1.0 { rate.round() } else { rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_steps_are_gaps() {
        let times: Vec<f64> = [0, 1, 2, 5, 6, 10].iter().map(|step| 3.0 + f64::from(*step) / 128.0).collect();
        let clock = Clock::of_times(&times).expect("a clock");
        let run = |first, rows| Run { first, rows };
        assert_eq!(clock.runs, [run(0, 0..3), run(5, 3..5), run(10, 5..6)]);
        assert_eq!((clock.rate, clock.start, clock.samples()), (128.0, 3.0, 11));
        assert_eq!(clock.gaps(), [3.0 / 128.0..5.0 / 128.0, 7.0 / 128.0..10.0 / 128.0]);
    }

    #[test]
    fn what_is_no_clock_is_named() {
        let said = |times: &[f64]| {
            Clock::of_times(times).map_err(|(wrong, value)| format!("{wrong}: {value}")).expect_err("no clock")
        };
        assert_eq!(
            said(&[0.0, 1.0, 2.0, 3.5, 4.5]),
            "are uneven: samples 2 and 3 (from 0) are apart by so many usual steps: 1.500"
        );
        assert_eq!(said(&[0.0, 1.0, 1.0]), "do not rise at sample 2 (from 0): 1");
        assert_eq!(said(&[0.0, f64::NAN, 1.0]), "do not rise at sample 1 (from 0): NaN");
        assert_eq!(said(&[5.0]), "are too few to tell a rate: 1");
        assert!(said(&[0.0, 1.0, 2.0, 1e18]).starts_with("leave a gap too long after sample 2"));
    }
}
