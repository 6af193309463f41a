//! Steps one after another on recordings of any length, in bounded memory.

mod chain;
mod chunks;
mod plan;
mod run;
mod steps;

pub use plan::Plan;
pub use run::Outcome;
pub use steps::{Finish, Pipeline, Step};
