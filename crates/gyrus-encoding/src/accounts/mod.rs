//! How many dimensions features fill, and what each band explains.

mod dimension;
mod neighbours;
mod partition;
pub(crate) mod variance;

pub use self::dimension::{Dimension, TwoNearest, components_for, participation_ratio};
pub use self::partition::Partition;
