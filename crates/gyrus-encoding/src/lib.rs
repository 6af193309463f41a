//! How well word features predict a brain's responses, scored so that nothing leaks.
//!
//! Plain arrays come in: features, controls and responses with one row per sample.
//! Scores come out, each with what is needed for its interval and its null.
//! Nothing here knows a file format, a language model or a plot.
//!
#![doc = include_str!("../README.md")]

mod accounts;
mod ceilings;
mod controls;
mod detection;
mod error;
mod finite;
mod fit;
mod hierarchy;
mod inference;
mod layers;
mod models;
mod rows;
mod selection;
mod time;

pub use accounts::{Dimension, Partition, TwoNearest, components_for, participation_ratio};
pub use ceilings::{
    Ceiling, Normalised, Response, Splits, endless_listeners, explainable_variance, group_size_curve,
    inter_subject_correlation, leave_one_out, spearman_brown, split_half_reliability,
};
pub use controls::{
    Envelope, FREQUENCY_FLOOR, RATE_WINDOW, WordColumns, WordProperty, WordRows, WordSources, durations,
    envelope_means, letters, onsets, places_in_sentence, places_in_story, position_features, ramps, rates,
    smoothed_identity, spoken_syllables, static_vectors, story_counts, wanted_spellings, word_frequencies,
    word_properties,
};
pub use detection::{DETECTED, Power, PowerCurve, PowerParams, PowerPoint, Simulated};
pub use error::Error;
pub use fit::{
    AcrossListeners, BandedEncoder, BandedScores, Design, DesignParams, Division, Encoder, FeatureUnit, FoldScores,
    ListenerScores, Reduced, baseline, correlation, encode, refit,
};
pub use hierarchy::{Association, Drawn, Electrode, Hierarchy, Levels, Mixed, Permuted, RandomEffects};
pub use inference::{
    Bootstrap, Estimate, FoldInfluence, Jackknife, JackknifeProfile, LEAST_SHIFT, Maxima, ResidualNull,
    benjamini_hochberg, block_permutations, circular_shifts, defined_or_nan, jackknife_error, max_statistic, p_value,
    shifted, shifts_within_runs,
};
pub use layers::{
    Peak, Profile, RankTest, Reliability, Scored, Trend, Weights, average, centre_of_mass, centres_of_mass,
    chosen_layers, chosen_score, peak_reliability, rank_correlation,
};
pub use models::{Partial, Relation, Without, partial};
pub use rows::{
    Fold, FoldRow, Gap, Missing, RowOrder, Runs, Scheme, Stretches, contiguous_folds, fold_table, leave_one_group_out,
    leave_one_run_out, missing,
};
pub use selection::{Answer, Contrast, Quiet, Selection, SelectionParams, Side, silences};
pub use time::{
    Fate, HighPass, LaggedResponses, LaggedSums, LaggedTarget, Lags, Moment, Outside, RowsOfWords, Rule, Slow,
    WordRules, canonical_response, convolve, delayed, evoked_deviations, evoked_lags, finite_impulse_response, lanczos,
    lanczos_window,
};
