//! How alike sets of representations of the same rows are: linear CKA of all pairs, on plain arrays.
//!
//! Nothing here knows what a row stands for or where a representation comes from.

mod cca;
mod centred;
mod checks;
mod cka;
mod columns;
mod contextual;
mod distance;
mod error;
mod gram;
mod multiply;
mod neighbours;
mod pairs;
mod predictivity;
mod prepared;
mod procrustes;
mod rotated;
mod rsa;
#[cfg(test)]
mod samples;
mod singular;
mod stretch;
mod tile;
mod tiles;
mod updates;

pub use cca::{CcaMatrix, cca, svcca};
pub use cka::{Cka, CkaMatrix, cka, linear_cka};
pub use contextual::{Contextual, contextual_difference};
pub use distance::Distance;
pub use error::Error;
pub use neighbours::{NeighbourOverlap, NeighbourParams, neighbour_overlap};
pub use predictivity::{Predictivity, PredictivityParams, linear_predictivity};
pub use procrustes::{ProcrustesMatrix, procrustes};
pub use rsa::{Comparison, dissimilarities, rsa};
pub use updates::{update, updates};
