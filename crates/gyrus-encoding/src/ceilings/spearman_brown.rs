//! From the correlation of two halves to the reliability of the whole.

/// The reliability of a measurement `times` as long as one with reliability `r` (Spearman 1910; Brown 1910):
/// times r / (1 + (times - 1) r).
///
/// Nothing is clamped: a negative r stays negative, which says that nothing is reliable, and is NaN where the
/// denominator is not positive.
pub fn spearman_brown(r: f64, times: f64) -> f64 {
    let denominator = 1.0 + (times - 1.0) * r;
    if denominator > 0.0 { times * r / denominator } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn two_halves_make_a_whole() {
        assert_abs_diff_eq!(spearman_brown(0.5, 2.0), 2.0 / 3.0, epsilon = 1e-12);
        assert_eq!(spearman_brown(1.0, 2.0), 1.0);
        assert_eq!(spearman_brown(0.3, 1.0), 0.3);
    }

    #[test]
    fn there_and_back_again() {
        assert_abs_diff_eq!(spearman_brown(spearman_brown(0.4, 3.5), 1.0 / 3.5), 0.4, epsilon = 1e-12);
    }

    #[test]
    fn unreliable_halves_are_not_hidden() {
        assert!(spearman_brown(-0.2, 2.0) < 0.0);
        assert!(spearman_brown(-1.0, 2.0).is_nan());
        assert!(spearman_brown(f64::NAN, 2.0).is_nan());
    }
}
