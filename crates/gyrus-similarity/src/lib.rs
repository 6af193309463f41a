//! How alike sets of representations of the same rows are, on plain arrays: CKA of all pairs in one walk, dissimilarities,
//! Procrustes, canonical correlations, neighbours, predictivity; and what these say of whole models.
//!
//! Nothing here knows what a row stands for or where a representation comes from.
//!
#![doc = include_str!("../README.md")]

mod cca;
mod centred;
mod checks;
mod cka;
mod columns;
mod contextual;
mod distance;
mod error;
mod gram;
mod lanes;
mod models;
mod neighbours;
mod pairs;
mod predictivity;
mod prepared;
mod procrustes;
mod product;
mod representation;
mod rotated;
mod rsa;
#[cfg(test)]
mod samples;
mod singular;
mod stretch;
mod updates;

pub use cca::{CcaMatrix, cca, svcca};
pub use cka::{Cka, CkaErrors, CkaMatrix, CkaPlan, cka, cka_null};
pub use contextual::{Contextual, contextual_difference};
pub use distance::Distance;
pub use error::Error;
pub use models::{
    Convergence, Correspondence, LayerMap, convergence, correspondence, layer_for_layer, layer_map, placed_by_depth,
    placed_by_peak,
};
pub use neighbours::{NeighbourOverlap, NeighbourParams, neighbour_overlap};
pub use predictivity::{Predictivity, PredictivityParams, linear_predictivity};
pub use procrustes::{ProcrustesMatrix, procrustes};
pub use representation::Representation;
pub use rsa::{Comparison, dissimilarities, rsa};
pub use updates::{update, updates};
