//! Everything on the clock of the scanner: features of words, controls and responses, one row per scan.

use gyrus_encoding::{HighPass, canonical_response, convolve, finite_impulse_response};
use gyrus_recordings::Listener;
use gyrus_types::{Interval, Recording, Sampling};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate};

use crate::Error;
use crate::run::Desk;
use crate::settings::{Response, ScanSettings};

/// The clock of the scanner and how words reach it.
#[derive(Debug)]
pub struct Scans {
    sampling: Sampling,
    scans: usize,
    /// Row in the transcript and end in seconds of each timed word: the moment at which it is known.
    rows: Vec<usize>,
    times: Vec<f64>,
    high_pass: HighPass,
    settings: ScanSettings,
}

/// One listener, or the mean of all, ready to be encoded: one row per scan, drift removed.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Name of the listener, or [`GROUP`].
    pub name: String,
    /// `(scans, regions)`, each with mean 0 and standard deviation 1.
    pub responses: Array2<f64>,
    /// `(scans, controls)`: word rate, sound power, and for a listener the six motion parameters.
    pub controls: Array2<f64>,
}

/// The name of the mean recording.
pub const GROUP: &str = "mean recording";

impl Scans {
    /// The clock of a study's recordings, for the timed words of its story.
    pub fn of(desk: &Desk) -> Self {
        let timed = desk.material.transcript.timed();
        Self::new(&desk.material.listeners[0].recording, timed.rows, &timed.times, &desk.study.scans)
    }

    /// The clock of `recording`, for words at `times` in `rows` of the transcript.
    pub fn new(recording: &Recording, rows: Vec<usize>, times: &[Interval], settings: &ScanSettings) -> Self {
        let scans = recording.signal().nrows();
        Self {
            sampling: recording.sampling(),
            scans,
            rows,
            times: times.iter().map(Interval::offset).collect(),
            high_pass: HighPass::new(scans, settings.cosines),
            settings: settings.clone(),
        }
    }

    /// States of all words of the transcript, `(words, width)`, as features of scans without drift.
    ///
    /// # Errors
    /// An [`Error::Encoding`] if rows and times do not belong together.
    pub fn features(&self, states: ArrayView2<f32>) -> Result<Array2<f64>, Error> {
        let timed = states.select(Axis(0), &self.rows);
        let spread = match self.settings.response {
            Response::Canonical => convolve(timed.view(), &self.times, self.sampling, self.scans)?,
            Response::Fir => {
                finite_impulse_response(timed.view(), &self.times, self.sampling, self.scans, &self.settings.delays)?
            }
        };
        Ok(self.high_pass.apply(spread.view()))
    }

    /// The word rate as the canonical response carries it, `(scans, 1)`, with its drift.
    pub fn word_rate(&self) -> Array2<f64> {
        let rate = |scan: usize| self.times.iter().map(|t| canonical_response(self.sampling.time(scan) - t)).sum();
        Array2::from_shape_fn((self.scans, 1), |(scan, _)| rate(scan))
    }

    /// One panel per listener, and the mean recording last.
    pub fn panels(&self, listeners: &[Listener]) -> Vec<Panel> {
        let rate = self.word_rate();
        let mut panels: Vec<Panel> = listeners.iter().map(|listener| self.panel(listener, &rate)).collect();
        panels.push(self.group(&panels, listeners, &rate));
        panels
    }

    fn panel(&self, listener: &Listener, rate: &Array2<f64>) -> Panel {
        let power = column(listener.sound_power.view());
        let controls = concatenate![Axis(1), rate.view(), power, listener.motion.view()];
        Panel {
            name: listener.recording.subject().to_owned(),
            responses: self.clean(listener.recording.signal()),
            controls: self.clean(controls.view()),
        }
    }

    /// The mean of the listeners' clean signals; motion is each listener's own and has no mean worth the name.
    fn group(&self, panels: &[Panel], listeners: &[Listener], rate: &Array2<f64>) -> Panel {
        let sum = |arrays: &mut dyn Iterator<Item = Array2<f64>>| arrays.reduce(|a, b| a + b).unwrap_or_default();
        let responses = sum(&mut panels.iter().map(|panel| panel.responses.clone()));
        let power = sum(&mut listeners.iter().map(|listener| column(listener.sound_power.view()).to_owned()));
        let controls = concatenate![Axis(1), rate.view(), power.view()];
        Panel { name: GROUP.into(), responses: standardised(responses), controls: self.clean(controls.view()) }
    }

    /// Without drift, then to standard deviation 1, so that regions and listeners weigh the same.
    fn clean(&self, signal: ArrayView2<f64>) -> Array2<f64> {
        standardised(self.without_drift(signal))
    }

    /// Without drift, on the scale it came in.
    pub fn without_drift(&self, signal: ArrayView2<f64>) -> Array2<f64> {
        let mut clean = self.high_pass.apply(signal);
        for (mut clean, signal) in clean.axis_iter_mut(Axis(1)).zip(signal.axis_iter(Axis(1))) {
            let largest = signal.fold(0.0_f64, |largest, value| largest.max(value.abs()));
            // What the filter leaves of a constant is rounding, not signal.
            if clean.std(0.0) <= ROUNDING * largest {
                clean.fill(0.0);
            }
        }
        clean
    }
}

/// Standard deviation, as a fraction of the largest value before the filter, below which nothing but rounding is left.
const ROUNDING: f64 = 1e-12;

fn column(values: ArrayView1<f64>) -> ArrayView2<f64> {
    values.insert_axis(Axis(1))
}

/// Columns divided by their standard deviation; a constant one stays as it is.
fn standardised(mut signal: Array2<f64>) -> Array2<f64> {
    for mut column in signal.axis_iter_mut(Axis(1)) {
        let sd = column.std(0.0);
        if sd > 0.0 {
            column /= sd;
        }
    }
    signal
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn scans(n: usize) -> Result<Scans, Box<dyn std::error::Error>> {
        let sampling = gyrus_types::Sampling::new(20.0, 2.0)?;
        let recording = Recording::new("s01".into(), vec!["a".into()], Array2::zeros((n, 1)), sampling)?;
        let settings = ScanSettings { response: Response::Canonical, delays: Vec::new(), cosines: 2 };
        Ok(Scans::new(&recording, vec![0], &[Interval::new(20.0, 21.0)?], &settings))
    }

    #[test]
    fn a_constant_region_is_exactly_zero_and_a_tiny_one_is_kept() -> Result<(), Box<dyn std::error::Error>> {
        let wave = |i: usize| if i.is_multiple_of(2) { 1e-15 } else { -1e-15 };
        let signal = Array2::from_shape_fn((40, 2), |(i, column)| if column == 0 { 5.0 } else { wave(i) });
        let clean = scans(40)?.clean(signal.view());
        assert!(clean.column(0).iter().all(|value| *value == 0.0));
        assert!((clean.column(1).std(0.0) - 1.0).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn features_belong_to_the_end_of_their_word() -> Result<(), Box<dyn std::error::Error>> {
        let mut scans = scans(20)?;
        scans.high_pass = HighPass::new(20, 0);
        let features = scans.features(array![[1.0f32]].view())?;
        let response = |scan: usize| canonical_response(20.0 + 2.0 * scan as f64 - 21.0);
        let mean = (0..20).map(response).sum::<f64>() / 20.0;
        assert!((features[[3, 0]] - (response(3) - mean)).abs() < 1e-12);
        Ok(())
    }
}
