//! How much of a signal is linear in the features of the same word: what a linear model can find of it at best.

use ndarray::{Array1, Array2, ArrayView1, Axis};

use crate::Levels;

/// Least squares on the features of all levels, and of each alone.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LinearParts {
    /// On all of them.
    pub(super) all: LeastSquares,
    /// On each level's.
    pub(super) levels: Vec<LeastSquares>,
}

impl LinearParts {
    /// On the words at `rows` of `levels`.
    pub(super) fn of(levels: &Levels, rows: &[usize]) -> Self {
        let level = |level| LeastSquares::on(levels.level(level).select(Axis(0), rows));
        Self {
            all: LeastSquares::on(levels.joined().select(Axis(0), rows)),
            levels: (0..levels.n_levels()).map(level).collect(),
        }
    }
}

/// Least squares of many signals on the same features.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeastSquares {
    /// `(words, features)`, centred.
    z: Array2<f64>,
    /// Lower triangle L of Z'Z = L L', `(features, features)`; a feature that depends on those before it has a 0 on the diagonal.
    lower: Array2<f64>,
}

/// Share of a feature's squares that is rounding.
const ROUNDING: f64 = 1e-10;

impl LeastSquares {
    /// On Z, `(words, features)`.
    pub(super) fn on(mut z: Array2<f64>) -> Self {
        for mut column in z.columns_mut() {
            let mean = column.mean().unwrap_or(0.0);
            column -= mean;
        }
        let lower = cholesky(z.t().dot(&z));
        Self { z, lower }
    }

    /// The share of the variance of y, `(words)`, that is linear in the features, less what as many random features would
    /// get: 1 - (1 - R^2) (n - 1) / (n - p - 1), at least 0. Nothing if there are not more words than that.
    pub(super) fn explained(&self, y: ArrayView1<f64>) -> Option<f64> {
        let (n, p) = (y.len(), self.lower.diag().iter().filter(|&&value| value > 0.0).count());
        let y = &y - y.mean()?;
        let total = y.dot(&y);
        if n <= p + 1 || total == 0.0 {
            return None;
        }
        // With L u = Z'y, the squares of what is explained add up to u'u.
        let u = forward(&self.lower, self.z.t().dot(&y));
        let unexplained = 1.0 - u.dot(&u) / total;
        Some((1.0 - unexplained * (n - 1) as f64 / (n - p - 1) as f64).clamp(0.0, 1.0))
    }
}

/// L of G = L L'.
fn cholesky(mut g: Array2<f64>) -> Array2<f64> {
    let squares = g.diag().to_owned();
    for i in 0..g.nrows() {
        for j in 0..i {
            let sum = g.slice(ndarray::s![i, ..j]).dot(&g.slice(ndarray::s![j, ..j]));
            g[[i, j]] = if g[[j, j]] > 0.0 { (g[[i, j]] - sum) / g[[j, j]] } else { 0.0 };
        }
        let row = g.slice(ndarray::s![i, ..i]);
        let left = squares[i] - row.dot(&row);
        g[[i, i]] = if left > ROUNDING * squares[i] { left.sqrt() } else { 0.0 };
        g.slice_mut(ndarray::s![i, i + 1..]).fill(0.0);
    }
    g
}

/// u of L u = b, 0 for features that depend on others.
fn forward(lower: &Array2<f64>, b: Array1<f64>) -> Array1<f64> {
    let mut u = Array1::zeros(b.len());
    for i in 0..b.len() {
        let known = lower.slice(ndarray::s![i, ..i]).dot(&u.slice(ndarray::s![..i]));
        u[i] = if lower[[i, i]] > 0.0 { (b[i] - known) / lower[[i, i]] } else { 0.0 };
    }
    u
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Axis, concatenate};
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::gaussian::gaussian;

    fn explained(z: Array2<f64>, y: &Array1<f64>) -> f64 {
        LeastSquares::on(z).explained(y.view()).unwrap_or(f64::NAN)
    }

    #[test]
    fn known_shares_are_found() {
        let mut rng = StdRng::seed_from_u64(7);
        let (z, noise) = (gaussian(4000, 30, &mut rng), gaussian(4000, 1, &mut rng));
        let y = 0.6 * &z.column(3) + 0.8 * &noise.column(0);
        assert_abs_diff_eq!(explained(z.clone(), &y), 0.36, epsilon = 0.03);
        assert_abs_diff_eq!(explained(z.clone(), &(&z.column(3) + 2.0)), 1.0, epsilon = 1e-9);
        assert!(explained(z, &noise.column(0).to_owned()) < 0.01);
    }

    #[test]
    fn features_that_depend_on_others_change_nothing() {
        let mut rng = StdRng::seed_from_u64(8);
        let (z, y) = (gaussian(50, 4, &mut rng), gaussian(50, 1, &mut rng).column(0).to_owned());
        let sum = z.sum_axis(Axis(1)).insert_axis(Axis(1));
        let more = concatenate(Axis(1), &[z.view(), sum.view(), Array2::zeros((50, 1)).view()]).expect("50 rows each");
        assert_abs_diff_eq!(explained(more, &y), explained(z, &y), epsilon = 1e-9);
    }

    #[test]
    fn too_few_words_say_nothing() {
        let z = gaussian(5, 4, &mut StdRng::seed_from_u64(9));
        assert_eq!(LeastSquares::on(z.clone()).explained(Array1::from_iter((0..5).map(f64::from)).view()), None);
        assert_eq!(LeastSquares::on(z).explained(Array1::zeros(5).view()), None);
    }
}
