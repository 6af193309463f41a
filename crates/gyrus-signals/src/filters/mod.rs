//! Filters without a shift in time: recursive ones that run forward and backward, and symmetric ones of finite length.

mod butterworth;
mod filter;
mod fir;
mod notch;
mod pairing;
mod poles;
mod sections;
mod windowed_sinc;

pub use butterworth::Butterworth;
pub use filter::{Band, Filter};
pub use fir::{Fir, Taps};
pub use notch::{FirNotch, IirNotch};
pub use sections::{Section, Sections};

pub(crate) use filter::Designed;
pub(crate) use windowed_sinc::{Window, low_pass};
