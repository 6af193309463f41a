//! What can be wrong with representations.

/// A similarity that cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Fewer rows than the unbiased estimate divides by.
    #[error("similarity needs at least 4 rows, not {rows}")]
    TooFewRows {
        /// Rows there are.
        rows: usize,
    },
    /// Representations of different numbers of rows.
    #[error("representation {representation} (from 0) has {rows} rows, the first has {expected}")]
    Rows {
        /// Index of the representation, from 0.
        representation: usize,
        /// Its rows.
        rows: usize,
        /// Rows of the first.
        expected: usize,
    },
    /// A value that is not a number, or infinite.
    #[error("representation {representation} has the value `{value}` in row {row}, column {column} (all from 0)")]
    NotFinite {
        /// Index of the representation, from 0.
        representation: usize,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        value: f32,
    },
}
