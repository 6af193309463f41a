//! Sums whose features are measured in other units.

use ndarray::ArrayView1;

/// Something that was summed over rows of features.
pub(crate) trait Scaled {
    /// The same with feature i multiplied by d_i (p).
    fn scaled(&self, d: ArrayView1<f64>) -> Self;
}
