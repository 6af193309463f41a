//! BrainVision: a header of text, samples in a file of their own, and markers.
//!
//! Samples are read multiplexed or vectorised, as integers of 16 or 32 bits or in single precision.
//! Source: Brain Products, BrainVision Core Data Format 1.0.

mod file;
mod header;
mod markers;
mod sections;
#[cfg(test)]
mod tests;

pub use self::file::BrainVisionFile;
