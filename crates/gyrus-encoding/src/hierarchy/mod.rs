//! Whether a value of electrodes follows their distance from auditory cortex.

mod electrodes;
mod hierarchy_draws;
mod matrix;
mod mixed;
mod reml;
mod simplex;

pub use self::electrodes::{Association, Electrode, Hierarchy};
pub use self::hierarchy_draws::{Drawn, Levels, Permuted};
pub use self::mixed::{Mixed, RandomEffects};
