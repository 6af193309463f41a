//! Fourier transforms: lengths that are fast, what filters do to frequencies, and signals in stretches that overlap.

mod blocks;
mod convolution;
mod envelope_value;
mod gain;
mod length;

pub use envelope_value::EnvelopeValue;

pub(crate) use blocks::Blocks;
pub(crate) use convolution::{Convolution, Scratch};
pub(crate) use gain::{Gain, Side};
pub(crate) use length::good_length;
