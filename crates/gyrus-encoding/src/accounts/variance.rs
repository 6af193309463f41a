//! The variance of a score, known only as well as what it was estimated from.

use crate::inference::student::two_sided_between;

/// An estimated variance and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Variance {
    /// The variance v.
    pub value: f64,
    /// The variance of its estimate, u.
    pub spread: f64,
}

impl Variance {
    /// With whole degrees of freedom k, as a sum of squares has them: u = 2 v^2 / k.
    pub fn with_degrees(value: f64, degrees: usize) -> Self {
        Self { value, spread: 2.0 * value * value / degrees as f64 }
    }

    /// The variance of the mean of independent `values`, sum (x - m)^2 / (n (n - 1)).
    pub fn of_mean(values: &[f64]) -> Self {
        let n = values.len();
        Self::with_degrees(squares(values) / (n * n.saturating_sub(1)) as f64, n.saturating_sub(1))
    }

    /// The variance of a statistic that has `values` without each of its n parts, (n - 1) / n sum (x - m)^2: the jackknife.
    ///
    /// Undefined for a single part.
    pub fn of_left_out(values: &[f64]) -> Self {
        let n = values.len();
        let value = (n as f64 - 1.0) / n as f64 * squares(values);
        Self::with_degrees(if n > 1 { value } else { f64::NAN }, n.saturating_sub(1))
    }

    /// The same statistic in another unit.
    pub fn scaled(self, factor: f64) -> Self {
        let square = factor * factor;
        Self { value: square * self.value, spread: square * square * self.spread }
    }

    /// The variance of a sum of independent terms.
    pub fn plus(self, other: Self) -> Self {
        Self { value: self.value + other.value, spread: self.spread + other.spread }
    }

    /// Half the width of the interval that holds the truth with probability `share`: t sqrt(v),
    /// t the quantile of Student's distribution with 2 v^2 / u degrees of freedom (Satterthwaite 1946).
    pub fn half_width(self, share: f64) -> f64 {
        if self.value == 0.0 {
            return 0.0;
        }
        two_sided_between(share, 2.0 * self.value * self.value / self.spread) * self.value.sqrt()
    }
}

/// sum (x - m)^2.
pub(crate) fn squares(values: &[f64]) -> f64 {
    let m = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|x| (x - m) * (x - m)).sum()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// The jackknife of a mean is the variance of the mean.
    #[test]
    fn leaving_out_agrees_with_the_variance_of_a_mean() {
        let x = [3.0, -1.0, 4.0, 1.5];
        let left_out = x.map(|out| (x.iter().sum::<f64>() - out) / 3.0);
        let (jackknife, plain) = (Variance::of_left_out(&left_out), Variance::of_mean(&x));
        assert_abs_diff_eq!(jackknife.value, plain.value, epsilon = 1e-12);
        assert_abs_diff_eq!(jackknife.spread, plain.spread, epsilon = 1e-12);
    }

    /// By hand: sum of squares 5, variance of the mean 5 / 12, t with 3 degrees of freedom 3.1824463.
    #[test]
    fn the_interval_of_a_mean_is_students() {
        let half = Variance::of_mean(&[1.0, 2.0, 3.0, 4.0]).half_width(0.95);
        assert_abs_diff_eq!(half, 3.182_446_3 * (5.0_f64 / 12.0).sqrt(), epsilon = 1e-6);
    }

    /// Two equally large parts with 3 degrees each have 6 together; a unit changes none.
    #[test]
    fn degrees_add_up_and_have_no_unit() {
        let one = Variance::with_degrees(0.5, 3);
        let both = one.plus(one).scaled(10.0);
        assert_abs_diff_eq!(both.value, 100.0, epsilon = 1e-9);
        assert_abs_diff_eq!(2.0 * both.value * both.value / both.spread, 6.0, epsilon = 1e-9);
    }

    #[test]
    fn one_part_says_nothing_and_no_variance_is_no_width() {
        assert!(Variance::of_left_out(&[1.0]).half_width(0.95).is_nan());
        assert_eq!(Variance::of_mean(&[2.0, 2.0, 2.0]).half_width(0.95), 0.0);
    }
}
