//! What can go wrong while encoding.

use crate::{Gap, WordProperty};

/// A failure of the encoding step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Arrays whose rows do not belong together.
    #[error("{what} has {found} rows, the responses have {expected}")]
    Rows {
        /// Which array.
        what: &'static str,
        /// Rows it has.
        found: usize,
        /// Rows of the responses.
        expected: usize,
    },
    /// Fewer rows than the folds need.
    #[error("{rows} rows cannot be cut into {folds} folds of at least two rows")]
    Folds {
        /// Number of rows.
        rows: usize,
        /// Number of folds.
        folds: usize,
    },
    /// A gap that leaves nothing to learn from.
    #[error("a gap of {gap} on both sides of fold {fold} (from 0) leaves {left} training rows")]
    Gap {
        /// The gap.
        gap: Gap,
        /// The fold, from 0.
        fold: usize,
        /// Training rows left.
        left: usize,
    },
    /// A gap that is no length of time.
    #[error("a gap must be finite and not negative: `{0}` s")]
    GapSeconds(f64),
    /// A gap in seconds between rows without times.
    #[error("a gap in seconds needs the time of every row")]
    NoTimes,
    /// Times that go back.
    #[error("times go back within a run: `{time}` s in row {row} (from 0) after `{before}` s")]
    TimeOrder {
        /// Row, from 0.
        row: usize,
        /// Its time.
        time: f64,
        /// The time of the row before it.
        before: f64,
    },
    /// A run without rows.
    #[error("run {run} (from 0) has no rows")]
    EmptyRun {
        /// The run, from 0.
        run: usize,
    },
    /// A run that is too short for a null to move its rows.
    #[error("run {run} (from 0) has {rows} rows, a null needs {needed} to move them")]
    ShortRun {
        /// The run, from 0.
        run: usize,
        /// Its rows.
        rows: usize,
        /// Rows that it needs.
        needed: usize,
    },
    /// A filter that leaves nothing of a run.
    #[error("run {run} (from 0) has {rows} rows, and removing {cosines} slow cosines leaves nothing of them")]
    Cosines {
        /// The run, from 0.
        run: usize,
        /// Its rows.
        rows: usize,
        /// Cosines to remove.
        cosines: usize,
    },
    /// A longest period that is none.
    #[error("the longest period that a high-pass filter keeps must be positive and finite: `{0}` s")]
    Period(f64),
    /// Nothing that could be left out while something else stays.
    #[error("leaving one {what} out needs at least two: {found} found")]
    Groups {
        /// A run or a group of runs.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
    /// A run or group that is too short to be scored.
    #[error("fold {fold} (from 0) would hold out {rows} rows, a score needs at least two")]
    ShortFold {
        /// The fold, from 0.
        fold: usize,
        /// Its held-out rows.
        rows: usize,
    },
    /// A list that does not belong to another one.
    #[error("{found} {what} were given where {expected} belong")]
    Entries {
        /// What was listed.
        what: &'static str,
        /// How many were listed.
        found: usize,
        /// How many belong there.
        expected: usize,
    },
    /// A name that no word property has.
    #[error("unknown word property `{0}`, known are: {known}", known = WordProperty::ALL.map(WordProperty::name).join(", "))]
    UnknownProperty(String),
    /// A word property without what it is made of.
    #[error("the word property `{property}` needs {source_of}")]
    PropertySource {
        /// The property.
        property: WordProperty,
        /// What is missing.
        source_of: &'static str,
    },
    /// A lag that is not a number, or infinite.
    #[error("a lag must be finite: `{0}` s")]
    Lag(f64),
    /// An empty list of lags.
    #[error("at least one lag is needed")]
    NoLags,
    /// Lags that cannot be counted.
    #[error("an epoch from `{from}` to `{to}` s in steps of `{step}` s has no lags")]
    Epoch {
        /// First lag in seconds.
        from: f64,
        /// Last lag in seconds.
        to: f64,
        /// Seconds between lags.
        step: f64,
    },
    /// A window that is no length of time.
    #[error("a window must be positive and finite: `{0}` s")]
    Window(f64),
    /// A window that may hold no sample.
    #[error("a window of `{window}` s is shorter than the `{step}` s between samples")]
    NarrowWindow {
        /// The window in seconds.
        window: f64,
        /// Seconds between samples.
        step: f64,
    },
    /// Silence that is no length of time, or shorter than its margins.
    #[error(
        "silence longer than `{longer_than}` s without `{after}` s at its begin and `{before}` s at its end is none"
    )]
    Quiet {
        /// What it must be longer than, in seconds.
        longer_than: f64,
        /// What is left out at its begin, in seconds.
        after: f64,
        /// What is left out at its end, in seconds.
        before: f64,
    },
    /// A recording without silence to hold words against.
    #[error(
        "no stretch without words is longer than `{longer_than}` s; ask for shorter ones, or for evoked responses, which need none"
    )]
    NoSilence {
        /// What silence must be longer than, in seconds.
        longer_than: f64,
    },
    /// A recording in which no word can be looked at.
    #[error("none of {words} words has its window inside the recording")]
    NoOnsets {
        /// Words that there are.
        words: usize,
    },
    /// A value that is not a number, or infinite.
    #[error("{what} has the value `{value}` in row {row}, column {column} (from 0)")]
    NotFinite {
        /// Which array.
        what: &'static str,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        value: f64,
    },
    /// Effects that are no correlations to plant.
    #[error("effects to plant must rise, each above 0 and below 1")]
    Effects,
    /// Fewer points than a line needs.
    #[error("a trend needs at least three points with different x: {points} given")]
    Trend {
        /// Points given.
        points: usize,
    },
    /// Fewer than two listeners.
    #[error("a comparison of listeners needs at least two listeners: {listeners} given")]
    Listeners {
        /// Listeners given.
        listeners: usize,
    },
    /// Fewer than two repeats of a stimulus.
    #[error("what comes back needs at least two repeats: `{repeats}` given")]
    Repeats {
        /// Repeats given.
        repeats: usize,
    },
    /// No halves to correlate, or too many to take all.
    #[error("splits of {repeats} repeats into halves must be at least 1, and are drawn at random beyond 16 repeats")]
    Splits {
        /// Repeats given.
        repeats: usize,
    },
    /// A stretch of samples with none in it.
    #[error("stretches to resample need at least one sample each")]
    Stretch,
    /// Scores and ceilings of different targets.
    #[error("{scores} scores cannot be divided by the ceilings of {ceilings} targets")]
    Targets {
        /// Number of scores.
        scores: usize,
        /// Number of ceilings.
        ceilings: usize,
    },
    /// Folds that make no two halves.
    #[error("two halves need at least two folds: `{folds}` given")]
    Halves {
        /// Folds given.
        folds: usize,
    },
    /// Fewer than two patients in whom a slope can be read.
    #[error("a mixed model needs two patients or more with electrodes at different distances: `{patients}` given")]
    Patients {
        /// Patients whose distances vary.
        patients: usize,
    },
    /// Fewer electrodes than a mixed model has to learn.
    #[error("a mixed model of these patients needs {needed} electrodes or more: `{electrodes}` given")]
    Electrodes {
        /// Electrodes given.
        electrodes: usize,
        /// Electrodes needed.
        needed: usize,
    },
    /// Electrodes that all have the same value.
    #[error("all electrodes have the same value, so nothing can follow their distance")]
    Constant,
    /// Electrodes that lie on their lines.
    #[error("all electrodes lie exactly on their patients' lines, so certainty cannot be measured")]
    Exact,
    /// A failure inside ridge or its principal components.
    #[error(transparent)]
    Ridge(#[from] gyrus_ridge::Error),
    /// A failure inside linfa.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
    /// A failure inside linfa's linear regression.
    #[error("the baseline could not be fitted: is a control constant, or a sum of others?")]
    Baseline(#[from] linfa_linear::LinearError<f64>),
}
