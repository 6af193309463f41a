//! Questions to the similarities of whole models, whose layers stand in order of depth.

mod alignment;
mod convergence;
mod correspondence;
mod map;

pub use alignment::{layer_for_layer, placed_by_depth, placed_by_peak};
pub use convergence::{Convergence, convergence};
pub use correspondence::{Correspondence, correspondence};
pub use map::{LayerMap, layer_map};
