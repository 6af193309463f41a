//! The power of a sound in bands, frame by frame, as librosa defines it.

use std::f64::consts::TAU;
use std::sync::Arc;

use ndarray::{Array2, ArrayView1, ArrayViewMut1, Axis};
use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use serde::{Deserialize, Serialize};

use super::MelScale;
use crate::{Error, checks};

/// Frames that a thread works on at a time.
const FRAMES: usize = 64;

/// Most bands.
const BANDS: usize = 4096;

/// How power is told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpectrogramScale {
    /// As it is.
    Power,
    /// ln(max(power, floor)).
    Log {
        /// The floor.
        floor: f64,
    },
    /// 10 log10(max(power, floor)); `librosa.power_to_db(ref=1, amin=floor, top_db=None)`.
    Decibel {
        /// The floor.
        floor: f64,
    },
}

/// A mel spectrogram: `librosa.feature.melspectrogram` with its defaults otherwise.
///
/// Frame i lies about sample i rate / frame_rate, rounded, and is the squared absolute transform of `size` samples under
/// a Hann window .5 - .5 cos(2 pi t / size), with zeros beyond the ends; bands are sums over its frequencies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MelSpectrogram {
    /// Frames a second.
    pub frame_rate: f64,
    /// Samples of a frame; even.
    pub size: usize,
    /// Number of bands.
    pub bands: usize,
    /// Lowest frequency in hertz.
    pub low: f64,
    /// Highest frequency in hertz; without it half of the sampling rate.
    pub high: Option<f64>,
    /// Scale of pitch.
    pub mel: MelScale,
    /// How power is told.
    pub scale: SpectrogramScale,
}

impl Default for MelSpectrogram {
    /// 80 bands, 100 frames a second of 1,024 samples, the logarithm with a floor of 1e-10.
    fn default() -> Self {
        let scale = SpectrogramScale::Log { floor: 1e-10 };
        Self { frame_rate: 100.0, size: 1024, bands: 80, low: 0.0, high: None, mel: MelScale::Slaney, scale }
    }
}

/// What frames of one sound have in common.
struct Frames<'a> {
    sound: ArrayView1<'a, f64>,
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
    filters: Vec<(usize, Vec<f64>)>,
    scale: SpectrogramScale,
    /// Samples between frames.
    step: f64,
}

impl MelSpectrogram {
    /// The spectrogram of `sound` at `rate` hertz, `(frames, bands)`: every frame whose middle is not beyond the end.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] and [`Error::NotPositive`] for settings, [`Error::Frequency`] and [`Error::Band`] for edges,
    /// [`Error::NotFinite`], [`Error::Short`] where there is no sample.
    pub fn apply(&self, sound: ArrayView1<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        let high = self.check(rate)?;
        if sound.is_empty() {
            return Err(Error::Short { what: "a spectrogram", needed: 1, samples: 0 });
        }
        checks::finite(sound.insert_axis(Axis(1)), 0)?;
        let angle = |t: usize| TAU * t as f64 / self.size as f64;
        let frames = Frames {
            sound,
            window: (0..self.size).map(|t| 0.5 - 0.5 * angle(t).cos()).collect(),
            transform: RealFftPlanner::new().plan_fft_forward(self.size),
            filters: self.mel.filters(self.bands, self.low, high, self.size, rate),
            scale: self.scale,
            step: rate / self.frame_rate,
        };
        Ok(frames.spectrogram())
    }

    /// The highest frequency.
    fn check(&self, rate: f64) -> Result<f64, Error> {
        let nyquist = checks::positive("sampling rate", rate)? / 2.0;
        checks::positive("the rate of frames", self.frame_rate)?;
        if self.frame_rate > rate {
            return Err(Error::Frequency { frequency: self.frame_rate / 2.0, nyquist });
        }
        checks::within("the samples of a frame", 2, 1 << 20, self.size)?;
        checks::within("the samples of half a frame", self.size.div_ceil(2), self.size / 2, self.size / 2)?;
        checks::within("the number of bands", 1, BANDS.min(self.size / 2), self.bands)?;
        if let SpectrogramScale::Log { floor } | SpectrogramScale::Decibel { floor } = self.scale {
            checks::positive("the floor of a logarithm", floor)?;
        }
        let high = self.high.unwrap_or(nyquist);
        for edge in [self.low, high] {
            if !(edge >= 0.0 && edge <= nyquist) {
                return Err(Error::Frequency { frequency: edge, nyquist });
            }
        }
        if self.low < high { Ok(high) } else { Err(Error::Band { low: self.low, high }) }
    }
}

impl Frames<'_> {
    fn spectrogram(&self) -> Array2<f64> {
        let centre = |frame: usize| (frame as f64 * self.step).round() as usize;
        let mut frames = (self.sound.len() as f64 / self.step) as usize + 2;
        while centre(frames - 1) > self.sound.len() {
            frames -= 1;
        }
        let mut out = Array2::zeros((frames, self.filters.len()));
        let stretches: Vec<_> = out.axis_chunks_iter_mut(Axis(0), FRAMES).enumerate().collect();
        let buffers = || (self.transform.make_input_vec(), self.transform.make_output_vec());
        stretches.into_par_iter().for_each_init(buffers, |(samples, spectrum), (stretch, mut rows)| {
            for (row, bands) in rows.outer_iter_mut().enumerate() {
                self.frame(centre(stretch * FRAMES + row), samples, spectrum, bands);
            }
        });
        out
    }

    fn frame(&self, centre: usize, samples: &mut [f64], spectrum: &mut [Complex<f64>], mut bands: ArrayViewMut1<f64>) {
        let half = samples.len() / 2;
        for (t, (sample, window)) in samples.iter_mut().zip(&self.window).enumerate() {
            let heard = (centre + t).checked_sub(half).and_then(|place| self.sound.get(place));
            *sample = window * heard.copied().unwrap_or(0.0);
        }
        self.transform.process(samples, spectrum).expect("lengths are those of the plan");
        for (band, (first, weights)) in bands.iter_mut().zip(&self.filters) {
            let power = spectrum[*first..].iter().zip(weights).map(|(value, weight)| weight * value.norm_sqr()).sum();
            *band = self.scale.told(power);
        }
    }
}

impl SpectrogramScale {
    fn told(self, power: f64) -> f64 {
        match self {
            Self::Power => power,
            Self::Log { floor } => power.max(floor).ln(),
            Self::Decibel { floor } => 10.0 * power.max(floor).log10(),
        }
    }
}
