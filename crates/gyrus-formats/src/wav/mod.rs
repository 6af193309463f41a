//! WAV files: sound as numbers from -1 to 1, read where it is needed.
//!
//! Whole numbers of 8, 16, 24 and 32 bits and floats of 32 and 64 bits, in the classic form and in RF64 for long files.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::wav::{WavChannel, WavFile};
//!
//! let file = WavFile::open(Path::new("tests/data/wav/i24.wav"))?;
//! let sound = file.read(WavChannel::Mean, 0.01..0.02)?;
//! assert_eq!((file.rate(), sound.len()), (8000.0, 80));
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod file;
mod header;

pub use file::{WavChannel, WavFile};
