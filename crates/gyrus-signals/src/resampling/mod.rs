//! Signals at another rate.

mod epochs;
mod fourier_resample;
mod polyphase;
mod ratio;

pub use epochs::{Epochs, SampledEpochs};
pub use fourier_resample::{Ends, FourierResample, SpectralWindow};
pub use polyphase::Resample;
pub use ratio::Ratio;

pub(crate) use polyphase::{Polyphase, Recent};
