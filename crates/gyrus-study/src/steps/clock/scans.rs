//! Rows are scans: words reach those after them.

use gyrus_encoding::{HighPass, Runs, convolve, delayed, finite_impulse_response, lanczos};
use gyrus_types::{Interval, Sampling};
use ndarray::{Array2, ArrayView2, Axis};

use super::standardised;
use crate::Error;
use crate::settings::{Response, ScanSettings};
use crate::steps::heard::Heard;
use crate::steps::material::Story;

/// The clock of the scanner and how words reach it.
#[derive(Debug)]
pub(super) struct ScanRows {
    sampling: Sampling,
    scans: usize,
    /// Row in the transcript and end in seconds of each timed word: the moment at which it is known.
    rows: Vec<usize>,
    ends: Vec<f64>,
    /// Drift is removed within each run.
    drift: HighPass,
    settings: ScanSettings,
}

impl ScanRows {
    /// The scans of a story's recordings, which all must share.
    pub fn new(settings: &ScanSettings, story: &Story) -> Result<Self, Error> {
        let first = &story.listeners[0].recording;
        let clock = |heard: &Heard| (heard.recording.signal().nrows(), heard.recording.sampling());
        if let Some(other) = story.listeners.iter().find(|heard| clock(heard) != clock(&story.listeners[0])) {
            let (a, b) = (first.subject().to_owned(), other.subject().to_owned());
            return Err(Error::OtherScans { a, b });
        }
        let (scans, timed) = (first.signal().nrows(), story.transcript.timed());
        let mut rows = Self {
            sampling: first.sampling(),
            scans,
            rows: timed.rows,
            ends: timed.times.iter().map(Interval::offset).collect(),
            drift: HighPass::new(0, 0),
            settings: settings.clone(),
        };
        rows.filter_within(&Runs::unbroken(scans))?;
        Ok(rows)
    }

    /// Removes drift within each of `runs` from now on.
    pub fn filter_within(&mut self, runs: &Runs) -> Result<(), Error> {
        let slow = self.settings.slow(self.sampling.step());
        self.drift = HighPass::within(runs, slow).map_err(|error| match error {
            gyrus_encoding::Error::Cosines { rows, cosines, .. } => Error::Cosines { cosines, scans: rows },
            other => other.into(),
        })?;
        Ok(())
    }

    /// Number of scans.
    pub fn len(&self) -> usize {
        self.scans
    }

    /// When each was taken, in seconds.
    pub fn times(&self) -> Vec<f64> {
        (0..self.scans).map(|scan| self.sampling.time(scan)).collect()
    }

    /// States of all words of the transcript, `(words, width)`, as features of scans without drift.
    pub fn features(&self, states: ArrayView2<f32>) -> Result<Array2<f64>, Error> {
        Ok(self.drift.apply(self.spread(states)?.view()))
    }

    /// The same with their drift.
    pub fn spread(&self, states: ArrayView2<f32>) -> Result<Array2<f64>, Error> {
        let (timed, delays) = (states.select(Axis(0), &self.rows), &self.settings.delays);
        Ok(match self.settings.response {
            Response::Canonical => convolve(timed.view(), &self.ends, self.sampling, self.scans)?,
            Response::Fir => finite_impulse_response(timed.view(), &self.ends, self.sampling, self.scans, delays)?,
            Response::Lanczos => {
                let resampled = lanczos(timed.view(), &self.ends, self.sampling, self.scans)?;
                if delays.is_empty() { resampled } else { delayed(resampled.view(), delays) }
            }
        })
    }

    /// Without drift, then to standard deviation 1, so that regions and listeners weigh the same.
    pub fn clean(&self, signal: ArrayView2<f64>) -> Array2<f64> {
        standardised(self.without_drift(signal))
    }

    /// Without drift, on the scale it came in.
    pub fn without_drift(&self, signal: ArrayView2<f64>) -> Array2<f64> {
        self.drift.without_drift(signal)
    }
}

#[cfg(test)]
mod tests {
    use gyrus_encoding::canonical_response;
    use ndarray::array;

    use super::*;

    fn scans(n: usize, cosines: usize) -> Result<ScanRows, Box<dyn std::error::Error>> {
        let settings =
            ScanSettings { response: Response::Canonical, delays: Vec::new(), cosines: Some(cosines), high_pass: None };
        let sampling = Sampling::new(20.0, 2.0)?;
        let mut rows =
            ScanRows { sampling, scans: n, rows: vec![0], ends: vec![21.0], drift: HighPass::new(0, 0), settings };
        rows.filter_within(&Runs::unbroken(n))?;
        Ok(rows)
    }

    #[test]
    fn a_constant_region_is_exactly_zero_and_a_tiny_one_is_kept() -> Result<(), Box<dyn std::error::Error>> {
        let wave = |i: usize| if i.is_multiple_of(2) { 1e-15 } else { -1e-15 };
        let signal = Array2::from_shape_fn((40, 2), |(i, column)| if column == 0 { 5.0 } else { wave(i) });
        let clean = scans(40, 2)?.clean(signal.view());
        assert!(clean.column(0).iter().all(|value| *value == 0.0));
        assert!((clean.column(1).std(0.0) - 1.0).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn features_belong_to_the_end_of_their_word() -> Result<(), Box<dyn std::error::Error>> {
        let features = scans(20, 0)?.features(array![[1.0f32]].view())?;
        let response = |scan: usize| canonical_response(20.0 + 2.0 * scan as f64 - 21.0);
        let mean = (0..20).map(response).sum::<f64>() / 20.0;
        assert!((features[[3, 0]] - (response(3) - mean)).abs() < 1e-12);
        Ok(())
    }

    #[test]
    fn drift_is_removed_within_each_run() -> Result<(), Box<dyn std::error::Error>> {
        let mut rows = scans(20, 1)?;
        rows.filter_within(&Runs::new(&[8, 12])?)?;
        let step = Array2::from_shape_fn((20, 1), |(i, _)| if i < 8 { 3.0 } else { -1.0 });
        assert!(rows.without_drift(step.view()).iter().all(|value| value.abs() < 1e-12));
        Ok(())
    }
}
