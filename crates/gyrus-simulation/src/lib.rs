//! A study with a known answer: words, when they are spoken, what a language model's layers hold of them, and a cortex
//! that hears them, a row per word or as electrodes in it would record it.
//!
//! Everything is made in memory from a seed, and the truth is a value beside what is measured.
//! Nothing here analyses anything; the program `calibration` holds the analysis to these truths.
//!
#![doc = include_str!("../README.md")]

mod cortex;
mod error;
mod gaussian;
mod implant;
mod latency;
mod layers;
mod levels;
mod noise;
mod planted;
mod rotation;
mod speech;
mod spoken_levels;
mod standard;
mod vectors;
mod words;

pub use cortex::{Cortex, CortexParams, Electrode, Map, REACH, Site, Truth};
pub use error::Error;
pub use implant::{Contact, ContactTruth, Hemisphere, Implant, ImplantParams, PMHG, Patient};
pub use layers::{Layer, LayerParams, layers};
pub use levels::{Levels, TIME_CONSTANTS};
pub use noise::Noise;
pub use planted::{Planted, PlantedParams, PlantedToken, PlantedWord};
pub use speech::{SpeechParams, spoken};
pub use spoken_levels::SpokenLevels;
pub use vectors::{StaticVectors, VectorParams, spelling};
pub use words::Words;
