//! What can be wrong with data or settings.

/// A fit that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A penalty that is negative, infinite or not a number.
    #[error("penalty {index} (from 0) must be finite and not negative: `{value}`")]
    Penalty {
        /// Position in the list of penalties, from 0.
        index: usize,
        /// The penalty.
        value: f64,
    },
    /// A list of penalties with nothing in it.
    #[error("the list of penalties is empty")]
    NoPenalties,
    /// A logarithmic grid whose ends are not positive, or with too few values.
    #[error(
        "penalties from `{first}` to `{last}` in {count} steps need two positive, finite ends and at least one value"
    )]
    Grid {
        /// First penalty.
        first: f64,
        /// Last penalty.
        last: f64,
        /// Number of penalties.
        count: usize,
    },
    /// A text that is no grid of penalties.
    #[error("penalties must be written `A:B:N`, N values evenly spaced in the logarithm from A to B: `{0}`")]
    GridText(String),
    /// One penalty per target, but not as many as targets.
    #[error("{penalties} penalties were given for {targets} targets")]
    Penalties {
        /// Number of penalties.
        penalties: usize,
        /// Number of targets.
        targets: usize,
    },
    /// Features and targets with different numbers of rows.
    #[error("features have {features} rows, targets have {targets}")]
    Rows {
        /// Rows of the features.
        features: usize,
        /// Rows of the targets.
        targets: usize,
    },
    /// Two arrays that should have the same number of columns.
    #[error("{what} has {found} columns where {expected} are expected")]
    Columns {
        /// Which array.
        what: &'static str,
        /// Its columns.
        found: usize,
        /// The columns it should have.
        expected: usize,
    },
    /// A matrix that should have as many rows as columns.
    #[error("matrix of products must be square: `{rows} x {columns}`")]
    Square {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Not enough rows to learn anything.
    #[error("{what} needs at least {needed} rows, not {rows}")]
    TooFewRows {
        /// What is being computed.
        what: &'static str,
        /// Rows it needs.
        needed: usize,
        /// Rows it was given.
        rows: usize,
    },
    /// A stretch of rows that ends before it begins or beyond the last row.
    #[error("block of rows {start}..{end} is not a stretch of {rows} rows")]
    Block {
        /// First row, from 0.
        start: usize,
        /// One past the last row.
        end: usize,
        /// Number of rows there are.
        rows: usize,
    },
    /// A number of components that cannot be kept.
    #[error("number of components must be at least 1: `{0}`")]
    Components(usize),
    /// No folds to choose a penalty on.
    #[error("choosing a penalty needs at least one inner fold")]
    NoFolds,
    /// A band without features.
    #[error("band {band} (from 0) has no feature")]
    EmptyBand {
        /// The band, from 0.
        band: usize,
    },
    /// A share that is not a positive number.
    #[error("the share of band {band} (from 0) must be positive and finite: `{value}`")]
    Share {
        /// The band, from 0.
        band: usize,
        /// The share.
        value: f64,
    },
    /// A search without shares to begin with.
    #[error("a search for shares needs at least one to begin with")]
    NoShares,
    /// A row that is learnt from and held out at once.
    #[error("row {row} (from 0) is both learnt from and held out")]
    SharedRow {
        /// The row, from 0.
        row: usize,
    },
    /// Weights of samples, which these estimators do not take.
    #[error("sample weights are not supported, remove them from the dataset")]
    SampleWeights,
    /// A value that is not a number, or infinite.
    #[error("{what} hold the value `{value}` in row {row}, column {column} (from 0)")]
    NotFinite {
        /// What holds the value.
        what: &'static str,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        value: f64,
    },
    /// An eigendecomposition that did not converge, as happens when products overflow.
    #[error("eigendecomposition of a {size} x {size} matrix did not converge")]
    Eigen {
        /// Rows of the matrix.
        size: usize,
    },
    /// An error of linfa itself.
    #[error(transparent)]
    Linfa(#[from] linfa::error::Error),
}
