//! Which effects would have been found.

pub(crate) mod planted;
mod power;
mod power_curve;
mod simulated;

pub use self::power::{Power, PowerParams};
pub use self::power_curve::{DETECTED, PowerCurve, PowerPoint};
pub use self::simulated::Simulated;
