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
    /// Too few groups of rows to leave out, or too many.
    #[error("{rows} rows cannot lose one of {groups} groups: there must be at least 2, and 4 rows must remain")]
    Groups {
        /// Groups asked for.
        groups: usize,
        /// Rows there are.
        rows: usize,
    },
    /// A gap that leaves no rows far enough apart.
    #[error("no tuples of {rows} rows are more than {gap} rows apart: the gap must be shorter")]
    Gap {
        /// The gap.
        gap: usize,
        /// Rows there are.
        rows: usize,
    },
    /// An order of rows that leaves some out or repeats some.
    #[error("order {order} (from 0) does not hold each of {rows} rows once")]
    Order {
        /// Index of the order, from 0.
        order: usize,
        /// Rows there are.
        rows: usize,
    },
    /// Too few models to call some of them the best and others the worst.
    #[error(
        "the best {k} and the worst {k} of {models} models of known quality: k must be 2 or more and at most half of them"
    )]
    Models {
        /// Models on each side.
        k: usize,
        /// Models of known quality.
        models: usize,
    },
    /// A decomposition that failed, with the reason.
    #[error("{0}")]
    Decomposition(String),
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
