//! NWB files: a series of a recording with its clock, its electrodes, and what was noted of its time.
//!
//! NWB (Neurodata Without Borders, version 2) is HDF5 with fixed places: series in `/acquisition` and `/processing`, the table of
//! electrodes in `/general/extracellular_ephys/electrodes`, tables of trials and words in `/intervals`.
//! A value is `data * conversion * channel_conversion + offset`.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::Signals;
//! use gyrus_formats::nwb::NwbFile;
//!
//! let file = NwbFile::open(Path::new("tests/data/nwb/even.nwb"), Some("ElectricalSeries"))?;
//! let channel = &file.channels()[1];
//! assert_eq!((channel.name.as_str(), channel.unit.as_str(), channel.rate), ("LG0", "V", 100.0));
//! assert_eq!(file.read(&[1], 0..10)?.dim(), (10, 1));
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod clock;
mod electrodes;
mod file;
mod intervals;
mod series;

pub use electrodes::Electrode;
pub use file::{NwbFile, series_names};
