//! Scores of columns on held-out rows, and their means.

use gyrus_ridge::pearson;
use ndarray::{Array1, ArrayView1};

/// r and R^2 of every column, summed over folds.
#[derive(Debug, Clone)]
pub(super) struct Scores {
    r: Array1<f64>,
    r2: Array1<f64>,
}

/// r, and R^2, of held-out values `y` and their prediction `p`, both about the training mean of y.
///
/// Both are NaN where one of them does not vary.
pub(super) fn score(p: ArrayView1<f64>, y: ArrayView1<f64>) -> (f64, f64) {
    let [pp, yy, py] = [p.dot(&p), y.dot(&y), p.dot(&y)];
    let r = pearson(y.len() as f64, [p.sum(), y.sum(), pp, yy, py]);
    let r2 = 1.0 - (pp - 2.0 * py + yy) / yy;
    (r, if r.is_nan() { f64::NAN } else { r2 })
}

impl Scores {
    pub(super) fn new(columns: usize) -> Self {
        Self { r: Array1::zeros(columns), r2: Array1::zeros(columns) }
    }

    /// Adds what a column scored in a fold.
    pub(super) fn add(&mut self, column: usize, r: f64, r2: f64) {
        self.r[column] += r;
        self.r2[column] += r2;
    }

    /// Leaves no column with a score.
    pub(super) fn undefine(&mut self) {
        self.r.fill(f64::NAN);
        self.r2.fill(f64::NAN);
    }

    /// The means of r and R^2 over the columns that have them in all `folds`, and how many have not.
    pub(super) fn means(&self, folds: usize) -> (f64, f64, usize) {
        let defined = |sums: &Array1<f64>| sums.iter().copied().filter(|sum| !sum.is_nan()).collect::<Vec<_>>();
        let (r, r2) = (defined(&self.r), defined(&self.r2));
        // Without a column this is 0 / 0, undefined as it should be.
        let mean = |sums: &[f64]| sums.iter().sum::<f64>() / (sums.len() * folds) as f64;
        (mean(&r), mean(&r2), self.r.len() - r.len())
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn r_is_about_the_means_of_these_rows_and_r2_about_the_training_mean() {
        let (p, y) = (array![1.0, 2.0, 3.0, 4.0], array![2.0, 4.0, 6.0, 8.0]);
        let (r, r2) = score(p.view(), y.view());
        assert_abs_diff_eq!(r, 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(r2, 1.0 - 30.0 / 120.0, epsilon = 1e-12);
        assert!(score(array![1.0, 1.0].view(), array![1.0, 2.0].view()).1.is_nan());
    }

    #[test]
    fn undefined_columns_are_counted_and_left_out() {
        let mut scores = Scores::new(3);
        for _ in 0..2 {
            scores.add(0, 0.5, 0.25);
            scores.add(1, f64::NAN, f64::NAN);
            scores.add(2, 0.1, 0.05);
        }
        assert_eq!(scores.means(2), (0.3, 0.15, 1));
        scores.undefine();
        assert!(scores.means(2).0.is_nan() && scores.means(2).2 == 3);
    }
}
