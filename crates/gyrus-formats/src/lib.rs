//! Reads signals, images and arrays from the binary files labs have.
//!
//! What comes out are plain arrays with names, units and rates; this crate knows nothing of words, subjects or data sets.
//! A malformed file is an error that names the file, the place and the value, and nothing is made room for before the file
//! is known to be as long as it says.

pub mod arrays;
pub mod cnd;
pub mod edf;
mod error;
#[cfg(test)]
mod fixture;
pub mod hdf5;
pub mod matlab;
pub mod naplib;
pub mod nifti;
mod number;
pub mod nwb;
mod signals;
pub mod wav;
mod whole_file;

pub use error::Error;
pub use signals::{Annotation, Channel, ChannelKind, Signals};
pub use whole_file::write_whole;
