//! Narrow bands that are stopped: the mains and its multiples.

use std::f64::consts::PI;

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::fir::{Transition, design};
use super::{Section, Sections, Taps};
use crate::{Error, checks};

/// Narrow bands stopped by one symmetric filter, as `mne.filter.notch_filter(method="fir", notch_widths=width,
/// trans_bandwidth=transition)` does.
///
/// Around each frequency `width` hertz are stopped, and on either side half of `transition` leads to what passes; the
/// filter is 3.3 / (transition / 2) seconds long unless told otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FirNotch {
    /// Centres in hertz.
    pub frequencies: Vec<f64>,
    /// Width of what is stopped in hertz.
    #[serde(default = "width")]
    pub width: f64,
    /// Twice the width of each transition, in hertz.
    #[serde(default = "transition")]
    pub transition: f64,
    /// Length in seconds; without it what the transitions need.
    #[serde(default)]
    pub seconds: Option<f64>,
}

fn width() -> f64 {
    2.0
}

fn transition() -> f64 {
    1.0
}

impl FirNotch {
    /// Bands of 2 Hz about these frequencies, with transitions of half a hertz.
    pub fn new(frequencies: Vec<f64>) -> Self {
        Self { frequencies, width: width(), transition: transition(), seconds: None }
    }

    /// The filter for signals of `rate` hertz.
    ///
    /// # Errors
    /// [`Error::StopBands`] for bands that meet or leave the range of frequencies, and those of
    /// [`Fir::design`](crate::Fir::design).
    pub fn design(&self, rate: f64) -> Result<Taps, Error> {
        checks::within("the number of stop bands", 1, checks::BANDS, self.frequencies.len())?;
        checks::positive("the width of a stop band", self.width)?;
        checks::positive("the transition of a filter", self.transition)?;
        let mut centres = self.frequencies.clone();
        centres.iter().try_for_each(|&centre| checks::frequency(centre, rate).map(|_| ()))?;
        centres.sort_by(f64::total_cmp);
        self.check_room(&centres, rate / 2.0)?;
        let (half, side) = (self.width / 2.0, self.transition / 2.0);
        let both = |&centre: &f64| {
            let (low, high) = (centre - half - side, centre + half + side);
            [
                Transition { from: low, to: low + side, rises: false },
                Transition { from: high - side, to: high, rises: true },
            ]
        };
        design(&centres.iter().flat_map(both).collect::<Vec<_>>(), self.seconds, rate)
    }

    fn check_room(&self, centres: &[f64], nyquist: f64) -> Result<(), Error> {
        let reach = (self.width + self.transition) / 2.0;
        let refuse = |first: f64, second: f64| Err(Error::StopBands { first, second, nyquist });
        if let Some(pair) = centres.windows(2).find(|pair| pair[1] - pair[0] <= 2.0 * reach) {
            return refuse(pair[0], pair[1]);
        }
        let outside = centres.iter().find(|&&centre| centre - reach < 0.0 || centre + reach > nyquist);
        outside.map_or(Ok(()), |&centre| refuse(centre, centre))
    }

    /// The signals `(samples, channels)` at `rate` hertz, filtered by [`Taps::apply`].
    ///
    /// # Errors
    /// Those of [`FirNotch::design`] and [`Taps::apply`].
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        self.design(rate)?.apply(x)
    }
}

/// Narrow bands stopped by recursive filters of second order, `scipy.signal.iirnotch`, each run forward and backward as
/// in `scipy.signal.filtfilt`, one after another.
///
/// b = g (1, -2 cos w, 1), a = (1, -2 g cos w, 2 g - 1), g = 1 / (1 + tan(w / (2 q))), w = 2 pi f / rate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IirNotch {
    /// Centres in hertz.
    pub frequencies: Vec<f64>,
    /// Quality q: the centre divided by the width in hertz at which one pass loses 3 dB.
    pub quality: f64,
}

impl IirNotch {
    /// The filters for signals of `rate` hertz, one for each frequency.
    ///
    /// # Errors
    /// Frequencies and widths that the rate does not hold, [`Error::NotPositive`] for the quality.
    pub fn design(&self, rate: f64) -> Result<Vec<Sections>, Error> {
        let quality = checks::positive("the quality of a notch", self.quality)?;
        checks::within("the number of stop bands", 1, checks::BANDS, self.frequencies.len())?;
        let filter = |&f: &f64| {
            checks::frequency(f / quality, rate)?;
            Ok(notch(checks::frequency(f, rate)? * 2.0 / rate, quality))
        };
        self.frequencies.iter().map(filter).collect()
    }

    /// The signals `(samples, channels)` at `rate` hertz, filtered.
    ///
    /// # Errors
    /// Those of [`IirNotch::design`] and [`Sections::forward_backward`].
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        let mut filters = self.design(rate)?.into_iter();
        let first = filters.next().expect("a design has one filter or more");
        filters.try_fold(first.forward_backward(x)?, |x, filter| filter.forward_backward(x.view()))
    }
}

/// The filter at a share of half the sampling rate.
fn notch(share: f64, quality: f64) -> Sections {
    let gain = 1.0 / (1.0 + (share / quality * PI / 2.0).tan());
    let cosine = (share * PI).cos();
    let b = [gain, -2.0 * gain * cosine, gain];
    Sections::new(vec![Section { b, a: [b[1], 2.0 * gain - 1.0] }])
}
