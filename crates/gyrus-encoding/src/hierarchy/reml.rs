//! The restricted likelihood of a line with random effects per patient, from sums over each patient's electrodes.
//!
//! Model (Laird and Ware 1982): y_i = X_i beta + X_i u_i + e_i with X_i = [1, x], u_i ~ N(0, sigma^2 L L'),
//! e_i ~ N(0, sigma^2 I), for a lower triangular L; a random intercept alone is an L with one element.
//! Fixed effects and sigma are solved for at each L (Bates et al. 2015), so that only L is searched.

use crate::hierarchy::matrix::{Matrix, add, apply, determinant, dot, inverse, multiply, transpose};
use crate::hierarchy::simplex::minimise;

const IDENTITY: Matrix = [[1.0, 0.0], [0.0, 1.0]];

/// Sums over the electrodes of one patient, with X = [1, x].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums {
    /// Number of electrodes.
    pub n: f64,
    /// X'X.
    pub xx: Matrix,
    /// X'y.
    pub xy: [f64; 2],
    /// y'y.
    pub yy: f64,
}

/// What follows once L is fixed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Solution {
    /// beta: intercept and slope.
    pub fixed: [f64; 2],
    /// (X' V^-1 X)^-1: the covariance of beta over sigma^2.
    pub covariance: Matrix,
    /// sigma^2.
    pub residual: f64,
    /// Minus twice the restricted log likelihood, up to its constants: (N - 2) ln sigma^2 + ln|V| + ln|X' V^-1 X|.
    pub criterion: f64,
}

impl Sums {
    /// Sums over the electrodes of one patient at `x` with values `y`.
    pub fn of(x: impl Iterator<Item = f64> + Clone, y: impl Iterator<Item = f64>) -> Self {
        let mut sums = Self { n: 0.0, xx: [[0.0; 2]; 2], xy: [0.0; 2], yy: 0.0 };
        for (x, y) in x.zip(y) {
            sums.n += 1.0;
            sums.xx = add(sums.xx, 1.0, [[1.0, x], [x, x * x]]);
            sums.xy = [sums.xy[0] + y, sums.xy[1] + x * y];
            sums.yy += y * y;
        }
        sums
    }
}

/// The best line at a given L.
///
/// With M_i = I + L' X_i'X_i L: V_i^-1 = I - X_i L M_i^-1 L' X_i' and |V_i| = |M_i|, so two by two matrices suffice.
pub(crate) fn solve(patients: &[Sums], l: Matrix) -> Solution {
    let (mut n, mut xx, mut xy, mut yy, mut log_v) = (0.0, [[0.0; 2]; 2], [0.0; 2], 0.0, 0.0);
    for sums in patients {
        let m = add(IDENTITY, 1.0, multiply(transpose(l), multiply(sums.xx, l)));
        let w = multiply(l, multiply(inverse(m), transpose(l)));
        let xx_w = multiply(sums.xx, w);
        let taken = apply(xx_w, sums.xy);
        n += sums.n;
        xx = add(xx, 1.0, add(sums.xx, -1.0, multiply(xx_w, sums.xx)));
        xy = [xy[0] + sums.xy[0] - taken[0], xy[1] + sums.xy[1] - taken[1]];
        yy += sums.yy - dot(sums.xy, apply(w, sums.xy));
        log_v += determinant(m).ln();
    }
    let covariance = inverse(xx);
    let fixed = apply(covariance, xy);
    let residual = (yy - dot(fixed, xy)) / (n - 2.0);
    let criterion = (n - 2.0) * residual.ln() + log_v + determinant(xx).ln();
    // An impossible L, where rounding makes a variance negative, is never the best one.
    Solution { fixed, covariance, residual, criterion: if criterion.is_nan() { f64::INFINITY } else { criterion } }
}

/// L of a random intercept.
pub(crate) fn random_intercept(patients: &[Sums]) -> Matrix {
    let l = |[a]: [f64; 1]| [[a, 0.0], [0.0, 0.0]];
    l(minimise(|theta| solve(patients, l(theta)).criterion, &[[1.0], [0.1]], 0.5))
}

