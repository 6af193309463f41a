//! Rotary positions: how far each pair of a head's dimensions turns per token.
//!
//! Frequencies and angles are rounded to f32 step by step, as models are trained and published with them: at position
//! 4000 an angle in f32 is up to 1e-4 from the exact one, and both programs should take the same.

use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// Positions as rotations: pair i of position t turns by t f_i with f_i = theta^(-2i/dimensions), then scaled.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotary {
    /// Base of the frequencies.
    pub theta: f64,
    /// How many dimensions of a head are turned, from the first on; the others stay.
    pub dimensions: usize,
    /// Which dimensions make a pair.
    pub layout: Layout,
    /// How the frequencies were stretched for longer texts.
    pub scaling: Scaling,
}

/// Which dimensions turn together, of the r that turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// i and i + r / 2.
    Half,
    /// 2 i and 2 i + 1.
    Interleaved,
}

/// How rotary frequencies are stretched for texts longer than the model was first trained on.
#[derive(Debug, Clone, PartialEq)]
pub enum Scaling {
    /// Not at all, or (`dynamic`) not within the model's limit.
    None,
    /// f / factor.
    Linear {
        /// The stretch.
        factor: f64,
    },
    /// Slow pairs as in `Linear`, fast pairs unchanged, a blend between, as Llama 3.1 does.
    Llama3 {
        /// The stretch of slow pairs.
        factor: f64,
        /// Wavelengths above `original / low` are slow.
        low: f64,
        /// Wavelengths below `original / high` are fast.
        high: f64,
        /// Tokens the model was first trained on.
        original: f64,
    },
    /// Pairs that turn more than `fast` times over the original length unchanged, those that turn less than `slow`
    /// times as in `Linear`, a ramp over the pairs between (Peng et al. 2023).
    Yarn {
        /// The stretch of slow pairs.
        factor: f64,
        /// Turns over the original length.
        fast: f64,
        /// Turns over the original length.
        slow: f64,
        /// Tokens the model was first trained on.
        original: f64,
        /// Whether the ramp begins and ends at whole pairs.
        whole: bool,
        /// Cosines and sines are multiplied by this.
        attention: f64,
    },
    /// f_i / short_i, within the length the model was first trained on.
    Longrope {
        /// One divisor per pair.
        short: Arc<[f64]>,
        /// Tokens the model was first trained on.
        original: usize,
        /// Cosines and sines are multiplied by this.
        attention: f64,
    },
}

/// Cosines and sines of every angle, each `(tokens, half)` with half = dimensions / 2, times the factor that some
/// scalings put on them.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    pub(crate) layout: Layout,
    pub(crate) half: usize,
    pub(crate) cos: Vec<f32>,
    pub(crate) sin: Vec<f32>,
}

impl Rotary {
    /// Radians per token of each pair.
    fn frequencies(&self) -> Vec<f32> {
        let exponent = |i: usize| 2.0 * i as f32 / self.dimensions as f32;
        let base = f64::from(self.theta as f32);
        let inverse = (0..self.dimensions / 2).map(|i| base.powf(f64::from(exponent(i))) as f32);
        match &self.scaling {
            Scaling::None => inverse.map(|p| 1.0 / p).collect(),
            Scaling::Linear { factor } => inverse.map(|p| 1.0 / p / *factor as f32).collect(),
            Scaling::Llama3 { factor, low, high, original } => {
                inverse.map(|p| llama3(1.0 / p, *factor, *low, *high, *original)).collect()
            }
            Scaling::Yarn { factor, fast, slow, original, whole, .. } => {
                let ramp = self.ramp(*fast, *slow, *original, *whole);
                let blend = |(p, r): (f32, f32)| 1.0 / (*factor as f32 * p) * r + 1.0 / p * (1.0 - r);
                inverse.zip(ramp).map(blend).collect()
            }
            Scaling::Longrope { short, .. } => inverse.zip(short.iter()).map(|(p, s)| 1.0 / (*s as f32 * p)).collect(),
        }
    }

    /// From 0 for pairs that stay to 1 for pairs that are stretched: pair i turns n times over the original length
    /// where i = dimensions ln(original / (2 pi n)) / (2 ln theta).
    fn ramp(&self, fast: f64, slow: f64, original: f64, whole: bool) -> impl Iterator<Item = f32> {
        let pair = |n: f64| self.dimensions as f64 * (original / (n * TAU)).ln() / (2.0 * self.theta.ln());
        let (first, last) = match (pair(fast), pair(slow)) {
            (first, last) if whole => (first.floor(), last.ceil()),
            ends => ends,
        };
        let (first, last) = (first.max(0.0), last.min(self.dimensions as f64 - 1.0));
        let last = if first == last { last + 0.001 } else { last };
        (0..self.dimensions / 2).map(move |i| ((i as f32 - first as f32) / (last - first) as f32).clamp(0.0, 1.0))
    }

