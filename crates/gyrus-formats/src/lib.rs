//! Reads signals, images and arrays from the binary files labs have.
//!
//! What comes out are plain arrays with names, units and rates; this crate knows nothing of words, subjects or data sets.
//! A malformed file is an error that names the file, the place and the value, and nothing is made room for before the file
//! is known to be as long as it says.
//! [`open`] tells a file of signals by its name and first bytes and reads its header; samples are read where they are needed:
//!
//! ```
//! use gyrus_formats::edf::{EdfChannel, write_edf};
//! use ndarray::Array1;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("story.edf");
//! let values = Array1::from_shape_fn(4 * 512, |i| (0.1 * i as f64).sin());
//! write_edf(&path, &[EdfChannel { name: "ECOG G1", unit: "uV", rate: 512.0, values: values.view() }])?;
//!
//! let file = gyrus_formats::open(&path)?;
//! let channel = &file.channels()[0];
//! assert_eq!((channel.kind, channel.rate, channel.samples), (gyrus_formats::ChannelKind::Ecog, 512.0, 2048));
//! let second = file.read(&[0], 512..1024)?;
//! assert!((second[[0, 0]] - values[512]).abs() < 1e-4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