/// L of a random intercept and a random slope that may correlate.
pub(crate) fn random_line(patients: &[Sums]) -> Matrix {
    let l = |[a, b, c]: [f64; 3]| [[a, 0.0], [b, c]];
    l(minimise(|theta| solve(patients, l(theta)).criterion, &[[1.0, 0.0, 1.0], [0.3, 0.0, 0.1]], 0.5))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array1, Array2, array};

    use super::*;

    const X: [[f64; 4]; 3] = [[-1.0, 0.2, 0.7, 1.5], [0.3, -0.6, -1.4, 0.1], [2.0, 1.1, -0.3, -0.9]];
    const Y: [[f64; 4]; 3] = [[0.4, 1.0, -0.2, 2.1], [-1.0, 0.0, -0.4, 0.3], [1.5, 1.4, 0.1, -0.2]];

    fn patients() -> Vec<Sums> {
        X.iter().zip(Y).map(|(x, y)| Sums::of(x.iter().copied(), y.into_iter())).collect()
    }

    /// V, (12, 12), written out.
    fn v(l: Matrix) -> Array2<f64> {
        let psi = multiply(l, transpose(l));
        Array2::from_shape_fn((12, 12), |(i, j)| {
            let (a, b) = ([1.0, X[i / 4][i % 4]], [1.0, X[j / 4][j % 4]]);
            let shared = if i / 4 == j / 4 { dot(a, apply(psi, b)) } else { 0.0 };
            shared + if i == j { 1.0 } else { 0.0 }
        })
    }

    /// Solves V z = b by elimination, and gives ln|V| beside it.
    fn eliminate(mut v: Array2<f64>, mut b: Array2<f64>) -> (Array2<f64>, f64) {
        let n = v.nrows();
        let mut log_v = 0.0;
        for pivot in 0..n {
            log_v += v[[pivot, pivot]].ln();
            for row in (0..n).filter(|row| *row != pivot) {
                let times = v[[row, pivot]] / v[[pivot, pivot]];
                for column in 0..n {
                    v[[row, column]] -= times * v[[pivot, column]];
                }
                for column in 0..b.ncols() {
                    b[[row, column]] -= times * b[[pivot, column]];
                }
            }
        }
        (Array2::from_shape_fn(b.dim(), |(i, j)| b[[i, j]] / v[[i, i]]), log_v)
    }

    /// Generalised least squares with V written out.
    #[test]
    fn agrees_with_generalised_least_squares() {
        let l = [[0.8, 0.0], [-0.3, 0.5]];
        let design = Array2::from_shape_fn((12, 2), |(i, j)| if j == 0 { 1.0 } else { X[i / 4][i % 4] });
        let y: Array1<f64> = Y.iter().flatten().copied().collect();
        let (solved, log_v) = eliminate(v(l), design.clone());
        let (xx, xy) = (design.t().dot(&solved), solved.t().dot(&y));
        let xx = [[xx[[0, 0]], xx[[0, 1]]], [xx[[1, 0]], xx[[1, 1]]]];
        let fixed = apply(inverse(xx), [xy[0], xy[1]]);
        let left = &y - &design.dot(&array![fixed[0], fixed[1]]);
        let (weighted, _) = eliminate(v(l), left.clone().insert_axis(ndarray::Axis(1)));
        let residual = left.dot(&weighted.column(0)) / 10.0;
        let found = solve(&patients(), l);
        assert_abs_diff_eq!(found.fixed[1], fixed[1], epsilon = 1e-12);
        assert_abs_diff_eq!(found.residual, residual, epsilon = 1e-12);
        let criterion = 10.0 * residual.ln() + log_v + determinant(xx).ln();
        assert_abs_diff_eq!(found.criterion, criterion, epsilon = 1e-10);
    }

    /// No L on a coarse grid does better than the one found.
    #[test]
    fn nothing_nearby_is_better() {
        let patients = patients();
        let best = solve(&patients, random_line(&patients)).criterion;
        let grid: Vec<f64> = (-8..=8).map(|i| i as f64 / 4.0).collect();
        for (a, b, c) in grid.iter().flat_map(|a| grid.iter().flat_map(|b| grid.iter().map(|c| (*a, *b, *c)))) {
            assert!(solve(&patients, [[a, 0.0], [b, c]]).criterion >= best - 1e-9);
        }
    }
}
