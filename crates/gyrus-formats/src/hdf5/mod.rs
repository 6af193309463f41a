//! HDF5 files: groups, data sets whose rows are read where they are needed, attributes and references.
//!
//! The bytes are decoded by the crate `hdf5-reader`; what is here turns every number into `f64`, lists what a file has where
//! a name is wrong, and keeps a file that lies about its sizes from taking memory.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use gyrus_formats::hdf5::Hdf5File;
//!
//! let file = Hdf5File::open(Path::new("wheretheressmoke.hf5"))?;
//! let data = file.data_set("data")?;
//! let first = data.rows(0..10)?; // (10, voxels); the other rows stay on the disk.
//! assert_eq!(first.shape()[1], data.shape()[1]);
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod attributes;
mod data_set;
mod file;
mod number;
mod objects;

pub use attributes::{Attribute, Attributes};
pub use data_set::{DataKind, DataSet};
pub use file::Hdf5File;
pub use objects::Object;
