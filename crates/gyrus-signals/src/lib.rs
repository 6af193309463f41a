//! What is done to signals before they are responses: references, filters, envelopes, resampling, spectrograms.
//!
//! Arrays in, arrays out; this crate knows nothing of files, words or brains.
//! Signals are `(samples, channels)` in f64, rates and frequencies in hertz.
//! Functions on whole signals give what `scipy.signal`, mne and librosa give for the same settings; a [`Pipeline`] does the
//! same in chunks of time, in bounded memory.
//!
#![doc = include_str!("../README.md")]

mod checks;
mod columns;
mod condition;
mod error;
mod filters;
mod fourier;
mod high_gamma;
mod pipeline;
mod reference;
mod resampling;
mod sound;
mod standard;
mod trend;

pub use condition::Condition;
pub use error::Error;
pub use filters::{Band, Butterworth, Filter, Fir, FirNotch, IirNotch, Section, Sections, Taps};
pub use fourier::EnvelopeValue;
pub use high_gamma::{HighGamma, TransformLength, envelope};
pub use pipeline::{Finish, Outcome, Pipeline, Plan, Step};
pub use reference::{Group, Montage, Reference};
pub use resampling::{Ends, Epochs, FourierResample, Ratio, Resample, SampledEpochs, SpectralWindow};
pub use sound::{MelScale, MelSpectrogram, SoundEnvelope, SpectrogramScale};
pub use standard::{Standardised, standardised};
pub use trend::Trend;
