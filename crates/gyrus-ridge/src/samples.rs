//! Random matrices for this crate's tests, and how far apart two of them are.

use ndarray::{Array, Array2, Dimension};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

/// Independent standard Gaussians (rows, columns).
pub(crate) fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut rng))
}

/// Features (rows, width) and targets (rows, targets) that depend on some of them, far from zero.
pub(crate) fn regression(rows: usize, width: usize, targets: usize, seed: u64) -> (Array2<f64>, Array2<f64>) {
    let x = gaussian(rows, width, seed);
    let y = x.dot(&gaussian(width, targets, seed + 1)) / (width as f64).sqrt() + gaussian(rows, targets, seed + 2);
    (x + 5.0, y - 3.0)
}

/// The largest difference between two arrays, relative to the largest value of the first where that is above 1.
pub(crate) fn distance<D: Dimension>(a: &Array<f64, D>, b: &Array<f64, D>) -> f64 {
    assert_eq!(a.shape(), b.shape());
    let largest = a.iter().fold(1.0, |largest: f64, value| largest.max(value.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / largest
}
