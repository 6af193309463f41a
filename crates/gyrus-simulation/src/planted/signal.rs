//! What an amplifier records of a patient in whom a response is planted.
//!
//! x(t) = 1/f noise + what all channels share + the mains + a(t) c(t), with c a noise about 110 Hz of standard deviation 5 uV
//! and a(t) = max(0, 1 + depth sum over words (1 + h_w) hann((t - onset_w - lag) / window)), h the feature that is followed;
//! a is 1 in electrodes that follow nothing.

use std::f64::consts::TAU;

use ndarray::Array2;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use super::Planted;
use crate::{Error, Noise};

/// How steeply the power of background noise falls.
const EXPONENT: f64 = 1.5;
/// Standard deviations in microvolts: of each electrode's own noise, of what all share, of the carrier, and of bad channels.
const OWN: f64 = 20.0;
const COMMON: f64 = 30.0;
const CARRIER: f64 = 5.0;
const BROKEN: f64 = 400.0;
/// The carrier's middle in hertz, and how long it remembers its phase in seconds: half of its power is within 20 Hz.
const CENTRE: f64 = 110.0;
const MEMORY: f64 = 1.0 / (TAU * 20.0);
/// The mains and its multiples: hertz and microvolts.
const MAINS: [(f64, f64); 3] = [(60.0, 12.0), (120.0, 5.0), (180.0, 3.0)];

/// The signals `(samples, electrodes)`, decided by `seed`.
pub(super) fn signal(planted: &Planted, seed: u64, rate: f64) -> Result<Array2<f64>, Error> {
    let samples = (planted.params.seconds * rate).round() as usize;
    let mut rng = StdRng::seed_from_u64(seed);
    let pink = Noise::pink(EXPONENT)?;
    let common = pink.series(samples, 1, rng.random());
    let mut signal = pink.series(samples, planted.electrodes(), rng.random());
    let loudness = loudness(planted, samples, rate);
    let times = (0..samples).map(|sample| TAU * sample as f64 / rate);
    let mains = |time: f64| MAINS.iter().map(|(hertz, size)| size * (hertz * time).sin()).sum::<f64>();
    let (hum, wave): (Vec<f64>, Vec<_>) = times.map(|time| (mains(time), (CENTRE * time).sin_cos())).unzip();
    for (electrode, mut column) in signal.columns_mut().into_iter().enumerate() {
        let (mut carrier, strength) = (Carrier::new(rate, &mut rng), rng.random_range(0.8..1.2));
        let (follows, bad) = (planted.is_planted(electrode), planted.is_bad(electrode));
        for (sample, value) in column.iter_mut().enumerate() {
            let loud = if follows { loudness[sample] } else { 1.0 };
            *value = OWN * *value + COMMON * common[[sample, 0]] + strength * hum[sample];
            *value += CARRIER * loud * carrier.next(wave[sample], &mut rng);
            if bad {
                *value += BROKEN * rng.sample::<f64, _>(StandardNormal);
            }
        }
    }
    Ok(signal)
}

/// a(t) at every sample.
fn loudness(planted: &Planted, samples: usize, rate: f64) -> Vec<f64> {
    let (lag, window, depth) = (planted.params.lag, planted.params.window, planted.params.depth);
    let mut loudness = vec![1.0; samples];
    for (word, hidden) in planted.words.iter().zip(&planted.hidden) {
        let middle = word.onset + lag;
        let first = ((middle - window / 2.0) * rate).ceil().max(0.0) as usize;
        for (sample, value) in loudness.iter_mut().enumerate().skip(first) {
            let phase = (sample as f64 / rate - middle) / window;
            if phase > 0.5 {
                break;
            }
            *value += depth * (1.0 + hidden) * 0.5 * (1.0 + (TAU * phase).cos());
        }
    }
    loudness.iter_mut().for_each(|value| *value = value.max(0.0));
    loudness
}

/// Noise about one frequency: a wave whose two parts are AR(1) series, of variance 1.
struct Carrier {
    parts: [f64; 2],
    phi: f64,
}

impl Carrier {
    fn new(rate: f64, rng: &mut StdRng) -> Self {
        let parts = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
        Self { parts, phi: (-1.0 / (MEMORY * rate)).exp() }
    }

    /// The next value, where the wave of the middle frequency has this sine and cosine.
    fn next(&mut self, (sin, cos): (f64, f64), rng: &mut StdRng) -> f64 {
        let step = (1.0 - self.phi * self.phi).sqrt();
        for part in &mut self.parts {
            *part = self.phi * *part + step * rng.sample::<f64, _>(StandardNormal);
        }
        self.parts[0] * cos - self.parts[1] * sin
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PlantedParams;

    #[test]
    fn loudness_peaks_at_the_lag_and_is_one_without_words() -> Result<(), Error> {
        let params = PlantedParams { seconds: 40.0, ..PlantedParams::default() };
        let planted = Planted::new(params, 5)?;
        let loud = loudness(&planted, 20_480, 512.0);
        assert!(loud[..1024].iter().all(|value| *value == 1.0));
        let first = planted.words()[0].onset + params.lag;
        let expected = 1.0 + params.depth * (1.0 + planted.hidden()[0]);
        assert!((loud[(first * 512.0).round() as usize] - expected.max(0.0)).abs() < 0.02);
        Ok(())
    }

    #[test]
    fn bad_channels_are_far_louder() -> Result<(), Error> {
        let signal = Planted::new(PlantedParams { seconds: 25.0, ..PlantedParams::default() }, 5)?.signal(1, 512.0)?;
        let deviation = |electrode: usize| signal.column(electrode).std(0.0);
        assert!(deviation(3) > 200.0 && deviation(0) < 150.0, "{} {}", deviation(3), deviation(0));
        Ok(())
    }
}
