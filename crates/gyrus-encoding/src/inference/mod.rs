//! Intervals by jackknife and bootstrap, and nulls by moving responses.

pub(crate) mod bootstrap;
mod falsediscovery;
mod fold_influence;
mod jackknife;
mod jackknife_profile;
mod max_statistic;
mod permutation;
mod residual_null;
mod shift;
mod standard_error;
mod stored;
pub(crate) mod student;

pub use self::bootstrap::{Bootstrap, Estimate, defined_or_nan};
pub use self::falsediscovery::benjamini_hochberg;
pub use self::fold_influence::FoldInfluence;
pub use self::jackknife::Jackknife;
pub use self::jackknife_profile::JackknifeProfile;
pub use self::max_statistic::{Maxima, max_statistic};
pub use self::permutation::block_permutations;
pub use self::residual_null::ResidualNull;
pub use self::shift::{LEAST_SHIFT, circular_shifts, p_value, shifted, shifts_within_runs};
pub use self::standard_error::jackknife_error;
