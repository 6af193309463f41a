//! Resampling of whole recordings or epochs by their Fourier transforms.

use std::f64::consts::TAU;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use crate::columns::map_columns;
use crate::{Error, checks};

/// Samples that are added at either end by [`FourierResample::Padded`], if the recording is at least eight times as long.
const ADDED: usize = 100;

/// What frequencies are multiplied by before the higher ones are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpectralWindow {
    /// 1.
    #[default]
    Flat,
    /// .54 + .46 cos(2 pi f / rate), with the rate before.
    Hamming,
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
    /// As `mne.Epochs.resample(rate, npad="auto", window=window)`: the signal is turned about its ends, in time and in
    /// value, up to a power of two of samples, at least 100 at either end, and these are cut off afterwards.
    Padded {
        /// The rate wanted, in hertz.
        rate: f64,
        /// What frequencies are multiplied by.
        window: SpectralWindow,
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
        let most = |wanted: usize| checks::within("the samples of a transform", 1, 16 * checks::LONGEST, wanted);
        match *self {
            Self::Periodic { samples: after, window } => {
                most(after)?;
                Ok(Lengths { before: samples, after, padding: 0, cut: 0, kept: after, window, halves_equal: false })
            }
            Self::Padded { rate: wanted, window } => {
                let ratio = checks::positive("sampling rate", wanted)? / rate;
                let before = most((samples + 2 * ADDED.min(samples / 8)).next_power_of_two())?;
                let becomes = |samples: usize| (ratio * samples as f64).round_ties_even();
                let after = most(becomes(before).min(1e18) as usize)?;
                let padding = (before - samples) / 2;
                let cut = becomes(padding) as usize;
                let kept = (becomes(samples).max(1.0) as usize).min(after - cut);
                Ok(Lengths { before, after, padding, cut, kept, window, halves_equal: true })
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
        let Lengths { before, after, cut, kept, .. } = self.lengths;
        let mut samples = turned(x, self.lengths.padding, before);
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
        match self.window {
            SpectralWindow::Flat => 1.0,
            SpectralWindow::Hamming => 0.54 + 0.46 * (TAU * k as f64 / self.before as f64).cos(),
        }
    }
}

/// `x` with `padding` samples before it and as many behind it as make `length`, turned about its ends as far as it has
/// samples, and zeros beyond.
fn turned(x: &[f64], padding: usize, length: usize) -> Vec<f64> {
    let (n, first, last) = (x.len(), x[0], x[x.len() - 1]);
    let mut out = vec![0.0; length];
    out[padding..padding + n].copy_from_slice(x);
    for distance in 1..=padding.min(n - 1) {
        out[padding - distance] = 2.0 * first - x[distance];
    }
    for distance in 1..=(length - padding - n).min(n - 1) {
        out[padding + n - 1 + distance] = 2.0 * last - x[n - 1 - distance];
    }
    out
}
