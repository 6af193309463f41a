//! A mean over simulated studies with its standard error.

/// A mean and its standard error; for shares of yes and no that is the binomial error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// m = sum x / n.
    pub value: f64,
    /// sqrt(sum (x - m)^2 / n) / sqrt(n): with x of 0 and 1, sqrt(m (1 - m) / n).
    pub error: f64,
}

impl Measured {
    /// The mean of independent `values`; NaN of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let x: Vec<f64> = values.into_iter().collect();
        let n = x.len() as f64;
        let m = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / n;
        Self { value: m, error: (variance / n).sqrt() }
    }

    /// The share of `outcomes` that came true.
    pub fn share(outcomes: impl IntoIterator<Item = bool>) -> Self {
        Self::of(outcomes.into_iter().map(|outcome| f64::from(u8::from(outcome))))
    }

    /// Whether `expected` lies within 2.58 standard errors, as it does 99 times in 100 if it is true.
    pub fn agrees_with(&self, expected: f64) -> bool {
        (self.value - expected).abs() <= 2.58 * self.error
    }

    /// As a number with `digits` digits after the point.
    pub fn number(&self, digits: usize) -> String {
        format!("{:.digits$} ± {:.digits$}", self.value, self.error)
    }

    /// In hundredths.
    pub fn percent(&self) -> String {
        format!("{:.1} ± {:.1}", 100.0 * self.value, 100.0 * self.error)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn shares_have_the_binomial_error() {
        let share = Measured::share((0..200).map(|i| i < 10));
        assert_abs_diff_eq!(share.value, 0.05, epsilon = 1e-12);
        assert_abs_diff_eq!(share.error, (0.05 * 0.95 / 200.0_f64).sqrt(), epsilon = 1e-12);
        assert_eq!(share.percent(), "5.0 ± 1.5");
    }

    #[test]
    fn means_have_their_standard_error() {
        let mean = Measured::of([1.0, 2.0, 3.0]);
        assert_eq!(mean.value, 2.0);
        assert_abs_diff_eq!(mean.error, (2.0_f64 / 9.0).sqrt(), epsilon = 1e-12);
        assert!(mean.agrees_with(3.0) && !mean.agrees_with(3.3));
    }
}
