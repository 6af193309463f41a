//! How well word features predict a brain's responses, scored so that nothing leaks.
//!
//! Plain arrays come in: features, controls and responses with one row per sample.
//! Scores come out, each with what is needed for its interval and its null.
//! Nothing here knows a file format, a language model or a plot.

mod across_listeners;
mod banded_encoder;
mod baseline;
mod bootstrap;
mod ceiling;
mod centre_of_mass;
mod controls;
mod delays;
mod design;
mod dimension;
mod drift;
mod encoder;
mod error;
mod extrapolation;
mod falsediscovery;
mod finite;
mod fold_influence;
mod fold_table;
mod folds;
mod gap;
mod halves;
mod held_out;
mod hemodynamics;
mod hierarchy;
mod hierarchy_draws;
mod jackknife;
mod jackknife_profile;
mod lags;
mod lanczos;
mod listeners;
mod matrix;
mod max_statistic;
mod missing;
mod mixed;
mod neighbours;
mod peak;
mod permutation;
mod planted;
mod power;
mod power_curve;
mod profile;
mod rank;
mod reliability;
mod reml;
mod repeats;
mod row_order;
mod runs;
mod scheme;
mod scores;
mod selection;
mod shift;
mod simplex;
mod spearman_brown;
mod spread;
mod stretches;
mod student;
mod trend;
mod variance;

pub use across_listeners::{AcrossListeners, ListenerScores};
pub use banded_encoder::{BandedEncoder, BandedScores};
pub use baseline::baseline;
pub use bootstrap::{Bootstrap, Estimate, defined_or_nan};
pub use ceiling::{Ceiling, Normalised};
pub use centre_of_mass::{centre_of_mass, centres_of_mass};
pub use controls::{
    Envelope, FREQUENCY_FLOOR, RATE_WINDOW, WordColumns, WordProperty, WordRows, WordSources, durations,
    envelope_means, letters, onsets, places_in_sentence, places_in_story, position_features, ramps, rates,
    smoothed_identity, static_vectors, story_counts, wanted_spellings, word_frequencies, word_properties,
};
pub use delays::{delayed, finite_impulse_response};
pub use design::{Design, DesignParams, Division, FeatureUnit, Reduced};
pub use dimension::{Dimension, TwoNearest, components_for, participation_ratio};
pub use drift::HighPass;
pub use encoder::{Encoder, encode, refit};
pub use error::Error;
pub use extrapolation::{endless_listeners, group_size_curve};
pub use falsediscovery::benjamini_hochberg;
pub use fold_influence::FoldInfluence;
pub use fold_table::{FoldRow, fold_table};
pub use folds::{Fold, contiguous_folds};
pub use gap::Gap;
pub use halves::Splits;
pub use held_out::correlation;
pub use hemodynamics::{canonical_response, convolve};
pub use hierarchy::{Association, Electrode, Hierarchy};
pub use hierarchy_draws::{Drawn, Levels, Permuted};
pub use jackknife::Jackknife;
pub use jackknife_profile::JackknifeProfile;
pub use lags::{LaggedResponses, LaggedTarget, Lags, Outside};
pub use lanczos::{lanczos, lanczos_window};
pub use listeners::{inter_subject_correlation, leave_one_out};
pub use max_statistic::max_statistic;
pub use missing::{Missing, missing};
pub use mixed::{Mixed, RandomEffects};
pub use peak::Peak;
pub use permutation::block_permutations;
pub use power::{Power, PowerParams, Simulated};
pub use power_curve::{DETECTED, PowerCurve, PowerPoint};
pub use profile::{Profile, Scored, Weights, average};
pub use rank::rank_correlation;
pub use reliability::{Reliability, peak_reliability};
pub use repeats::{Response, explainable_variance, split_half_reliability};
pub use row_order::RowOrder;
pub use runs::Runs;
pub use scheme::{Scheme, leave_one_group_out, leave_one_run_out};
pub use scores::FoldScores;
pub use selection::{chosen_layers, chosen_score};
pub use shift::{LEAST_SHIFT, circular_shifts, p_value, shifted, shifts_within_runs};
pub use spearman_brown::spearman_brown;
pub use stretches::Stretches;
pub use trend::Trend;
