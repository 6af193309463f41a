//! Rank correlation, for relations that rise or fall without being straight.

use ndarray::{Array1, ArrayView1};

use crate::correlation;

/// Spearman's rho: r of the ranks, tied values sharing their mean rank.
///
/// NaN if either side is constant or holds a NaN, which has no rank.
pub fn rank_correlation(a: ArrayView1<f64>, b: ArrayView1<f64>) -> f64 {
    if a.iter().chain(&b).any(|value| value.is_nan()) {
        return f64::NAN;
    }
    correlation(ranks(a).view(), ranks(b).view())
}

/// Ranks from 1; each group of equal values has the mean of its ranks.
pub(crate) fn ranks(values: ArrayView1<f64>) -> Array1<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = Array1::zeros(values.len());
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let mean = below as f64 + (tied.len() + 1) as f64 / 2.0;
        tied.iter().for_each(|&i| ranks[i] = mean);
        below += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn ties_share_their_rank() {
        assert_eq!(ranks(array![3.0, 1.0, 3.0, 2.0, 3.0].view()), array![4.0, 1.0, 4.0, 2.0, 4.0]);
    }

    /// Values of `scipy.stats.spearmanr`, printed by tests/scripts/hierarchy_oracle.py.
    #[test]
    fn equals_scipy() {
        let a = array![1.0, 2.0, 2.0, 5.0, 7.0, 4.0, 0.5];
        let b = array![3.0, 1.0, 4.0, 4.0, 9.0, 4.0, 2.0];
        assert_abs_diff_eq!(rank_correlation(a.view(), b.view()), 0.785_355_471_607_104_1, epsilon = 1e-12);
    }

    #[test]
    fn only_the_order_counts() {
        let a = array![0.1, 4.0, 2.0, -3.0];
        assert_abs_diff_eq!(rank_correlation(a.view(), a.mapv(f64::exp).view()), 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(rank_correlation(a.view(), (-&a).view()), -1.0, epsilon = 1e-12);
    }

    #[test]
    fn constants_and_undefined_values_have_no_rank_correlation() {
        let a = array![1.0, 2.0, 3.0];
        assert!(rank_correlation(a.view(), array![4.0, 4.0, 4.0].view()).is_nan());
        assert!(rank_correlation(a.view(), array![4.0, f64::NAN, 5.0].view()).is_nan());
        assert!(rank_correlation(array![].view(), array![].view()).is_nan());
    }
}
