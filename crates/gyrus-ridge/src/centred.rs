//! The sums over rows about a centre, which is what a fit and a score are made of.

use ndarray::{Array1, Array2};

/// Sums over rows about a centre, by default the rows' own means.
#[derive(Debug, Clone, PartialEq)]
pub struct Centred {
    /// Number of rows.
    pub n: usize,
    /// The features' centre (p).
    pub mean_x: Array1<f64>,
    /// The targets' centre (t).
    pub mean_y: Array1<f64>,
    /// Sum of X about the centre (p), zero where the centre is the rows' own mean.
    pub sum_x: Array1<f64>,
    /// Sum of Y about the centre (t), zero where the centre is the rows' own mean.
    pub sum_y: Array1<f64>,
    /// X'X about the centre (p, p).
    pub xx: Array2<f64>,
    /// X'Y about the centre (p, t).
    pub xy: Array2<f64>,
    /// Each column's Y'Y about the centre (t).
    pub yy: Array1<f64>,
}
