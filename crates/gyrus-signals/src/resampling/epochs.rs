//! What a signal is at lags after events: a stretch around each event, resampled by its transform.

use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Ends, FourierResample, SpectralWindow};
use crate::{Error, checks};

/// Most samples of an epoch as it was recorded: four seconds at 4,096 Hz.
const LONGEST: usize = (1 << 14) + 1;

/// Most lags.
const MOST: usize = 1 << 12;

/// Samples of an epoch whose parts in the lags are found together.
const TOGETHER: usize = 256;

/// Epochs from `from` to `to` seconds after an event, both ends included, resampled to `rate` hertz as
/// [`FourierResample::Padded`] does: mne's `Epochs` without a baseline, then `Epochs.resample`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epochs {
    /// First lag in seconds.
    pub from: f64,
    /// Where the epoch ends, in seconds; the last lag is the one before.
    pub to: f64,
    /// Lags in a second.
    pub rate: f64,
    /// What frequencies are multiplied by; mne's window of old, Hamming, if absent.
    #[serde(default = "hamming")]
    pub window: SpectralWindow,
    /// What stands beyond the ends of an epoch; turned, as mne did of old, if absent.
    #[serde(default)]
    pub ends: Ends,
}

fn hamming() -> SpectralWindow {
    SpectralWindow::Hamming
}

/// Epochs of signals of one rate.
#[derive(Debug, Clone)]
pub struct SampledEpochs {
    /// Samples in a second.
    rate: f64,
    /// The first sample, counted from that of the event.
    first: i64,
    /// What each sample adds to each lag, `(lags, samples)`: resampling is linear.
    parts: Array2<f64>,
}

impl Epochs {
    /// The lags in seconds: `from`, `from` + 1 / `rate`, and so on to the last before `to`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for a rate or a length, [`Error::OutOfRange`] for no lag or too many.
    pub fn lags(&self) -> Result<Vec<f64>, Error> {
        let rate = checks::positive("the rate of lags", self.rate)?;
        let n = (checks::positive("the length of an epoch", self.to - self.from)? * rate).round();
        let n = checks::within("the lags of an epoch", 1, MOST, n.min(1e18) as usize)?;
        Ok((0..n).map(|i| self.from + i as f64 / rate).collect())
    }

    /// These epochs of signals with `rate` samples in a second.
    ///
    /// # Errors
    /// Those of [`Self::lags`] and [`FourierResample::shape`]; [`Error::OutOfRange`] for an epoch that is too long,
    /// [`Error::Short`] for one that has fewer samples, resampled, than there are lags.
    pub fn sampled(&self, rate: f64) -> Result<SampledEpochs, Error> {
        let lags = self.lags()?.len();
        let at = |seconds: f64| (seconds * rate).round_ties_even().clamp(-1e15, 1e15) as i64;
        let first = at(self.from);
        let samples = at(self.to).saturating_sub(first).saturating_add(1).max(0);
        let samples = checks::within("the samples of an epoch", 1, LONGEST, samples as usize)?;
        let resample = FourierResample::Padded { rate: self.rate, window: self.window, ends: self.ends };
        let (_, made) = resample.shape(samples, rate)?;
        if made < lags {
            return Err(Error::Short { what: "an epoch with these lags, resampled,", needed: lags, samples: made });
        }
        let mut parts = Array2::zeros((lags, samples));
        for begin in (0..samples).step_by(TOGETHER) {
            let end = (begin + TOGETHER).min(samples);
            // A signal that is 1 at one sample gives the part of that sample.
            let ones = Array2::from_shape_fn((samples, end - begin), |(i, j)| f64::from(u8::from(i == begin + j)));
            let resampled = resample.apply(ones.view(), rate)?;
            parts.slice_mut(s![.., begin..end]).assign(&resampled.slice(s![..lags, ..]));
        }
        Ok(SampledEpochs { rate, first, parts })
    }
}

impl SampledEpochs {
    /// The samples of the epoch of an event that is `seconds` after the first of `samples` samples; none where the epoch
    /// leaves the recording. The event is the last sample that is not after it.
    pub fn samples(&self, seconds: f64, samples: usize) -> Option<Range<usize>> {
        let event = (seconds * self.rate).trunc();
        if event.is_nan() || event.abs() > 1e15 {
            return None;
        }
        let first = usize::try_from(event as i64 + self.first).ok()?;
        let end = first.checked_add(self.parts.ncols())?;
        (end <= samples).then_some(first..end)
    }

    /// The lags at the positions `lags` after events with the epochs `epochs`, [`Self::samples`] of `signal`,
    /// `(samples, columns)`: `(events, lags x columns)`, all columns at the first lag, then at the next.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for a signal.
    ///
    /// # Panics
    /// An epoch or a position is not of this signal.
    pub fn responses(
        &self,
        signal: ArrayView2<f64>,
        epochs: &[Range<usize>],
        lags: Range<usize>,
    ) -> Result<Array2<f64>, Error> {
        checks::finite(signal, 0)?;
        let (parts, columns) = (self.parts.slice(s![lags, ..]), signal.ncols());
        let mut all = Array2::zeros((epochs.len(), parts.nrows() * columns));
        let rows = all.as_slice_mut().expect("a new array is contiguous");
        rows.par_chunks_mut((parts.nrows() * columns).max(1)).zip(epochs).for_each(|(row, epoch)| {
            let mut row = ArrayViewMut2::from_shape((parts.nrows(), columns), row).expect("a row has all lags");
            general_mat_mul(1.0, &parts, &signal.slice(s![epoch.clone(), ..]), 0.0, &mut row);
        });
        Ok(all)
    }

