//! Independent standard Gaussians, the stuff that everything random is made of.

use ndarray::Array2;
use rand::Rng;
use rand::rngs::StdRng;
use rand_distr::StandardNormal;

/// Independent draws of mean 0 and variance 1, `(rows, columns)`.
pub(crate) fn gaussian(rows: usize, columns: usize, rng: &mut StdRng) -> Array2<f64> {
    Array2::from_shape_simple_fn((rows, columns), || rng.sample(StandardNormal))
}
