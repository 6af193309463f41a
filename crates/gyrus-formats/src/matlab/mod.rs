//! MATLAB files of versions 5 to 7.3, behind one [`MatFile`].
//!
//! Files of version 7.3 are HDF5 with references; the older ones are a list of elements, mostly compressed.
//! Both give the same [`Value`]s: every number is an `f64`, arrays have the shape that MATLAB shows, lists of cells and of
//! structs are in MATLAB's order, first axis fastest.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::matlab::MatFile;
//!
//! for name in ["dataSub1.mat", "dataSub2.mat"] {
//!     // One is of version 7, the other of version 7.3.
//!     let eeg = MatFile::open(&Path::new("tests/data/cnd").join(name))?.read("eeg")?;
//!     assert_eq!(eeg.field("fs").and_then(|rate| rate.number()), Some(64.0));
//!     assert_eq!(eeg.field("deviceName").and_then(|name| name.text()), Some("BioSemi"));
//! }
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod fields;
mod file;
mod text;
mod v5;
mod v73;
mod value;

pub(crate) use fields::Fields;
pub use file::MatFile;
pub use value::{CellArray, Sparse, StructArray, Value};
