//! HDF5 files: groups, data sets whose rows are read where they are needed, attributes and references; matrices are written.
//!
//! The bytes are decoded by the crate `hdf5-reader`; what is here turns every number into `f64`, lists what a file has where
//! a name is wrong, and keeps a file that lies about its sizes from taking memory.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::hdf5::Hdf5File;
//!
//! let file = Hdf5File::open(Path::new("tests/data/hdf5/new.h5"))?;
//! let data = file.data_set("layouts/gzip")?;
//! assert_eq!(data.shape(), [23, 5]);
//! assert_eq!(data.rows(0..10)?.shape(), [10, 5]); // The other rows stay on the disk.
//! assert_eq!(file.attributes("attributes")?.number("rate"), Some(512.0));
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod attributes;
mod data_set;
mod file;
mod lzf;
mod number;
mod objects;
mod writer;

pub use attributes::{Attribute, Attributes};
pub use data_set::{DataKind, DataSet};
pub use file::Hdf5File;
pub use objects::Object;
pub use writer::{NewDataSet, write_hdf5};