    /// The rotations of positions 0 to `tokens` - 1.
    pub(crate) fn turns(&self, tokens: usize) -> Turns {
        let f = self.frequencies();
        let factor = self.scaling.attention() as f32;
        let angles = || (0..tokens).flat_map(|t| f.iter().map(move |f| f64::from(t as f32 * f)));
        Turns {
            layout: self.layout,
            half: f.len(),
            cos: angles().map(|angle| angle.cos() as f32 * factor).collect(),
            sin: angles().map(|angle| angle.sin() as f32 * factor).collect(),
        }
    }
}

impl Scaling {
    /// What cosines and sines are multiplied by.
    fn attention(&self) -> f64 {
        match self {
            Self::Yarn { attention, .. } | Self::Longrope { attention, .. } => *attention,
            Self::None | Self::Linear { .. } | Self::Llama3 { .. } => 1.0,
        }
    }

    /// The most tokens for which this scaling holds.
    pub(crate) fn limit(&self) -> Option<usize> {
        match self {
            Self::Longrope { original, .. } => Some(*original),
            _ => None,
        }
    }
}

/// The stretched frequency of a pair that turns by `f` radians per token.
fn llama3(f: f32, factor: f64, low: f64, high: f64, original: f64) -> f32 {
    let wavelength = (2.0 * PI) as f32 / f;
    if wavelength > (original / low) as f32 {
        f / factor as f32
    } else if wavelength < (original / high) as f32 {
        f
    } else {
        let s = (original as f32 / wavelength - low as f32) / (high - low) as f32;
        (1.0 - s) * f / factor as f32 + s * f
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scaling: Scaling) -> Vec<f32> {
        Rotary { theta: 10_000.0, dimensions: 8, layout: Layout::Half, scaling }.frequencies()
    }

    #[test]
    fn frequencies_fall_by_the_root_of_theta() {
        for (found, expected) in check(Scaling::None).iter().zip([1.0, 0.1, 0.01, 0.001]) {
            assert!((found / expected - 1.0).abs() < 2e-7, "{found} {expected}");
        }
    }

    #[test]
    fn linear_divides_every_frequency() {
        let plain = check(Scaling::None);
        assert!(check(Scaling::Linear { factor: 2.0 }).iter().zip(plain).all(|(f, plain)| *f == plain / 2.0));
    }

    #[test]
    fn llama3_keeps_fast_pairs_and_stretches_slow_ones() {
        let found = check(Scaling::Llama3 { factor: 8.0, low: 1.0, high: 4.0, original: 64.0 });
        let plain = check(Scaling::None);
        assert_eq!((found[0], found[3]), (plain[0], plain[3] / 8.0));
        assert!(plain[1] / 8.0 < found[1] && found[1] < plain[1], "the pair between is a blend");
    }

    #[test]
    fn yarn_keeps_fast_pairs_and_stretches_slow_ones() {
        let yarn = |whole| Scaling::Yarn { factor: 4.0, fast: 8.0, slow: 1.0, original: 640.0, whole, attention: 1.2 };
        let (found, plain) = (check(yarn(true)), check(Scaling::None));
        assert_eq!((found[0], found[3]), (plain[0], plain[3] / 4.0));
        assert!(plain[2] / 4.0 < found[2] && found[2] < plain[2], "the pair between is a blend");
        assert_ne!(check(yarn(false)), found);
    }

    #[test]
    fn longrope_divides_each_pair_by_its_own_number() {
        let short: Vec<f64> = vec![1.0, 2.0, 4.0, 8.0];
        let found = check(Scaling::Longrope { short: short.clone().into(), original: 16, attention: 1.1 });
        let expected: Vec<f32> = check(Scaling::None).iter().zip(short).map(|(f, s)| f / s as f32).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn turns_are_angles_times_the_factor() {
        let scaling = Scaling::Longrope { short: vec![1.0; 4].into(), original: 16, attention: 1.5 };
        let turns = Rotary { theta: 10_000.0, dimensions: 8, layout: Layout::Half, scaling }.turns(3);
        assert_eq!((turns.half, turns.cos.len()), (4, 12));
        assert_eq!((turns.cos[0], turns.sin[0]), (1.5, 0.0));
        assert!((turns.sin[8] - 1.5 * 2f32.sin()).abs() < 1e-6);
    }
}
