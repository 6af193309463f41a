//! WAV files: sound as numbers from -1 to 1, read where it is needed.
//!
//! Whole numbers of 8, 16, 24 and 32 bits and floats of 32 and 64 bits, in the classic form and in RF64 for long files.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use gyrus_formats::wav::{WavChannel, WavFile};
//!
//! let file = WavFile::open(Path::new("podcast.wav"))?;
//! let second = file.read(WavChannel::Mean, 10.0..11.0)?;
//! assert_eq!(second.len(), file.rate() as usize);
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod file;
mod header;

pub use file::{WavChannel, WavFile};
