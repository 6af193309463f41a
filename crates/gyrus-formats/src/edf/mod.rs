//! The European Data Format: signals of 16 bits in records of equal length, each signal with a rate and a scale of its own.
//!
//! EDF, EDF+ and their relatives of 24 bits, BDF and BDF+, are read, with text and gaps; EDF is written.
//! Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+), BioSemi's description of BDF.

mod field;
mod file;
mod header;
mod kind;
mod opened;
mod record_length;
mod scale;
mod stretch;
mod tal;
#[cfg(test)]
mod tests;
mod timeline;
mod writer;

pub use self::file::EdfFile;
pub use self::header::EdfSignal;
pub use self::writer::{EdfChannel, write_edf};
