//! Principal components and ridge for many targets, as linfa estimators on plain arrays.
//!
//! Two doors lead to the same numbers: estimators that are fitted on rows, and block moments whose sums give every
//! training and held-out set of nested cross-validation without touching a row again.
//! Nothing here knows what a row or a target stands for.
//!
#![doc = include_str!("../README.md")]

mod axes;
mod banded;
mod bands;
mod centred;
mod choice;
mod error;
mod feature_sums;
mod finite;
mod grid;
mod held_out;
mod inner_fold;
mod means;
mod moments;
mod nested;
mod origin;
mod params;
mod pca;
mod pca_folds;
mod pca_params;
mod product;
mod quadratic;
mod ridge;
mod row_groups;
mod rule;
#[cfg(test)]
mod samples;
mod scaled;
mod screening;
mod spectrum;
mod standardiser;
mod subspace;
mod target_sums;
mod trial;
mod variances;
mod wide;

pub use banded::{Banded, BandedFitted, Search};
pub use bands::{Bands, Shares};
pub use centred::Centred;
pub use choice::{Choice, choose};
pub use error::Error;
pub use grid::PenaltyGrid;
pub use held_out::{HeldOut, pearson};
pub use moments::Moments;
pub use nested::{Fitted, Nested};
pub use origin::Origin;
pub use params::{Penalty, RidgeParams, RidgeValidParams};
pub use pca::Pca;
pub use pca_folds::pca_in_folds;
pub use pca_params::{PcaParams, PcaValidParams};
pub use product::product;
pub use ridge::Ridge;
pub use row_groups::{InnerRows, NestedFold, rows_of};
pub use rule::{Criterion, Exact, Rule, Sharing};
pub use spectrum::Spectrum;
pub use standardiser::Standardiser;
pub use subspace::SubspaceIteration;
pub use variances::variances;
