//! What is done to signals before they are responses: references, filters, envelopes, resampling, spectrograms.
//!
//! Arrays in, arrays out; this crate knows nothing of files, words or brains.
