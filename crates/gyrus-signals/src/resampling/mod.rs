//! Signals at another rate.

mod fourier_resample;
mod polyphase;
mod ratio;

pub use fourier_resample::{Ends, FourierResample, SpectralWindow};
pub use polyphase::Resample;
pub use ratio::Ratio;

pub(crate) use polyphase::{Polyphase, Recent};
