//! Distances along a surface.

mod edges;
mod graph;
mod queue;
#[cfg(test)]
pub(crate) mod shapes;

pub use self::graph::{Geodesics, STEINER_POINTS};
