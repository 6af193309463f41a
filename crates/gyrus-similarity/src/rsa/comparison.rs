//! How two lists of dissimilarities are compared: as unit vectors, whose product is the comparison.

use super::ranks::centred_ranks;

/// A variation smaller than this part of the values is the rounding of 32-bit products.
const ROUNDING: f64 = 1e-6;

/// Lanes of a sum of products.
const LANES: usize = 16;

/// How two lists of dissimilarities d and e are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// Pearson's r of d and e.
    Pearson,
    /// Pearson's r of the ranks of d and e, the average rank where values are the same.
    #[default]
    Spearman,
    /// d'e / (||d|| ||e||).
    Cosine,
}

/// The unit vector of dissimilarities whose products with others are the comparison, `None` where nothing varies.
pub(super) fn unit(values: &[f32], way: Comparison) -> Option<Vec<f32>> {
    let norm = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>().sqrt();
    let count = values.len() as f64;
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let less = |offset: f64| values.iter().map(move |&value| f64::from(value) - offset);
    if less(mean).map(|value| value * value).sum::<f64>().sqrt() <= ROUNDING * mean * count.sqrt() {
        return None;
    }
    let vector: Vec<f64> = match way {
        Comparison::Pearson => less(mean).collect(),
        Comparison::Spearman => centred_ranks(values),
        Comparison::Cosine => less(0.0).collect(),
    };
    let norm = norm(&vector);
    Some(vector.into_iter().map(|value| (value / norm) as f32).collect())
}

/// a'b, summed in lanes of 64-bit floats.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f64 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
    sums.iter().sum::<f64>() + rest
}
