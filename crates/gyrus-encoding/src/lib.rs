//! How well word features predict a brain's responses, scored so that nothing leaks.
//!
//! Plain arrays come in: features, controls and responses with one row per sample.
//! Scores come out, each with what is needed for its interval and its null.
//! Nothing here knows a file format, a language model or a plot.

mod baseline;
mod bootstrap;
mod ceiling;
mod centre_of_mass;
mod delays;
mod design;
mod dimension;
mod drift;
mod encoder;
mod error;
mod falsediscovery;
mod finite;
mod fold_table;
mod folds;
mod gap;
mod held_out;
mod hemodynamics;
mod lags;
mod lanczos;
mod max_statistic;
mod missing;
mod neighbours;
mod peak;
mod permutation;
mod profile;
mod rank;
mod reliability;
mod row_order;
mod runs;
mod scheme;
mod scores;
mod selection;
mod shift;
mod spearman_brown;
mod trend;

pub use baseline::baseline;
pub use bootstrap::{Bootstrap, Estimate, defined_or_nan};
pub use ceiling::inter_subject_correlation;
pub use centre_of_mass::{centre_of_mass, centres_of_mass};
pub use delays::finite_impulse_response;
pub use design::{Design, DesignParams, FeatureUnit, Reduced};
pub use dimension::{Dimension, TwoNearest, components_for, participation_ratio};
pub use drift::HighPass;
pub use encoder::{Encoder, encode, refit};
pub use error::Error;
pub use falsediscovery::benjamini_hochberg;
pub use fold_table::{FoldRow, fold_table};
pub use folds::{Fold, contiguous_folds};
pub use gap::Gap;
pub use held_out::correlation;
pub use hemodynamics::{canonical_response, convolve};
pub use lags::{LaggedResponses, LaggedTarget, Lags, Outside};
pub use lanczos::{lanczos, lanczos_window};
pub use max_statistic::max_statistic;
pub use missing::{Missing, missing};
pub use peak::Peak;
pub use permutation::block_permutations;
pub use profile::{Profile, Scored, Weights, average};
pub use rank::rank_correlation;
pub use reliability::{Reliability, peak_reliability};
pub use row_order::RowOrder;
pub use runs::Runs;
pub use scheme::{Scheme, leave_one_group_out, leave_one_run_out};
pub use scores::FoldScores;
pub use selection::{chosen_layers, chosen_score};
pub use shift::{circular_shifts, p_value, shifted, shifts_within_runs};
pub use spearman_brown::spearman_brown;
pub use trend::Trend;
