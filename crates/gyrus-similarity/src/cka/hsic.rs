//! The Hilbert-Schmidt independence criterion of all pairs, from sums over their Gram matrices.

use ndarray::{Array1, Array2, Axis, Zip};

use super::far_pairs::FarPairs;
use crate::product::{Before, multiply};

/// A norm smaller than this part of the terms it is the difference of is the rounding of f32 products, of which thousands
/// that are alike are summed in f32.
const ROUNDING: f64 = 1e-5;

/// HSIC of all pairs of representations times a factor that is the same for all, `(layers, layers)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hsic {
    value: Array2<f64>,
    /// HSIC of each with itself, NaN where it is no more than rounding.
    own: Array1<f64>,
}

/// Sums over the Gram matrices of m rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums<'a> {
    /// sum of K_ab L_ab over the pairs of rows that count, `(layers, layers)`.
    pub(crate) trace: &'a Array2<f64>,
    /// sum over the b that count of K_ab, `(layers, rows)`.
    pub(crate) rows: &'a Array2<f64>,
}

impl Sums<'_> {
    /// Unbiased, times a factor that is the same for all, from pairs of rows that are far from each other; rows that are
    /// left out are 0.
    pub(crate) fn unbiased(&self, far: &FarPairs) -> Hsic {
        let shares = far.shares(self.rows);
        let mut margins = Array2::zeros(self.trace.dim());
        multiply(margins.view_mut(), Before::Overwritten, self.rows.view(), shares.t());
        let margins = symmetric(margins);
        let value =
            Zip::from(self.trace).and(&margins).map_collect(|trace, margins| FarPairs::unbiased(*trace, *margins));
        Hsic::new(value, |i| self.trace[[i, i]])
    }

    /// Biased, times (m - 1)^2, from all pairs of rows but a = b, and K_aa in `diagonals`:
    /// tr(KHLH) = tr(KL) - 2 / m 1'KL1 + (1'K1)(1'L1) / m^2.
    pub(crate) fn biased(&self, diagonals: &Array2<f64>) -> Hsic {
        let m = self.rows.ncols() as f64;
        let rows = self.rows + diagonals;
        let trace = self.trace + products(diagonals);
        let value = &trace - products(&rows) * (2.0 / m) + totals(&rows) / (m * m);
        Hsic::new(value, |i| trace[[i, i]])
    }
}

impl Hsic {
    /// `size` is what a norm that is all rounding is measured against.
    fn new(value: Array2<f64>, size: impl Fn(usize) -> f64) -> Self {
        let defined = |(i, own): (usize, &f64)| beyond_rounding(*own, size(i));
        let own = value.diag().iter().enumerate().map(defined).collect();
        Self { value, own }
    }

    /// HSIC_ij / sqrt(HSIC_ii HSIC_jj), 1 on the diagonal.
    pub(crate) fn cka(&self) -> Array2<f64> {
        self.normalised(&self.own)
    }

    /// The same with norms that no pair of equal columns adds to: sampled columns q are paired with others only, so
    /// HSIC_ii becomes (HSIC_ii - sum_q HSIC(x_q x_q', x_q x_q')) p / (p - 1) for p columns (Chun et al. 2025).
    ///
    /// `equal` holds the sum over q, and `widths` p, of each representation.
    pub(crate) fn cka_of_sampled_columns(&self, equal: &[f64], widths: &[usize]) -> Array2<f64> {
        let own = self.own.iter().zip(equal).zip(widths).map(|((own, equal), p)| {
            let unequal = if *p > 1 { beyond_rounding(own - equal, *own) } else { f64::NAN };
            unequal * *p as f64 / (*p as f64 - 1.0)
        });
        self.normalised(&own.collect())
    }

    fn normalised(&self, own: &Array1<f64>) -> Array2<f64> {
        Array2::from_shape_fn(self.value.dim(), |(i, j)| match i == j {
            true if own[i].is_nan() => f64::NAN,
            true => 1.0,
            false => self.value[[i, j]] / (own[i].sqrt() * own[j].sqrt()),
        })
    }
}

/// A norm, NaN if it is no more than the rounding of terms of that `size`.
pub(crate) fn beyond_rounding(norm: f64, size: f64) -> f64 {
    if norm > ROUNDING * size { norm } else { f64::NAN }
}

/// The inner products of all pairs of rows of `rows`, exactly symmetric.
fn products(rows: &Array2<f64>) -> Array2<f64> {
    let mut products = Array2::zeros((rows.nrows(), rows.nrows()));
    multiply(products.view_mut(), Before::Overwritten, rows.view(), rows.t());
    symmetric(products)
}

/// What is symmetric but for rounding.
fn symmetric(matrix: Array2<f64>) -> Array2<f64> {
    let mirrored = matrix.t().to_owned();
    (matrix + mirrored) * 0.5
}

/// The products of all pairs of sums of rows of `rows`.
fn totals(rows: &Array2<f64>) -> Array2<f64> {
    let sums = rows.sum_axis(Axis(1));
    Array2::from_shape_fn((sums.len(), sums.len()), |(i, j)| sums[i] * sums[j])
}
