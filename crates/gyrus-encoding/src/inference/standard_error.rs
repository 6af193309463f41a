//! Intervals from standard errors, and standard errors of whatever is computed again without parts of its rows.

use super::bootstrap::Estimate;
use super::student::two_sided;

/// The standard error of a value by the jackknife, from the values `without` each of G groups of rows:
/// sqrt((G - 1) / G sum_g (v_g - mean v)^2) (Künsch 1989). Undefined if one of them is, or without two.
pub fn jackknife_error(without: &[f64]) -> f64 {
    let groups = without.len() as f64;
    if without.len() < 2 {
        return f64::NAN;
    }
    let mean = without.iter().sum::<f64>() / groups;
    ((groups - 1.0) / groups * without.iter().map(|value| (value - mean).powi(2)).sum::<f64>()).sqrt()
}

impl Estimate {
    /// The 95 % interval of a `value` with a `standard_error` of whole `degrees` of freedom, symmetric about it.
    ///
    /// Without degrees of freedom the bounds are undefined.
    pub fn symmetric(value: f64, standard_error: f64, degrees: usize) -> Self {
        let t = if degrees == 0 { f64::NAN } else { two_sided(0.95, degrees) };
        Self { value, low: value - t * standard_error, high: value + t * standard_error }
    }

    /// The 95 % interval of a `value` between -1 and 1 with a `standard_error` of whole `degrees` of freedom: symmetric in
    /// z = atanh value, whose standard error is `standard_error` / (1 - value^2), so that no bound is beyond 1.
    ///
    /// A value of 1 or -1 is its own interval; without degrees of freedom the bounds are undefined.
    pub fn of_correlation(value: f64, standard_error: f64, degrees: usize) -> Self {
        if value.abs() >= 1.0 {
            return Self { value, low: value, high: value };
        }
        let t = if degrees == 0 { f64::NAN } else { two_sided(0.95, degrees) };
        let (z, reach) = (value.atanh(), t * standard_error / (1.0 - value * value));
        Self { value, low: (z - reach).tanh(), high: (z + reach).tanh() }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// For a mean of n numbers it is the standard error of the mean.
    #[test]
    fn of_a_mean_it_is_the_standard_error_of_the_mean() {
        let numbers = [1.0, 4.0, 2.0, 8.0, 5.0];
        let without: Vec<f64> = numbers.iter().map(|left_out| (20.0 - left_out) / 4.0).collect();
        let variance = numbers.iter().map(|x| (x - 4.0_f64).powi(2)).sum::<f64>() / 4.0;
        assert_abs_diff_eq!(jackknife_error(&without), (variance / 5.0).sqrt(), epsilon = 1e-12);
        assert!(jackknife_error(&without[..1]).is_nan());
        let found = Estimate::symmetric(2.0, 0.5, 19);
        assert_abs_diff_eq!(found.high - 2.0, 2.093 * 0.5, epsilon = 1e-4);
        assert_abs_diff_eq!(found.low, 4.0 - found.high, epsilon = 1e-12);
    }

    #[test]
    fn bounds_stay_within_1_and_are_nearly_symmetric_about_0() {
        let near = Estimate::of_correlation(0.98, 0.02, 19);
        assert!(near.high < 1.0 && near.value - near.low > near.high - near.value);
        let middle = Estimate::of_correlation(0.0, 0.01, 19);
        assert_abs_diff_eq!(middle.high, 2.093 * 0.01, epsilon = 1e-5);
        assert_abs_diff_eq!(middle.low, -middle.high, epsilon = 1e-15);
    }

    #[test]
    fn what_is_undefined_has_no_bounds_and_1_no_width() {
        assert!(Estimate::of_correlation(f64::NAN, 0.1, 5).low.is_nan());
        assert!(Estimate::of_correlation(0.5, 0.1, 0).high.is_nan());
        assert_eq!(Estimate::of_correlation(1.0, 0.0, 5), Estimate { value: 1.0, low: 1.0, high: 1.0 });
    }
}
