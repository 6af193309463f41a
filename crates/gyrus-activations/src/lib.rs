//! Every layer's state of a causal language model for every window.
//!
//! A [`Checkpoint`] is a folder in Hugging Face layout; [`extract`] reads a text through it and gives one state per word and layer.
//! One decoder body serves every family: a family is a row of names and keys, an architecture a handful of values.
//! Nothing here knows how text becomes tokens, or what the states are compared with.

mod architecture;
mod attention;
mod batch;
mod checkpoint;
mod config;
mod decoder;
mod device;
mod error;
mod extract;
mod family;
mod head;
mod hidden_states;
mod inventory;
mod kernel;
mod layer;
mod likelihood;
mod passes;
mod rotary;
mod shards;
mod verify;

#[cfg(test)]
mod reference;

pub use architecture::{Activation, Architecture, Attention, FeedForward, Norm, Output, Position};
pub use checkpoint::Checkpoint;
pub use device::{Device, DeviceChoice, open_device};
pub use error::Error;
pub use extract::extract;
pub use hidden_states::{HiddenStates, hidden_states};
pub use likelihood::{greedy, log_probabilities};
pub use passes::Pooling;
pub use rotary::{Rotary, Scaling};
pub use verify::{Verification, verify};
