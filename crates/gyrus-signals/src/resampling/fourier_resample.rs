//! Resampling of whole recordings or epochs by their Fourier transforms.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use crate::columns::map_columns;
use crate::{Error, checks};

/// Samples that are added at either end by [`FourierResample::Padded`], if the recording is at least eight times as long.
const ADDED: usize = 100;

/// Most samples of a transform, unless the recording itself is as long.
const LONGEST: usize = 1 << 26;

/// What frequencies are multiplied by before the higher ones are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpectralWindow {
    /// 1.
    #[default]
    Flat,
    /// .54 + .46 cos(2 pi f / rate), with the rate before; of an odd number n of samples the cosine times cos(pi / n).
    Hamming,
}

/// What stands beyond the ends of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// The signal turned about its end, in time and in value, as far as it goes, and zeros; mne's `reflect_limited`.
    #[default]
    Turned,
    /// The last value; mne's `edge`.
    Held,
}

/// Resampling by cutting off, or adding, high frequencies of the transform of all samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FourierResample {
    /// As `scipy.signal.resample`: the signal is taken for periodic.
    Periodic {
        /// Samples wanted.
        samples: usize,
        /// What frequencies are multiplied by.
        window: SpectralWindow,
    },
    /// As `mne.filter.resample(npad="auto")`: samples are added at both ends, at least 100 at either, up to a power of two,
    /// and cut off afterwards.
    /// `mne.Epochs.resample` holds the last value unless told otherwise, `mne.io.Raw.resample` turns the signal.
    Padded {
        /// The rate wanted, in hertz.
        rate: f64,
        /// What frequencies are multiplied by.
        window: SpectralWindow,
        /// What is added.
        ends: Ends,
    },
}

/// Lengths before and after, all in samples.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    before: usize,
    after: usize,
    /// Added on the left before.
    padding: usize,
    /// Cut off on the left after.
    cut: usize,
    kept: usize,
    window: SpectralWindow,
    ends: Ends,
    /// Whether the highest frequency of equal lengths is halved too, as mne does.
    halves_equal: bool,
}

impl FourierResample {
    /// The rate and the number of samples that `samples` at `rate` hertz become.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for a rate, [`Error::Short`] where there is no sample, [`Error::OutOfRange`] where too
    /// many are wanted.
    pub fn shape(&self, samples: usize, rate: f64) -> Result<(f64, usize), Error> {
        let lengths = self.lengths(samples, rate)?;
        Ok(match self {
            Self::Periodic { .. } => (rate * lengths.after as f64 / lengths.before as f64, lengths.kept),
            Self::Padded { rate, .. } => (*rate, lengths.kept),
        })
    }

    /// The signals `(samples, channels)` at `rate` hertz, resampled.
    ///
    /// # Errors
    /// Those of [`FourierResample::shape`], [`Error::NotFinite`].
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        let lengths = self.lengths(x.nrows(), rate)?;
        checks::finite(x, 0)?;
        if matches!(self, Self::Padded { rate: wanted, .. } if *wanted == rate) {
            return Ok(x.to_owned());
        }
        let transforms = Transforms::new(lengths);
        Ok(map_columns(x, lengths.kept, || (), |(), row, out| transforms.resample(row, out)))
    }

    fn lengths(&self, samples: usize, rate: f64) -> Result<Lengths, Error> {
        checks::positive("sampling rate", rate)?;
        if samples == 0 {
            return Err(Error::Short { what: "resampling", needed: 1, samples });
        }
        let most = |wanted: usize| {
            checks::within("the samples of a transform", 1, LONGEST.max(samples.saturating_mul(4)), wanted)
        };
        match *self {
            Self::Periodic { samples: after, window } => {
                most(after)?;
                let (padding, cut, ends, halves_equal) = (0, 0, Ends::Turned, false);
                Ok(Lengths { before: samples, after, padding, cut, kept: after, window, ends, halves_equal })
            }
            Self::Padded { rate: wanted, window, ends } => {
                let ratio = checks::positive("sampling rate", wanted)? / rate;
                let before = most((samples + 2 * ADDED.min(samples / 8)).next_power_of_two())?;
                let becomes = |samples: usize| (ratio * samples as f64).round_ties_even();
                let after = most(becomes(before).min(1e18) as usize)?;
                let padding = (before - samples) / 2;
                let cut = becomes(padding) as usize;
                let kept = (becomes(samples).max(1.0) as usize).min(after - cut);
                Ok(Lengths { before, after, padding, cut, kept, window, ends, halves_equal: true })
            }
        }
    }
}

/// The transforms of a length before and one after.
struct Transforms {
    lengths: Lengths,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    /// What each frequency is multiplied by, from 0 on; what is not there is cut off.
    gains: Vec<f64>,
}

impl Transforms {
    fn new(lengths: Lengths) -> Self {
        let mut planner = RealFftPlanner::new();
        let Lengths { before, after, .. } = lengths;
        let shorter = before.min(after);
        let mut gains: Vec<f64> = (0..=shorter / 2).map(|k| lengths.gain(k) / before as f64).collect();
        if shorter % 2 == 0 && (before != after || lengths.halves_equal) {
            gains[shorter / 2] *= if after < before { 2.0 } else { 0.5 };
        }
        Self { lengths, forward: planner.plan_fft_forward(before), inverse: planner.plan_fft_inverse(after), gains }
    }

    fn resample(&self, x: &[f64], out: &mut [f64]) {
        let Lengths { after, cut, kept, .. } = self.lengths;
        let mut samples = self.lengths.padded(x);
        let mut spectrum = self.forward.make_output_vec();
        self.forward.process(&mut samples, &mut spectrum).expect("lengths are those of the plan");
        spectrum.resize(after / 2 + 1, Complex::default());
        let cut_off = self.gains.len().min(spectrum.len());
        spectrum[cut_off..].fill(Complex::default());
        spectrum.iter_mut().zip(&self.gains).for_each(|(value, gain)| *value *= *gain);
        spectrum[0].im = 0.0;
        if after % 2 == 0 {
            spectrum[after / 2].im = 0.0;
        }
        samples.resize(after, 0.0);
        self.inverse.process(&mut spectrum, &mut samples).expect("both ends are real");
        out.copy_from_slice(&samples[cut..cut + kept]);
    }
}

impl Lengths {
    fn gain(&self, k: usize) -> f64 {
        let n = self.before as f64;
        match self.window {
            SpectralWindow::Flat => 1.0,
            SpectralWindow::Hamming if self.before % 2 == 1 => {
                0.54 + 0.46 * (TAU * k as f64 / n).cos() * (PI / n).cos()
            }
            SpectralWindow::Hamming => 0.54 + 0.46 * (TAU * k as f64 / n).cos(),
        }
    }

    /// `x` with what stands beyond its ends.
    fn padded(&self, x: &[f64]) -> Vec<f64> {
        let (n, first, last) = (x.len(), x[0], x[x.len() - 1]);
        let beyond = |end: f64, distance: usize, place: usize| match self.ends {
            Ends::Held => end,
            Ends::Turned if distance < n => 2.0 * end - x[place],
            Ends::Turned => 0.0,
        };
        let left = (1..=self.padding).rev().map(|distance| beyond(first, distance, distance));
        let right = 1..=self.before - self.padding - n;
        let right = right.map(|distance| beyond(last, distance, (n - 1).saturating_sub(distance)));
        left.chain(x.iter().copied()).chain(right).collect()
    }
}
