//! Which effects would have been found.

pub(crate) mod planted;
mod power;
mod power_curve;

pub use self::power::{Power, PowerParams, Simulated};
pub use self::power_curve::{DETECTED, PowerCurve, PowerPoint};
