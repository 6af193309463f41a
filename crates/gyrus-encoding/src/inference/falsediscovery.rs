//! Many tests at once: the false discovery rate of Benjamini and Hochberg (1995).

/// Adjusted p values: q_(i) = min over j >= i of p_(j) m / j, in the order they came. Undefined p values stay undefined
/// and are not counted in m.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&i| !p[i].is_nan()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let m = order.len();
    let mut q = vec![f64::NAN; p.len()];
    let mut smallest = 1.0_f64;
    for (above, &i) in order.iter().enumerate() {
        smallest = smallest.min(p[i] * m as f64 / (m - above) as f64);
        q[i] = smallest;
    }
    q
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// Values of `scipy.stats.false_discovery_control`.
    #[test]
    fn equals_scipy() {
        let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        for (q, expected) in q.iter().zip([0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5]) {
            assert_abs_diff_eq!(*q, expected, epsilon = 1e-12);
        }
    }

    #[test]
    fn undefined_tests_do_not_count() {
        let q = benjamini_hochberg(&[0.02, f64::NAN]);
        assert_eq!(q[0], 0.02);
        assert!(q[1].is_nan());
    }
}
