//! NWB files: a series of a recording with its clock, its electrodes, and what was noted of its time.
//!
//! NWB (Neurodata Without Borders, version 2) is HDF5 with fixed places: series in `/acquisition` and `/processing`, the table of
//! electrodes in `/general/extracellular_ephys/electrodes`, tables of trials and words in `/intervals`.
//! A value is `data * conversion * channel_conversion + offset`.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use gyrus_formats::Signals;
//! use gyrus_formats::nwb::NwbFile;
//!
//! let file = NwbFile::open(Path::new("sub-01.nwb"), None)?;
//! let second = file.read(&[0, 1], 0..file.channels()[0].rate as usize)?; // (samples, 2)
//! println!("{} in {}: {second}", file.channels()[0].name, file.channels()[0].unit);
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod clock;
mod electrodes;
mod file;
mod intervals;
mod series;

pub use electrodes::Electrode;
pub use file::{NwbFile, series_names};
