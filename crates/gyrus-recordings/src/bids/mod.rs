//! Recordings in the BIDS layout: read with signals in any format that `gyrus-formats` opens, and written from memory as EDF.
//!
//! Source: the Brain Imaging Data Structure 1.10, <https://bids-specification.readthedocs.io>.
//! Tables may begin with a byte-order mark and say `n/a`; notes and tables apply to every file whose name has their parts,
//! from the folder of the data set down (the inheritance principle).

mod channels;
mod cortex;
mod dataset;
mod electrodes;
mod events;
mod kept;
mod landmark;
mod name;
mod note;
mod reader;
mod sidecars;
#[cfg(test)]
mod tests;
mod writer;

pub use self::cortex::Surfaces;
pub use self::dataset::{Channel, Dataset, Event, Status, Subject};
pub use self::events::read_words;
pub use self::landmark::Landmark;
pub use self::reader::{LeftOut, Listener, Recordings, Selection, read};
pub use self::writer::write;
