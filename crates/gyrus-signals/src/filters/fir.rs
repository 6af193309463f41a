//! Symmetric filters of finite length, designed as `mne.filter.create_filter` does with `fir_design="firwin"`.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::Band;
use super::windowed_sinc::{Window, low_pass};
use crate::fourier::Convolution;
use crate::{Error, checks};

/// Length of a Hamming window in the inverse of the transition that it gives.
const HAMMING: f64 = 3.3;

/// A symmetric filter: an odd number of values, the middle one at the sample itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Taps(Vec<f64>);

impl Taps {
    /// The values.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// Samples before and after each that it looks at.
    pub fn half(&self) -> usize {
        self.0.len() / 2
    }

    /// The signals `(samples, channels)` convolved with the filter, without a shift in time.
    ///
    /// Signals are extended at both ends by all but one of their samples at most, turned about the end in time and in
    /// value, and by zeros beyond; mne's `reflect_limited`. The convolution is by Fourier transforms of stretches.
    ///
    /// # Errors
    /// [`Error::NotFinite`], and [`Error::Short`] where there is no sample.
    pub fn apply(&self, x: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        if x.nrows() == 0 {
            return Err(Error::Short { what: "a filter", needed: 1, samples: 0 });
        }
        checks::finite(x, 0)?;
        Ok(Convolution::symmetric(self).whole(x))
    }
}

/// A filter of finite length with a Hamming window and no shift in time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fir {
    /// What passes; edges of what passes unchanged, with the transitions outside.
    /// For [`Band::Stop`] the outer ends of the transitions, as mne takes them.
    pub band: Band,
    /// Transition at the lower edge in hertz; without it a quarter of the edge, at least 2 Hz and at most the edge.
    pub low_transition: Option<f64>,
    /// Transition at the upper edge in hertz; without it a quarter of the edge, at least 2 Hz and at most what is left.
    pub high_transition: Option<f64>,
    /// Seconds; without it 3.3 divided by the narrowest transition.
    pub seconds: Option<f64>,
}

impl Fir {
    /// The filter with the transitions and the length that mne would choose.
    pub fn new(band: Band) -> Self {
        Self { band, low_transition: None, high_transition: None, seconds: None }
    }

    /// The filter for signals of `rate` hertz.
    ///
    /// # Errors
    /// Edges and transitions that the rate does not hold, [`Error::FilterLength`] for seconds that are too few.
    pub fn design(&self, rate: f64) -> Result<Taps, Error> {
        self.band.check(rate)?;
        let nyquist = rate / 2.0;
        let low = |edge: f64| self.low_transition.unwrap_or((0.25 * edge).max(2.0).min(edge));
        let high = |edge: f64| self.high_transition.unwrap_or((0.25 * edge).max(2.0).min(nyquist - edge));
        let rise = |end: f64, width: f64| Transition { from: end - width, to: end, rises: true };
        let fall = |begin: f64, width: f64| Transition { from: begin, to: begin + width, rises: false };
        let transitions = match self.band {
            Band::Low(edge) => vec![fall(edge, high(edge))],
            Band::High(edge) => vec![rise(edge, low(edge))],
            Band::Pass(from, to) => vec![rise(from, low(from)), fall(to, high(to))],
            Band::Stop(from, to) => {
                vec![fall(from, low(from)), Transition { from: to - high(to), to, rises: true }]
            }
        };
        design(&transitions, self.seconds, rate)
    }

    /// The signals `(samples, channels)` at `rate` hertz, filtered by [`Taps::apply`].
    ///
    /// # Errors
    /// Those of [`Fir::design`] and [`Taps::apply`].
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        self.design(rate)?.apply(x)
    }
}

/// Where the gain goes from 0 to 1 or from 1 to 0, in hertz.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Transition {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) rises: bool,
}

impl Transition {
    /// Samples of a low-pass with this transition.
    fn taps(&self, nyquist: f64) -> f64 {
        let taps = (HAMMING / ((self.to - self.from) / nyquist / 2.0)).round_ties_even();
        taps + 1.0 - taps.rem_euclid(2.0)
    }
}

/// The sum of low-passes that has the transitions, which follow one another.
///
/// # Errors
/// [`Error::NotPositive`] and [`Error::Frequency`] for transitions, [`Error::FilterLength`], [`Error::OutOfRange`].
pub(super) fn design(transitions: &[Transition], seconds: Option<f64>, rate: f64) -> Result<Taps, Error> {
    let nyquist = rate / 2.0;
    for Transition { from, to, .. } in transitions {
        checks::positive("the transition of a filter", to - from)?;
        // A transition may reach 0 or half of the rate, but not beyond.
        if *from < 0.0 || *to > nyquist {
            return Err(Error::Frequency { frequency: if *from < 0.0 { *from } else { *to }, nyquist });
        }
    }
    let narrowest = transitions.iter().map(|t| t.to - t.from).fold(f64::INFINITY, f64::min);
    let seconds = checks::positive("the seconds of a filter", seconds.unwrap_or(HAMMING / narrowest))?;
    let taps = (seconds * rate).ceil().max(1.0);
    let taps =
        checks::within("the samples of a filter", 1, checks::LONGEST, (taps + 1.0 - taps.rem_euclid(2.0)) as usize)?;
    let passes_all = transitions.last().is_some_and(|last| last.rises);
    let mut h = vec![0.0; taps];
    h[taps / 2] = f64::from(u8::from(passes_all));
    for transition in transitions.iter().rev() {
        let needed = transition.taps(nyquist) as usize;
        if needed > taps {
            let transition = transition.to - transition.from;
            return Err(Error::FilterLength { taps, transition, needed });
        }
        let sign = if transition.rises { -1.0 } else { 1.0 };
        let part = low_pass(needed, (transition.from + transition.to) / 2.0 / nyquist, Window::Hamming);
        h[(taps - needed) / 2..].iter_mut().zip(part).for_each(|(h, part)| *h += sign * part);
    }
    Ok(Taps(h))
}
