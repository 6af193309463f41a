//! How far apart two rows are.

/// The distance of two rows x and y of p columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distance {
    /// ||x - y||.
    Euclidean,
    /// ||x - y||^2.
    SquaredEuclidean,
    /// 1 - r of x and y over their columns; undefined for a row whose columns are all the same.
    #[default]
    Correlation,
    /// 1 - x'y / (||x|| ||y||); undefined for a row of zeros.
    Cosine,
}
