//! Any of the filters, as a value that stands in a manifest.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::{Butterworth, Fir, FirNotch, IirNotch, Sections, Taps};
use crate::{Error, checks};

/// What a filter lets pass, edges in hertz.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// What is slower.
    Low(f64),
    /// What is faster.
    High(f64),
    /// What lies between.
    Pass(f64, f64),
    /// What does not lie between.
    Stop(f64, f64),
}

impl Band {
    /// An error unless a signal of `rate` hertz holds the edges.
    pub(crate) fn check(self, rate: f64) -> Result<(), Error> {
        match self {
            Self::Low(edge) | Self::High(edge) => checks::frequency(edge, rate).map(|_| ()),
            Self::Pass(low, high) | Self::Stop(low, high) => checks::band(low, high, rate).map(|_| ()),
        }
    }
}

/// A filter without a shift in time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// A Butterworth filter, forward and backward.
    Butterworth(Butterworth),
    /// A symmetric filter of finite length.
    Fir(Fir),
    /// Narrow bands stopped by one symmetric filter of finite length.
    Notch(FirNotch),
    /// Narrow bands stopped by recursive filters, forward and backward.
    IirNotch(IirNotch),
}

/// A filter with its numbers, for one sampling rate.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Designed {
    /// Filters that run forward and backward, one after another.
    Recursive(Vec<Sections>),
    /// A symmetric filter.
    Symmetric(Taps),
}

impl Filter {
    /// The signals `(samples, channels)` at `rate` hertz, filtered.
    ///
    /// # Errors
    /// What the filter itself says: cut-offs that the rate does not hold, recordings that are too short, values that
    /// are not finite.
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        match self {
            Self::Butterworth(filter) => filter.apply(x, rate),
            Self::Fir(filter) => filter.apply(x, rate),
            Self::Notch(filter) => filter.apply(x, rate),
            Self::IirNotch(filter) => filter.apply(x, rate),
        }
    }

    pub(crate) fn design(&self, rate: f64) -> Result<Designed, Error> {
        Ok(match self {
            Self::Butterworth(filter) => Designed::Recursive(vec![filter.design(rate)?]),
            Self::Fir(filter) => Designed::Symmetric(filter.design(rate)?),
            Self::Notch(filter) => Designed::Symmetric(filter.design(rate)?),
            Self::IirNotch(filter) => Designed::Recursive(filter.design(rate)?),
        })
    }
}
