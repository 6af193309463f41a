//! Nested cross-validation of ridge by its definition: row by row, one target at a time, no shared work.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

/// Contiguous outer and inner folds, and the penalties to choose from.
pub struct Plan {
    pub folds: usize,
    pub inner_folds: usize,
    pub gap: usize,
    pub penalties: Vec<f64>,
}

impl Plan {
    /// r on the held-out rows of outer fold `fold`, and the penalty chosen on its training rows.
    pub fn score(&self, x: ArrayView2<f64>, y: ArrayView1<f64>, fold: usize) -> (f64, f64) {
        self.score_for(x, y, y, fold)
    }

    /// The same for `own` by what was learnt from `y`.
    pub fn score_for(&self, x: ArrayView2<f64>, y: ArrayView1<f64>, own: ArrayView1<f64>, fold: usize) -> (f64, f64) {
        let all: Vec<usize> = (0..x.nrows()).collect();
        let (test, train) = self.split(&all, self.folds, fold);
        let error = |penalty: f64| -> f64 {
            (0..self.inner_folds)
                .map(|inner| {
                    let (test, train) = self.split(&train, self.inner_folds, inner);
                    let predicted = ridge(x, y, &train, &test, penalty);
                    test.iter().zip(predicted).map(|(row, p)| (y[*row] - p).powi(2)).sum::<f64>() / test.len() as f64
                })
                .sum()
        };
        let errors = self.penalties.iter().map(|penalty| (error(*penalty), *penalty));
        let (_, penalty) =
            errors.fold((f64::INFINITY, f64::NAN), |best, next| if next.0 < best.0 { next } else { best });
        let predicted = ridge(x, y, &train, &test, penalty);
        (correlation(&predicted, &own.select(Axis(0), &test)), penalty)
    }

    /// r on the held-out rows of outer fold `fold` with a given penalty.
    pub fn refit(&self, x: ArrayView2<f64>, y: ArrayView1<f64>, fold: usize, penalty: f64) -> f64 {
        let all: Vec<usize> = (0..x.nrows()).collect();
        let (test, train) = self.split(&all, self.folds, fold);
        correlation(&ridge(x, y, &train, &test, penalty), &y.select(Axis(0), &test))
    }

    /// The held-out rows of fold `fold` of `n` among `rows`, and those more than the gap away from each of them.
    fn split(&self, rows: &[usize], n: usize, fold: usize) -> (Vec<usize>, Vec<usize>) {
        let size = |fold: usize| rows.len() / n + usize::from(fold < rows.len() % n);
        let begin: usize = (0..fold).map(size).sum();
        let test = rows[begin..begin + size(fold)].to_vec();
        let far = |row: &&usize| test.iter().all(|held| held.abs_diff(**row) > self.gap);
        let train = rows.iter().filter(far).copied().collect();
        (test, train)
    }
}

/// Predictions for `test` of y = mean + (x - mean) b with b = (X'X + a I)^-1 X'y on the rows `train`.
fn ridge(x: ArrayView2<f64>, y: ArrayView1<f64>, train: &[usize], test: &[usize], a: f64) -> Array1<f64> {
    let (x_train, y_train) = (x.select(Axis(0), train), y.select(Axis(0), train));
    let x_mean = x_train.mean_axis(Axis(0)).expect("there are training rows");
    let y_mean = y_train.mean().expect("there are training rows");
    let (x_train, y_train) = (x_train - &x_mean, y_train - y_mean);
    let b = solve(x_train.t().dot(&x_train) + Array2::<f64>::eye(x.ncols()) * a, x_train.t().dot(&y_train));
    (x.select(Axis(0), test) - &x_mean).dot(&b) + y_mean
}

/// A^-1 b for a positive definite A, by elimination.
fn solve(mut a: Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    let n = b.len();
    for i in 0..n {
        for j in (0..n).filter(|j| *j != i) {
            let factor = a[[j, i]] / a[[i, i]];
            let row = a.row(i).to_owned();
            a.row_mut(j).scaled_add(-factor, &row);
            b[j] -= factor * b[i];
        }
    }
    b / a.diag()
}

fn correlation(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
    let centred = |v: &Array1<f64>| v - v.mean().expect("there are held-out rows");
    let (a, b) = (centred(a), centred(b));
    a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
}
