//! What of an analytic signal is kept.

use rustfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

/// What of the analytic signal z is kept at each sample; a floor keeps logarithms finite.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvelopeValue {
    /// |z|.
    #[default]
    Amplitude,
    /// |z|^2.
    Power,
    /// ln(max(|z|, floor)).
    LogAmplitude {
        /// The floor, in the unit of the signal.
        floor: f64,
    },
    /// ln(max(|z|^2, floor)).
    LogPower {
        /// The floor, in the unit of the signal squared.
        floor: f64,
    },
}

impl EnvelopeValue {
    /// The floor of a logarithm.
    pub(crate) fn floor(self) -> Option<f64> {
        match self {
            Self::Amplitude | Self::Power => None,
            Self::LogAmplitude { floor } | Self::LogPower { floor } => Some(floor),
        }
    }

    /// Adds `share` of the values of z, before the logarithm divided by `scale`, to `sums`.
    pub(crate) fn add(self, z: &[Complex<f64>], scale: f64, share: f64, sums: &mut [f64]) {
        let whole = 1.0 / scale;
        let each = |sums: &mut [f64], value: &dyn Fn(f64) -> f64| {
            sums.iter_mut().zip(z).for_each(|(sum, z)| *sum += share * value(z.norm_sqr()));
        };
        match self {
            // Without the call through a pointer these two are vector instructions.
            Self::Amplitude => sums.iter_mut().zip(z).for_each(|(s, z)| *s += share * whole * z.norm_sqr().sqrt()),
            Self::Power => sums.iter_mut().zip(z).for_each(|(s, z)| *s += share * whole * z.norm_sqr()),
            Self::LogAmplitude { floor } => each(sums, &|power| (whole * power.sqrt()).max(floor).ln()),
            Self::LogPower { floor } => each(sums, &|power| (whole * power).max(floor).ln()),
        }
    }

    /// The value without a logarithm.
    pub(crate) fn linear(self) -> Self {
        match self {
            Self::Amplitude | Self::LogAmplitude { .. } => Self::Amplitude,
            Self::Power | Self::LogPower { .. } => Self::Power,
        }
    }
}
