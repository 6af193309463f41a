//! How alike sets of representations of the same rows are: linear CKA of all pairs, on plain arrays.
//!
//! Nothing here knows what a row stands for or where a representation comes from.

mod centred;
mod cka;
mod error;
mod models;
mod product;
mod representation;

pub use cka::{Cka, CkaErrors, CkaMatrix, CkaPlan, Order, cka, cka_null};
pub use error::Error;
pub use models::{
    Convergence, Correspondence, LayerMap, convergence, correspondence, layer_for_layer, layer_map, placed_by_depth,
    placed_by_peak,
};
pub use representation::Representation;
