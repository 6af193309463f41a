//! Says what data sets consist of, checks what lies on disk, and fetches what does not.
//!
//! A data set is described by a manifest: title, licence, what to cite, where it comes from, its clock, its oddities, and
//! its files with size and hash as far as somebody has verified them.
//! What a file means is not known here; of the network this crate alone knows, and it writes below the folder that it is given.
//!
#![doc = include_str!("../README.md")]

mod catalogue;
mod check;
mod data_file;
mod data_set;
mod error;
mod fetch;
mod folder;
mod hash;
mod pattern;
mod progress;

pub use catalogue::Catalogue;
pub use check::{Check, Depth, Finding, State, check};
pub use data_file::{DataFile, is_inside};
pub use data_set::{DataSet, Oddity};
pub use error::Error;
pub use fetch::{FetchOptions, Fetcher, Outcome, Standing, standing};
pub use hash::{Algorithm, Hash, file_hash};
pub use pattern::{FilePattern, Selection};
pub use progress::Progress;
