//! What is done to signals before they are responses: references, filters, envelopes, resampling, spectrograms.
//!
//! Arrays in, arrays out; this crate knows nothing of files, words or brains.
//! Signals are `(samples, channels)` in f64, rates and frequencies in hertz.
//! Functions on whole signals give what `scipy.signal`, mne and librosa give for the same settings; a [`Pipeline`] does the
//! same in chunks of time, in bounded memory.
//!
//! # Example
//! High gamma of a recording as of the Podcast data set, 16 times a second, without the whole recording in memory:
//! ```
//! use gyrus_signals::{Error, Filter, FirNotch, HighGamma, Montage, Pipeline, Resample, Step};
//! use ndarray::Array2;
//!
//! let pipeline = Pipeline {
//!     montage: Montage::common_average(vec![3]),
//!     steps: vec![
//!         Step::Filter(Filter::Notch(FirNotch::new(vec![60.0, 120.0, 180.0]))),
//!         Step::HighGamma(HighGamma { bands: vec![(70.0, 200.0)], ..HighGamma::default() }),
//!         Step::Resample(Resample { rate: 16.0 }),
//!     ],
//!     finish: vec![],
//! };
//! let plan = pipeline.plan(20_000, 4, 512.0)?;
//! let mut rows = 0;
//! plan.run::<Error>(
//!     4_096,
//!     |samples| Ok(Array2::from_shape_fn((samples.len(), 4), |(i, j)| ((samples.start + i) * (j + 3)) as f64 % 7.0)),
//!     |first, block| {
//!         assert_eq!((first, block.ncols()), (rows, 3));
//!         rows += block.nrows();
//!         Ok(())
//!     },
//! )?;
//! assert_eq!(rows, 625);
//! # Ok::<(), Error>(())
//! ```

mod checks;
mod columns;
mod condition;
mod error;
mod filters;
mod fourier;
mod high_gamma;
mod pipeline;
mod reference;
mod resampling;
mod sound;
mod standard;
mod trend;

pub use condition::Condition;
pub use error::Error;
pub use filters::{Band, Butterworth, Filter, Fir, FirNotch, IirNotch, Section, Sections, Taps};
pub use fourier::EnvelopeValue;
pub use high_gamma::{HighGamma, TransformLength, envelope};
pub use pipeline::{Finish, Outcome, Pipeline, Plan, Step};
pub use reference::{Group, Montage, Reference};
pub use resampling::{Ends, Epochs, FourierResample, Ratio, Resample, SampledEpochs, SpectralWindow};
pub use sound::{MelScale, MelSpectrogram, SoundEnvelope, SpectrogramScale};
pub use standard::{Standardised, standardised};
pub use trend::Trend;
