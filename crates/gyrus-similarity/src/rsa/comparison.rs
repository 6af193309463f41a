//! How two lists of dissimilarities are compared: as unit vectors, whose product is the comparison.

use super::ranks::centred_ranks;
use crate::lanes::sum;

/// A variation smaller than this part of the values is the rounding of 32-bit products.
const ROUNDING: f64 = 1e-6;

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
    let count = values.len() as f64;
    let mean = sum(values, |value| value) / count;
    let norm = |offset: f64| sum(values, |value| (value - offset) * (value - offset)).sqrt();
    let variation = norm(mean);
    if variation <= ROUNDING * mean * count.sqrt() {
        return None;
    }
    let divided = |offset: f64, norm: f64| values.iter().map(|&x| ((f64::from(x) - offset) / norm) as f32).collect();
    Some(match way {
        Comparison::Pearson => divided(mean, variation),
        Comparison::Spearman => unit_ranks(values),
        Comparison::Cosine => divided(0.0, norm(0.0)),
    })
}

fn unit_ranks(values: &[f32]) -> Vec<f32> {
    let ranks = centred_ranks(values);
    let norm = ranks.iter().map(|rank| rank * rank).sum::<f64>().sqrt();
    ranks.into_iter().map(|rank| (rank / norm) as f32).collect()
}