    /// The mean of these responses over events, at every lag, `(lags, columns)`; 0 without events.
    ///
    /// # Panics
    /// As [`Self::responses`].
    pub fn mean(&self, signal: ArrayView2<f64>, epochs: &[Range<usize>]) -> Array2<f64> {
        let mut sum = Array2::zeros((self.parts.ncols(), signal.ncols()));
        epochs.iter().for_each(|epoch| sum += &signal.slice(s![epoch.clone(), ..]));
        self.parts.dot(&sum) / epochs.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    const PODCAST: Epochs =
        Epochs { from: -2.0, to: 2.0, rate: 32.0, window: SpectralWindow::Hamming, ends: Ends::Turned };

    fn noise(samples: usize, columns: usize) -> Array2<f64> {
        let mut rng = StdRng::seed_from_u64(5);
        Array2::from_shape_fn((samples, columns), |_| 1.0 + rng.random_range(-1.0..1.0))
    }

    fn near(a: ArrayView2<f64>, b: ArrayView2<f64>) {
        assert_eq!(a.dim(), b.dim());
        a.iter().zip(b).for_each(|(a, b)| assert_abs_diff_eq!(a, b, epsilon = 1e-10));
    }

    /// Responses by the definition: every epoch is cut out and resampled.
    fn check(epochs: Epochs, rate: f64, seconds: &[f64]) {
        let signal = noise(5_000, 3);
        let sampled = epochs.sampled(rate).expect("epochs that can be made");
        let lags = epochs.lags().expect("lags").len();
        let found: Vec<_> = seconds.iter().map(|at| sampled.samples(*at, 5_000).expect("inside")).collect();
        let responses = sampled.responses(signal.view(), &found, 0..lags).expect("responses");
        let resample = FourierResample::Padded { rate: epochs.rate, window: epochs.window, ends: epochs.ends };
        let mut mean = Array2::zeros((lags, 3));
        for (event, at) in seconds.iter().enumerate() {
            let first = (at * rate) as i64 + (epochs.from * rate) as i64;
            let last = (at * rate) as i64 + (epochs.to * rate) as i64;
            let cut = signal.slice(s![first as usize..=last as usize, ..]);
            let expected = resample.apply(cut, rate).expect("resampled");
            for ((lag, column), expected) in expected.slice(s![..lags, ..]).indexed_iter() {
                assert_abs_diff_eq!(responses[[event, lag * 3 + column]], *expected, epsilon = 1e-10);
                mean[[lag, column]] += expected / seconds.len() as f64;
            }
        }
        near(sampled.mean(signal.view(), &found).view(), mean.view());
        let one = sampled.responses(signal.view(), &found, lags / 2..lags / 2 + 1).expect("one lag");
        near(one.view(), responses.slice(s![.., lags / 2 * 3..(lags / 2 + 1) * 3]));
    }

    #[test]
    fn epochs_are_cut_out_and_resampled() {
        check(PODCAST, 512.0, &[3.71, 2.0, 7.763_672, 5.1]);
        check(Epochs { window: SpectralWindow::Flat, ends: Ends::Held, ..PODCAST }, 512.0, &[3.0, 4.0]);
        check(Epochs { from: -0.2, to: 0.6, rate: 10.0, ..PODCAST }, 100.0, &[0.2, 1.0]);
        check(Epochs { from: 0.1, to: 0.5, rate: 100.0, ..PODCAST }, 100.0, &[0.2, 1.0]);
    }

    #[test]
    fn lags_stop_before_the_end() {
        let lags = PODCAST.lags().expect("lags");
        assert_eq!((lags.len(), lags[0], lags[72], lags[127]), (128, -2.0, 0.25, 1.968_75));
        assert_eq!(PODCAST.sampled(512.0).expect("epochs").parts.dim(), (128, 2_049));
    }

    #[test]
    fn epochs_that_leave_the_recording_are_none() {
        let sampled = PODCAST.sampled(512.0).expect("epochs");
        let at = |seconds: f64| sampled.samples(seconds, 921_600);
        assert_eq!(at(2.0), Some(0..2_049));
        assert_eq!(at(1.999), None);
        // The last sample of the recording is the last of the epoch.
        assert_eq!(at(920_575.0 / 512.0), Some(919_551..921_600));
        assert_eq!(at(920_576.0 / 512.0), None);
        assert_eq!(at(f64::NAN), None);
        assert_eq!(at(1e300), None);
    }

    #[test]
    fn epochs_that_mean_nothing_are_errors() {
        for bad in [
            Epochs { to: -2.0, ..PODCAST },
            Epochs { rate: 0.0, ..PODCAST },
            Epochs { rate: f64::NAN, ..PODCAST },
            Epochs { rate: 1e9, ..PODCAST },
            Epochs { to: f64::INFINITY, ..PODCAST },
            Epochs { to: -1.99, ..PODCAST },
        ] {
            assert!(bad.lags().is_err() && bad.sampled(512.0).is_err(), "{bad:?}");
        }
        assert!(PODCAST.sampled(1e6).is_err() && PODCAST.sampled(f64::NAN).is_err());
        let sampled = PODCAST.sampled(512.0).expect("epochs");
        let mut signal = noise(3_000, 1);
        signal[[5, 0]] = f64::NAN;
        assert!(matches!(
            sampled.responses(signal.view(), std::slice::from_ref(&(0..2_049)), 0..128),
            Err(Error::NotFinite { .. })
        ));
    }
}
