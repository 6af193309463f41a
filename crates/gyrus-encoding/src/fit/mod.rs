//! The plan of an analysis, its models, and their held-out results.

mod across_listeners;
mod banded_encoder;
mod baseline;
pub(crate) mod design;
pub(crate) mod encoder;
pub(crate) mod held_out;
pub(crate) mod held_rows;
pub(crate) mod reduced;
mod scores;

pub use self::across_listeners::{AcrossListeners, ListenerScores};
pub use self::banded_encoder::{BandedEncoder, BandedScores};
pub use self::baseline::baseline;
pub use self::design::{Design, DesignParams, Division, FeatureUnit};
pub use self::encoder::{Encoder, encode, refit};
pub use self::held_out::correlation;
pub use self::reduced::Reduced;
pub use self::scores::FoldScores;
