//! The nouns that pass between the rooms of gyrus: words, tokens, windows, activations, recordings.
//!
//! A value of these types is valid if it exists: checks are made where it is built.
//! Nothing here reads a file, runs a model or fits anything.
//!
#![doc = include_str!("../README.md")]

mod activations;
mod error;
mod interval;
mod progress;
mod recording;
mod syllables;
mod tokens;
mod transcript;
mod window;

pub use activations::LayerActivations;
pub use error::Error;
pub use interval::Interval;
pub use progress::Progress;
pub use recording::{Recording, Sampling};
pub use syllables::syllables;
pub use tokens::Tokens;
pub use transcript::{TimedWords, Transcript, Word};
pub use window::TokenWindow;
