//! Rank correlation, and how often it is as large when patients' electrodes change places.

use gyrus_encoding::{correlation, p_value};
use ndarray::Array1;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// r of the ranks of `a` and `b`, equal values sharing the mean of theirs; NaN if either is constant.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    correlation(ranks(a).view(), ranks(b).view())
}

/// Two-sided p value of [`spearman`], with `b` shuffled `n` times within the groups of equal `patients`.
pub fn permutation_p(a: &[f64], b: &[f64], patients: &[usize], n: usize, seed: u64) -> f64 {
    let mut rng = StdRng::seed_from_u64(seed);
    let groups: Vec<Vec<usize>> = (0..=patients.iter().copied().max().unwrap_or(0))
        .map(|patient| (0..b.len()).filter(|&i| patients[i] == patient).collect())
        .collect();
    let mut draw = || {
        let mut shuffled = b.to_vec();
        for group in &groups {
            let mut from = group.clone();
            from.shuffle(&mut rng);
            group.iter().zip(from).for_each(|(&to, from)| shuffled[to] = b[from]);
        }
        spearman(a, &shuffled).abs()
    };
    let null: Vec<f64> = (0..n).map(|_| draw()).collect();
    p_value(spearman(a, b).abs(), &null)
}

/// Ranks from 0; equal values share their mean rank.
fn ranks(values: &[f64]) -> Array1<f64> {
    let rank = |v: &f64| {
        let below = values.iter().filter(|other| *other < v).count() as f64;
        let equal = values.iter().filter(|other| *other == v).count() as f64;
        below + (equal - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// Ranks 0 1 2 3 4 and 0 1 2.5 4 2.5: sums of squares 10 and 9.5, of products 8.
    #[test]
    fn equals_the_sums_by_hand() {
        let rho = spearman(&[1.0, 2.0, 3.0, 4.0, 5.0], &[5.0, 6.0, 7.0, 8.0, 7.0]);
        assert_abs_diff_eq!(rho, 8.0 / 95.0_f64.sqrt(), epsilon = 1e-12);
        assert!(spearman(&[1.0, 1.0], &[1.0, 2.0]).is_nan());
    }

    /// With all of 3! orders equally likely and a perfect order, |rho| = 1 comes twice in six.
    #[test]
    fn p_is_the_share_of_orders_as_extreme() {
        let p = permutation_p(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], &[0, 0, 0], 6000, 1);
        assert_abs_diff_eq!(p, 1.0 / 3.0, epsilon = 0.02);
    }

    #[test]
    fn patients_do_not_exchange_electrodes() {
        let p = permutation_p(&[1.0, 2.0], &[1.0, 2.0], &[0, 1], 50, 1);
        assert_eq!(p, 1.0);
    }
}
