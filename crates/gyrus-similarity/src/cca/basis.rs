//! An orthonormal basis of what varies in a representation.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};

use crate::columns::normalised;
use crate::error::Error;
use crate::product::product;
use crate::singular::Singular;

/// The k leading principal components of a centred X (n, p), as an orthonormal basis U of rows.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    /// U (n, k).
    pub(super) u: Array2<f64>,
    /// U'X (k, p): the columns of X in that basis.
    pub(super) columns: Array2<f64>,
}

/// The canonical correlations of two bases and how much of each X its canonical variates carry.
#[derive(Debug, Clone)]
pub(super) struct Canonical {
    /// Correlations, as many as the smaller basis has columns, largest first.
    pub(super) correlations: Array1<f64>,
    /// For each side and variate h, the sum over the columns x of X of |h'x|.
    pub(super) carried: [Array1<f64>; 2],
}

impl Basis {
    /// The components that together hold `share` of the variance, of those that stand above rounding; none of what does
    /// not vary.
    ///
    /// # Errors
    /// The decomposition does not converge.
    pub(super) fn of(values: ArrayView2<f32>, share: f64) -> Result<Self, Error> {
        let Some(x) = normalised(values) else {
            return Ok(Self { u: Array2::zeros((values.nrows(), 0)), columns: Array2::zeros((0, values.ncols())) });
        };
        let singular = Singular::left(x.view())?;
        let kept = kept(singular.s.slice(s![..singular.rank(x.ncols())]).to_vec(), share);
        let u = singular.u.slice(s![.., ..kept]).to_owned();
        let columns = product(u.t(), x.view());
        Ok(Self { u, columns })
    }

    /// Number of components, k.
    pub(super) fn k(&self) -> usize {
        self.u.ncols()
    }

    /// With U_x'U_y = W diag(rho) Z': correlations rho, and variates U_x W and U_y Z.
    ///
    /// # Errors
    /// The decomposition does not converge.
    pub(super) fn canonical(&self, other: &Self) -> Result<Canonical, Error> {
        if std::ptr::eq(self, other) {
            // A thing is like itself, whatever rounding says.
            let all = Array1::ones(self.k());
            return Ok(Canonical { correlations: all.clone(), carried: [all.clone(), all] });
        }
        let Singular { u: w, s, v: z } = Singular::of(product(self.u.t(), other.u.view()).view())?;
        let carried = |basis: &Self, turn: &Array2<f64>| {
            product(turn.t(), basis.columns.view()).map_axis(Axis(1), |row| row.iter().map(|value| value.abs()).sum())
        };
        Ok(Canonical { correlations: s.mapv(|rho| rho.min(1.0)), carried: [carried(self, &w), carried(other, &z)] })
    }
}

/// How many of the largest singular values have `share` of the sum of squares.
fn kept(values: Vec<f64>, share: f64) -> usize {
    let total: f64 = values.iter().map(|value| value * value).sum();
    let mut sum = 0.0;
    let enough = values.iter().position(|value| {
        sum += value * value;
        sum >= share * total
    });
    match share < 1.0 {
        true => enough.map_or(values.len(), |last| last + 1),
        false => values.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_few_components_are_kept_as_hold_the_share() {
        let values = || vec![3.0, 2.0, 1.0, 1.0, 1.0];
        assert_eq!([0.01, 0.5625, 0.6, 0.8125, 0.9, 1.0].map(|share| kept(values(), share)), [1, 1, 2, 2, 4, 5]);
        assert_eq!(kept(vec![], 0.9), 0);
    }
}
