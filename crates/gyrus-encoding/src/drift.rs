//! Removes what is slower than the story: scanner drift.
//!
//! The same linear filter goes over responses, features and controls, so that none keeps what the others lost.

use ndarray::{Array2, ArrayView2};

/// A high-pass filter: what a constant and the first cosines explain is taken away.
#[derive(Debug, Clone)]
pub struct HighPass {
    /// Orthonormal columns: the constant and the cosines, `(rows, cosines + 1)`.
    basis: Array2<f64>,
}

impl HighPass {
    /// A filter for `rows` samples that removes the mean and `cosines` slow cosines,
    /// c_k(i) = cos(pi k (i + 1/2) / rows), k = 1 ... cosines (the discrete cosine basis of SPM).
    ///
    /// Periods above 2 rows / cosines samples are removed.
    pub fn new(rows: usize, cosines: usize) -> Self {
        let n = rows as f64;
        let basis = Array2::from_shape_fn((rows, cosines + 1), |(i, k)| match k {
            0 => (1.0 / n).sqrt(),
            _ => (2.0 / n).sqrt() * (std::f64::consts::PI * k as f64 * (i as f64 + 0.5) / n).cos(),
        });
        Self { basis }
    }

    /// `y` without drift: y - Q Q'y, shape `(rows, columns)`.
    pub fn apply(&self, y: ArrayView2<f64>) -> Array2<f64> {
        &y - &self.basis.dot(&self.basis.t().dot(&y))
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Array2;

    use super::*;

    #[test]
    fn basis_is_orthonormal() {
        let q = HighPass::new(362, 11).basis;
        assert_abs_diff_eq!(q.t().dot(&q), Array2::eye(12), epsilon = 1e-12);
    }

    #[test]
    fn slow_goes_and_fast_stays() {
        let wave = |k: f64| {
            Array2::from_shape_fn((200, 1), |(i, _)| (std::f64::consts::PI * k * (i as f64 + 0.5) / 200.0).cos())
        };
        let filter = HighPass::new(200, 5);
        assert_abs_diff_eq!(filter.apply(wave(3.0).view()), Array2::zeros((200, 1)), epsilon = 1e-12);
        assert_abs_diff_eq!(filter.apply(wave(20.0).view()), wave(20.0), epsilon = 1e-12);
    }

    #[test]
    fn filtering_twice_is_filtering_once() {
        let ramp = Array2::from_shape_fn((50, 2), |(i, j)| (i * i + j) as f64);
        let filter = HighPass::new(50, 3);
        let once = filter.apply(ramp.view());
        assert_abs_diff_eq!(filter.apply(once.view()), once, epsilon = 1e-9);
    }
}
