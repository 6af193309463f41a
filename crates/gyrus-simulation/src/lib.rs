//! A study with a known answer: words, when they are spoken, what a language model's layers hold of them, and a cortex
//! that hears them.
//!
//! Everything is made in memory from a seed, one row per word, and the truth is a value beside what is measured.
//! Nothing here analyses anything; the program `calibration` holds the analysis to these truths.

mod cortex;
mod error;
mod gaussian;
mod latency;
mod layers;
mod levels;
mod noise;
mod rotation;
mod speech;
mod standard;
mod words;

pub use cortex::{Cortex, CortexParams, Electrode, Map, REACH, Site, Truth};
pub use error::Error;
pub use layers::{Layer, LayerParams, layers};
pub use levels::{Levels, TIME_CONSTANTS};
pub use noise::Noise;
pub use speech::{SpeechParams, spoken, syllables};
pub use words::Words;
