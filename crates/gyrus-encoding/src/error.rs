//! What can go wrong while encoding.

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
    #[error("a gap of {gap} rows on both sides of fold {fold} (from 0) leaves {left} training rows")]
    Gap {
        /// The gap in rows.
        gap: usize,
        /// The fold, from 0.
        fold: usize,
        /// Training rows left.
        left: usize,
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
    /// Fewer points than a line needs.
    #[error("a trend needs at least three points with different x: {points} given")]
    Trend {
        /// Points given.
        points: usize,
    },
    /// Fewer than two listeners.
    #[error("inter-subject correlation needs at least two listeners: {listeners} given")]
    Listeners {
        /// Listeners given.
        listeners: usize,
    },
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
