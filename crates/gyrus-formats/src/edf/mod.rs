//! The European Data Format: signals of 16 bits in records of equal length, each signal with a rate and a scale of its own.
//!
//! EDF and continuous EDF+ are read, a range of records at a time; EDF is written.
//! Sources: Kemp et al. 1992 (EDF), Kemp and Olivan 2003 (EDF+).

mod field;
mod file;
mod header;
mod record_length;
mod scale;
#[cfg(test)]
mod tests;
mod writer;

pub use self::file::EdfFile;
pub use self::header::EdfSignal;
pub use self::writer::{EdfChannel, write_edf};
