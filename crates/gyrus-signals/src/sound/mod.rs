//! What is heard, at the rate of responses.

mod loudness;
mod mel_filters;
mod mel_spectrogram;

pub use loudness::SoundEnvelope;
pub use mel_filters::MelScale;
pub use mel_spectrogram::{MelSpectrogram, SpectrogramScale};
