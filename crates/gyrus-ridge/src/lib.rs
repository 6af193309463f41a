//! Principal components and ridge for many targets, as linfa estimators on plain arrays.
//!
//! Two doors lead to the same numbers: estimators that are fitted on rows, and block moments whose sums give every
//! training and held-out set of nested cross-validation without touching a row again.
//! Nothing here knows what a row or a target stands for.

mod centred;
mod choice;
mod error;
mod finite;
mod grid;
mod held_out;
mod means;
mod moments;
mod origin;
mod params;
mod pca;
mod pca_params;
mod product;
mod quadratic;
mod ridge;
#[cfg(test)]
mod samples;
mod spectrum;
mod standardiser;

pub use centred::Centred;
pub use choice::{Choice, InnerFold, choose};
pub use error::Error;
pub use grid::PenaltyGrid;
pub use held_out::{HeldOut, pearson};
pub use moments::Moments;
pub use origin::Origin;
pub use params::{Penalty, RidgeParams, RidgeValidParams};
pub use pca::Pca;
pub use pca_params::{PcaParams, PcaValidParams};
pub use ridge::Ridge;
pub use spectrum::Spectrum;
pub use standardiser::Standardiser;
