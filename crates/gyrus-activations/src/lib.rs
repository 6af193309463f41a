//! Every layer's state of a causal language model for every window.
//!
//! A [`Checkpoint`] is a folder in Hugging Face layout; [`extract`] reads a text through it and gives one state per word and layer.
//! One decoder body serves every family: a family is a row of names and keys, an architecture a handful of values.
//! Nothing here knows how text becomes tokens, or what the states are compared with.
//!
#![doc = include_str!("../README.md")]

mod alibi;
mod architecture;
mod batch;
mod block;
mod checkpoint;
mod config;
mod continuation;
mod decoder;
mod device;
mod differentiable;
mod distribution;
mod engine;
mod entrance;
mod error;
mod exit;
mod extract;
mod family;
mod gpu;
mod head;
mod hidden_states;
mod host;
mod in_order;
mod inventory;
mod joined;
mod likelihood;
mod memory;
mod passes;
mod predictability;
mod questions;
mod rotary;
mod sink;
mod streams;
mod tensors;
mod turns;
mod verify;
mod weights;

#[cfg(test)]
mod reference;

pub use alibi::{Alibi, AlibiRule};
pub use architecture::{
    Activation, Architecture, Attention, Embedding, FeedForward, Gain, HeadNorm, Layer, Norm, NormKind, Output,
    Placement, Positions, Span,
};
pub use checkpoint::{Checkpoint, Weight};
pub use continuation::{Continuation, Likelihood, log_likelihoods};
pub use device::{Device, DeviceChoice, Precision, open_device};
pub use differentiable::Differentiable;
pub use error::Error;
pub use extract::{Extraction, extract, extract_to, need};
pub use hidden_states::{HiddenStates, hidden_states};
pub use likelihood::{greedy, log_probabilities};
pub use memory::{Memory, Need};
pub use passes::Pooling;
pub use predictability::{Predictability, predictability};
pub use rotary::{Layout, Rotary, Scaling};
pub use sink::Sink;
pub use verify::{Verification, verify};
