//! Intervals of correlations, and of what is bounded as they are, from standard errors.

use crate::Estimate;
use crate::student::two_sided;

impl Estimate {
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

    /// The 95 % interval of a difference of two such values with a `standard_error` of whole `degrees` of freedom: as wide on
    /// both sides, whatever the `value`; undefined without degrees of freedom.
    pub fn of_difference(value: f64, standard_error: f64, degrees: usize) -> Self {
        let reach = if degrees == 0 { f64::NAN } else { two_sided(0.95, degrees) * standard_error };
        Self { value, low: value - reach, high: value + reach }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn bounds_stay_within_1_and_are_nearly_symmetric_about_0() {
        let near = Estimate::of_correlation(0.98, 0.02, 19);
        assert!(near.high < 1.0 && near.value - near.low > near.high - near.value);
        let middle = Estimate::of_correlation(0.0, 0.01, 19);
        assert_abs_diff_eq!(middle.high, 2.093 * 0.01, epsilon = 1e-5);
        assert_abs_diff_eq!(middle.low, -middle.high, epsilon = 1e-15);
    }

    #[test]
    fn differences_reach_as_far_on_both_sides() {
        let found = Estimate::of_difference(1.2, 0.1, 19);
        assert_abs_diff_eq!(found.high - found.low, 2.0 * 2.093 * 0.1, epsilon = 1e-4);
        assert_abs_diff_eq!(found.high + found.low, 2.4, epsilon = 1e-12);
        assert!(Estimate::of_difference(0.1, 0.1, 0).low.is_nan());
    }

    #[test]
    fn what_is_undefined_has_no_bounds_and_1_no_width() {
        assert!(Estimate::of_correlation(f64::NAN, 0.1, 5).low.is_nan());
        assert!(Estimate::of_correlation(0.5, 0.1, 0).high.is_nan());
        assert_eq!(Estimate::of_correlation(1.0, 0.0, 5), Estimate { value: 1.0, low: 1.0, high: 1.0 });
    }
}
