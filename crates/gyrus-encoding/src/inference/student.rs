//! Student's t, for intervals and p values with few patients.

use std::f64::consts::FRAC_2_PI;

/// The probability that |T| < `t` for whole `degrees` of freedom: Abramowitz and Stegun, 26.7.3-4.
///
/// With theta = atan(t / sqrt(degrees)) and c, s its cosine and sine: for odd degrees
/// (2 / pi) (theta + s (c + 2/3 c^3 + ... )), for even ones s (1 + 1/2 c^2 + 3/8 c^4 + ...), to the power degrees - 2.
pub(crate) fn within(t: f64, degrees: usize) -> f64 {
    let theta = (t.abs() / (degrees as f64).sqrt()).atan();
    let (s, c) = theta.sin_cos();
    let odd = degrees % 2;
    let (mut term, mut sum) = (if odd == 1 { c } else { 1.0 }, 0.0);
    for k in 1..=degrees / 2 {
        sum += term;
        let k = (2 * k + odd) as f64;
        term *= c * c * (k - 1.0) / k;
    }
    if odd == 1 { FRAC_2_PI * (theta + s * sum) } else { s * sum }
}

/// The t with |T| < t in `share` of cases, by halving.
pub(crate) fn two_sided(share: f64, degrees: usize) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while within(high, degrees) < share {
        high *= 2.0;
    }
    // Each halving gives a bit; 60 are more than f64 holds.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if within(middle, degrees) < share { low = middle } else { high = middle }
    }
    high
}

/// As [`two_sided`] for any `degrees` of at least 1, linear in 1 / degrees between whole ones; fewer count as 1.
pub(crate) fn two_sided_between(share: f64, degrees: f64) -> f64 {
    if degrees.is_nan() {
        return f64::NAN;
    }
    // Beyond this the distribution is normal to five digits.
    let degrees = degrees.clamp(1.0, 1e5);
    let (below, above) = (degrees.floor(), degrees.ceil());
    let (low, high) = (two_sided(share, below as usize), two_sided(share, above as usize));
    match above > below {
        true => high + (low - high) * (1.0 / degrees - 1.0 / above) / (1.0 / below - 1.0 / above),
        false => low,
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// Values of `scipy.stats.t.ppf(0.975, degrees)`, printed by tests/scripts/hierarchy_oracle.py.
    #[test]
    fn equals_scipy() {
        for (degrees, t) in T_975 {
            assert_abs_diff_eq!(two_sided(0.95, degrees), t, epsilon = 1e-9);
            assert_abs_diff_eq!(within(-t, degrees), 0.95, epsilon = 1e-12);
        }
    }

    /// Values of `scipy.stats.t.ppf(0.975, degrees)`.
    #[test]
    fn degrees_need_not_be_whole() {
        for (degrees, t) in [(1.0, 12.706_204_7), (4.5, 2.658_912_3), (14.3, 2.140_573_0), (20.0, 2.085_963_4)] {
            assert_abs_diff_eq!(two_sided_between(0.95, degrees), t, epsilon = 0.004);
        }
        assert_abs_diff_eq!(two_sided_between(0.95, f64::INFINITY), 1.959_96, epsilon = 1e-4);
        assert!(two_sided_between(0.95, f64::NAN).is_nan());
    }

    const T_975: [(usize, f64); 6] = [
        (1, 12.706_204_736_174_694),
        (2, 4.302_652_729_749_462),
        (3, 3.182_446_305_283_708),
        (8, 2.306_004_135_204_166),
        (31, 2.039_513_446_396_408),
        (1000, 1.962_339_080_826_408),
    ];

    #[test]
    fn nothing_lies_within_zero_and_all_within_infinity() {
        for degrees in [1, 2, 5, 6] {
            assert_eq!(within(0.0, degrees), 0.0);
            assert_abs_diff_eq!(within(f64::INFINITY, degrees), 1.0, epsilon = 1e-12);
        }
        assert!(within(f64::NAN, 3).is_nan());
    }
}
