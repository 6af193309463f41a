//! The Functional Image Format of Neuromag and MNE, as far as it holds continuous recordings, also split and compressed.
//!
//! Recordings are read where they are needed, and written in single precision.
//! Sources: the constants and the description of the format that MNE publishes (mne-tools/fiff-constants), and what MNE-Python
//! writes and reads.

mod buffers;
mod channel;
mod code;
mod file;
pub(crate) mod inflate;
mod notes;
mod part;
mod parts;
mod tag;
#[cfg(test)]
mod tests;
mod writer;

pub use self::file::FifFile;
pub use self::writer::{FifChannel, FifHeader, write_fif};
