//! Bands that are as far apart as tones seem to be.

use serde::{Deserialize, Serialize};

/// A scale of pitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MelScale {
    /// Linear up to 1,000 Hz (3 mel each 200 Hz), then logarithmic (27 mel for a factor of 6.4); each filter divided by
    /// half its width in hertz. Slaney's Auditory Toolbox; librosa's default.
    #[default]
    Slaney,
    /// 2595 log10(1 + f / 700), each filter with a peak of 1; the Hidden Markov Toolkit.
    Htk,
}

/// Where Slaney's scale turns from linear to logarithmic: hertz and mel.
const TURN: (f64, f64) = (1000.0, 15.0);

/// Mel for a factor of e beyond it.
fn per_factor() -> f64 {
    27.0 / 6.4f64.ln()
}

impl MelScale {
    fn mel(self, hertz: f64) -> f64 {
        match self {
            Self::Htk => 2595.0 * (1.0 + hertz / 700.0).log10(),
            Self::Slaney if hertz < TURN.0 => hertz * TURN.1 / TURN.0,
            Self::Slaney => TURN.1 + (hertz / TURN.0).ln() * per_factor(),
        }
    }

    fn hertz(self, mel: f64) -> f64 {
        match self {
            Self::Htk => 700.0 * (10f64.powf(mel / 2595.0) - 1.0),
            Self::Slaney if mel < TURN.1 => mel * TURN.0 / TURN.1,
            Self::Slaney => TURN.0 * ((mel - TURN.1) / per_factor()).exp(),
        }
    }

    /// Triangles over the frequencies of a transform of `size` samples at `rate` hertz: for each the first frequency that
    /// counts, and the weights from there on.
    ///
    /// With edges e_0 ... e_(n+1) evenly spaced in mel from `low` to `high` hertz, filter i rises from e_i to e_(i+1) and
    /// falls to e_(i+2).
    pub(super) fn filters(self, bands: usize, low: f64, high: f64, size: usize, rate: f64) -> Vec<(usize, Vec<f64>)> {
        let (from, to) = (self.mel(low), self.mel(high));
        let edge = |index: usize| self.hertz(from + (to - from) * index as f64 / (bands + 1) as f64);
        let filter = |band: usize| {
            let (low, peak, high) = (edge(band), edge(band + 1), edge(band + 2));
            let height = if self == Self::Slaney { 2.0 / (high - low) } else { 1.0 };
            let weight = |k: usize| {
                let hertz = k as f64 * rate / size as f64;
                height * ((hertz - low) / (peak - low)).min((high - hertz) / (high - peak)).max(0.0)
            };
            let weights: Vec<f64> = (0..=size / 2).map(weight).collect();
            let first = weights.iter().position(|w| *w > 0.0).unwrap_or(0);
            let last = weights.iter().rposition(|w| *w > 0.0).map_or(0, |last| last + 1);
            (first, weights[first..last.max(first)].to_vec())
        };
        (0..bands).map(filter).collect()
    }
}
