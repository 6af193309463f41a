//! Rotary positions: how far each pair of a head's dimensions turns per token.
//!
//! Dimension i is paired with dimension i + half ("half" layout). Angles are computed in f64 and rounded once.

use crate::Error;
use crate::config::Config;

/// Positions as rotations: pair i of position t turns by t f_i with f_i = theta^(-2i/dimensions), then scaled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotary {
    /// Base of the frequencies.
    pub theta: f64,
    /// How the frequencies were stretched for longer texts.
    pub scaling: Scaling,
}

/// How rotary frequencies are stretched for texts longer than the model was first trained on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scaling {
    /// Not at all.
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
}

/// Cosines and sines of every angle, each `(tokens, half)` with half = dimensions / 2.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    pub(crate) half: usize,
    pub(crate) cos: Vec<f32>,
    pub(crate) sin: Vec<f32>,
}

impl Rotary {
    /// Read from the old layout (`rope_theta`, `rope_scaling`) or the new one (`rope_parameters`).
    pub(crate) fn read(config: &Config, limit: usize) -> Result<Self, Error> {
        let section = match config.section("rope_parameters")? {
            Some(section) => Some(section),
            None => config.section("rope_scaling")?,
        };
        let inner = match &section {
            Some(section) => section.number("rope_theta")?,
            None => None,
        };
        let theta = inner.or(config.number("rope_theta")?).unwrap_or(10_000.0);
        let scaling = section.as_ref().map_or(Ok(Scaling::None), |section| Scaling::read(section, limit))?;
        Ok(Self { theta, scaling })
    }

    /// Radians per token of each pair of `dimensions`.
    fn frequencies(&self, dimensions: usize) -> Vec<f64> {
        (0..dimensions / 2).map(|i| self.scaling.apply(self.theta.powf(-2.0 * i as f64 / dimensions as f64))).collect()
    }

    /// The rotations of positions 0 to `tokens` - 1.
    pub(crate) fn turns(&self, dimensions: usize, tokens: usize) -> Turns {
        let f = self.frequencies(dimensions);
        let angles = || (0..tokens).flat_map(|t| f.iter().map(move |f| t as f64 * f));
        Turns {
            half: f.len(),
            cos: angles().map(|angle| angle.cos() as f32).collect(),
            sin: angles().map(|angle| angle.sin() as f32).collect(),
        }
    }
}

impl Scaling {
    fn read(section: &Config, limit: usize) -> Result<Self, Error> {
        let key = if section.text("rope_type")?.is_some() { "rope_type" } else { "type" };
        let need = |key| section.number(key)?.ok_or_else(|| section.refuse(key, "a positive number"));
        match section.text(key)?.as_deref() {
            None | Some("default") => Ok(Self::None),
            Some("linear") => Ok(Self::Linear { factor: need("factor")? }),
            Some("llama3") => Ok(Self::Llama3 {
                factor: need("factor")?,
                low: need("low_freq_factor")?,
                high: need("high_freq_factor")?,
                original: section.number("original_max_position_embeddings")?.unwrap_or(limit as f64),
            }),
            Some(_) => {
                Err(section.refuse(key, "`default`, `linear` or `llama3`; other rotary scalings are not supported"))
            }
        }
    }

    /// The stretched frequency of a pair that turns by `f` radians per token.
    fn apply(self, f: f64) -> f64 {
        match self {
            Self::None => f,
            Self::Linear { factor } => f / factor,
            Self::Llama3 { factor, low, high, original } => {
                let wavelength = std::f64::consts::TAU / f;
                if wavelength > original / low {
                    f / factor
                } else if wavelength < original / high {
                    f
                } else {
                    let s = (original / wavelength - low) / (high - low);
                    (1.0 - s) * f / factor + s * f
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(scaling: Scaling) -> Vec<f64> {
        Rotary { theta: 10_000.0, scaling }.frequencies(8)
    }

    #[test]
    fn frequencies_fall_by_the_root_of_theta() {
        for (found, expected) in check(Scaling::None).iter().zip([1.0, 0.1, 0.01, 0.001]) {
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
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
}
