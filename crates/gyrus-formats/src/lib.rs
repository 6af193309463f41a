//! Reads signals, images and arrays from the binary files labs have.
//!
//! What comes out are plain arrays with names, units and rates; this crate knows nothing of words, subjects or data sets.
//! A malformed file is an error that names the file, the place and the value, and nothing is made room for before the file
//! is known to be as long as it says.
//! [`open`] tells a file of signals by its name and first bytes and reads its header; samples are read where they are needed.
//!
#![doc = include_str!("../README.md")]

pub mod arrays;
pub mod brainvision;
pub mod cnd;
pub mod edf;
mod error;
pub mod fif;
#[cfg(test)]
mod fixture;
pub mod hdf5;
pub mod matlab;
pub mod naplib;
pub mod nifti;
mod number;
pub mod nwb;
mod open;
mod samples;
mod signals;
mod source;
pub mod wav;
mod whole_file;

pub use error::Error;
pub use open::open;
pub use signals::{Annotation, Channel, ChannelKind, Signals};
pub use whole_file::write_whole;
