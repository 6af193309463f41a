//! What can be wrong with representations.

/// A similarity that cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    /// A shift that moves no row, or all of them around.
    #[error("rows cannot be shifted by {shift}: between 1 and {} would move {rows} of them", rows - 1)]
    Shift {
        /// The shift.
        shift: usize,
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
    /// Fewer rows than a measure divides by.
    #[error("{what} needs at least {needed} rows, not {rows}")]
    FewRows {
        /// The measure.
        what: &'static str,
        /// Rows it needs.
        needed: usize,
        /// Rows there are.
        rows: usize,
    },
    /// More rows than pairs of rows can be counted for.
    #[error("dissimilarities are of at most {most} rows, not {rows}")]
    ManyRows {
        /// Rows there may be.
        most: usize,
        /// Rows there are.
        rows: usize,
    },
    /// Representations that should have the same number of columns.
    #[error(
        "representation {representation} (from 0) has {columns} columns, the one before it has {expected}: rows of \
         different widths have no difference"
    )]
    Widths {
        /// Index of the representation, from 0.
        representation: usize,
        /// Its columns.
        columns: usize,
        /// Columns of the one before.
        expected: usize,
    },
    /// A number of neighbours that a row has not.
    #[error("{neighbours} neighbours were asked for, and a row has {candidates} to choose from")]
    Neighbours {
        /// Neighbours asked for.
        neighbours: usize,
        /// Candidates of the row that has the fewest.
        candidates: usize,
    },
    /// A share of variance that cannot be kept.
    #[error("the share of variance to keep must be above 0 and at most 1: `{0}`")]
    Variance(f64),
    /// A decomposition that does not converge.
    #[error("the singular values of a {rows} x {columns} matrix did not converge")]
    Singular {
        /// Its rows.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// Folds that cannot be cut.
    #[error("{rows} rows cannot be cut into {outer} outer and {inner} inner folds with a gap of {gap} rows")]
    Folds {
        /// Rows there are.
        rows: usize,
        /// Outer folds asked for.
        outer: usize,
        /// Inner folds asked for.
        inner: usize,
        /// Rows left out on either side of held-out rows.
        gap: usize,
    },
    /// Ridge that cannot be fitted, in its own words.
    #[error("linear predictivity from representation {from} (from 0): {reason}")]
    Ridge {
        /// Index of the representation that predicts, from 0.
        from: usize,
        /// What `gyrus-ridge` said.
        reason: String,
    },
}
