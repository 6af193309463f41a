//! Features turned to axes along which training rows do not covary, so that ridge treats each axis alone.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use crate::error::Error;
use crate::product::serial_product;
use crate::spectrum::Spectrum;

/// Axes M (p, k) with M'X'X M = diag(e) for centred training features X = [C, P], of which the first few, C, are free:
/// they carry no penalty, as controls do not.
///
/// With C'C = U diag(f) U', A = (C'C)^+ C'P and (P - C A)'(P - C A) = V diag(e) V':
///
/// ```text
/// M = [ U  -A V ]     energies [f, e],     weights M diag(1 / f, 1 / (e + a)) M'X'Y
///     [ 0     V ]
/// ```
///
/// which is argmin over A, B of ||Y - C A - P B||^2 + a ||B||^2 (Frisch and Waugh 1933 for a = 0).
#[derive(Debug, Clone)]
pub(crate) struct Axes {
    map: Array2<f64>,
    energies: Array1<f64>,
    n_free: usize,
    /// Energies at most this are rounding, of the free axes and of the penalised ones.
    tolerances: [f64; 2],
}

impl Axes {
    /// The axes of X'X (p, p) about the training means, the first `n_free` features free.
    ///
    /// # Errors
    /// A decomposition fails.
    pub(crate) fn of(xx: ArrayView2<f64>, n_free: usize) -> Result<Self, Error> {
        if n_free == 0 {
            let spectrum = Spectrum::of(xx)?;
            let tolerances = [0.0, spectrum.tolerance()];
            return Ok(Self {
                map: spectrum.vectors().to_owned(),
                energies: spectrum.values().to_owned(),
                n_free,
                tolerances,
            });
        }
        let (c, p) = (0..n_free, n_free..xx.nrows());
        let block = |rows: &Range<usize>, columns: &Range<usize>| xx.slice_move(s![rows.clone(), columns.clone()]);
        let (cc, cp, pp) = (block(&c, &c), block(&c, &p), block(&p, &p));
        let free = Spectrum::of(cc)?;
        let a = free.weights(free.rotate(cp).view(), Array1::zeros(cp.ncols()).view());
        let rest = symmetric(&pp - &serial_product(cp.t(), a.view()));
        let penalised = Spectrum::of(rest.view())?;
        Ok(Self::assemble(&free, &penalised, a.view(), pp))
    }

    /// The same where of the penalised features P (n, q) only P B is read, for a basis B (q, k); the axes are still of X.
    ///
    /// # Errors
    /// As [`Axes::of`].
    pub(crate) fn within(xx: ArrayView2<f64>, n_free: usize, basis: Option<&Array2<f64>>) -> Result<Self, Error> {
        let Some(basis) = basis else { return Self::of(xx, n_free) };
        let (q, k) = basis.dim();
        let mut b = Array2::zeros((n_free + q, n_free + k));
        b.slice_mut(s![..n_free, ..n_free]).diag_mut().fill(1.0);
        b.slice_mut(s![n_free.., n_free..]).assign(basis);
        let read = serial_product(b.t(), serial_product(xx, b.view()).view());
        let axes = Self::of(symmetric(read).view(), n_free)?;
        Ok(Self { map: serial_product(b.view(), axes.map.view()), ..axes })
    }

    fn assemble(free: &Spectrum, penalised: &Spectrum, a: ArrayView2<f64>, pp: ArrayView2<f64>) -> Self {
        let (n_free, n) = a.dim();
        let mut map = Array2::zeros((n_free + n, n_free + n));
        map.slice_mut(s![..n_free, ..n_free]).assign(&free.vectors());
        map.slice_mut(s![..n_free, n_free..]).assign(&-serial_product(a, penalised.vectors()));
        map.slice_mut(s![n_free.., n_free..]).assign(&penalised.vectors());
        let energies = free.values().iter().chain(penalised.values()).copied().collect();
        // What controls leave of a feature that they explain is rounding of the feature, not of what is left.
        let largest = pp.diag().iter().fold(0.0, |largest: f64, square| largest.max(*square));
        let tolerances = [free.tolerance(), (n as f64 * f64::EPSILON * largest).max(penalised.tolerance())];
        Self { map, energies, n_free, tolerances }
    }

    /// M'C for any C (p, t), giving (k, t), on the calling thread.
    pub(crate) fn turn(&self, c: ArrayView2<f64>) -> Array2<f64> {
        serial_product(self.map.t(), c)
    }

    /// M'G M for a symmetric G (p, p), giving (k, k), on the calling thread.
    pub(crate) fn turn_square(&self, g: ArrayView2<f64>) -> Array2<f64> {
        serial_product(self.turn(g).view(), self.map.view())
    }

    /// M'v for v (p), giving (k).
    pub(crate) fn turn_vector(&self, v: ArrayView1<f64>) -> Array1<f64> {
        self.map.t().dot(&v)
    }

    /// What M'X'Y is multiplied by, for every axis (k) and one penalty a: 1 / f, then 1 / (e + a), 0 for rounding.
    pub(crate) fn gains(&self, penalty: f64) -> Array1<f64> {
        (0..self.energies.len()).map(|axis| self.gain(axis, penalty)).collect()
    }

    /// The greatest energy, 0 without axes.
    pub(crate) fn greatest_energy(&self) -> f64 {
        self.energies.iter().fold(0.0, |greatest: f64, energy| greatest.max(*energy))
    }

    /// Weights (p, t) from Z = M'X'Y (k, t) with one penalty per target (t).
    pub(crate) fn weights(&self, mut z: Array2<f64>, penalties: ArrayView1<f64>) -> Array2<f64> {
        for (axis, mut row) in z.axis_iter_mut(Axis(0)).enumerate() {
            row.zip_mut_with(&penalties, |z, &a| *z *= self.gain(axis, a));
        }
        serial_product(self.map.view(), z.view())
    }

    fn gain(&self, axis: usize, penalty: f64) -> f64 {
        let is_free = axis < self.n_free;
        let energy = self.energies[axis] + if is_free { 0.0 } else { penalty };
        if energy > self.tolerances[usize::from(!is_free)] { 1.0 / energy } else { 0.0 }
    }
}

/// The mean of a square matrix and its transpose, which are equal but for rounding.
fn symmetric(a: Array2<f64>) -> Array2<f64> {
    0.5 * (&a + &a.t())
}

#[cfg(test)]
mod tests {
    use ndarray::concatenate;

    use super::*;
    use crate::samples::{distance, gaussian};

    /// (X'X + D)^-1 X'Y by Gaussian elimination, D with the penalty on all but the free features.
    fn by_normal_equations(x: &Array2<f64>, y: &Array2<f64>, n_free: usize, penalty: f64) -> Array2<f64> {
        let mut left = x.t().dot(x);
        (n_free..x.ncols()).for_each(|i| left[[i, i]] += penalty);
        let mut right = x.t().dot(y);
        for i in 0..left.nrows() {
            for j in (0..left.nrows()).filter(|&j| j != i) {
                let factor = left[[j, i]] / left[[i, i]];
                let (row, answer) = (left.row(i).to_owned(), right.row(i).to_owned());
                left.row_mut(j).scaled_add(-factor, &row);
                right.row_mut(j).scaled_add(-factor, &answer);
            }
        }
        (0..left.nrows()).for_each(|i| right.row_mut(i).mapv_inplace(|value| value / left[[i, i]]));
        right
    }

    fn check(n_free: usize) -> Result<(), Error> {
        let (x, y) = (gaussian(60, 9, 1), gaussian(60, 3, 2));
        let axes = Axes::of(x.t().dot(&x).view(), n_free)?;
        let penalties = Array1::from_vec(vec![0.0, 2.0, 500.0]);
        let found = axes.weights(axes.turn(x.t().dot(&y).view()), penalties.view());
        for (j, &penalty) in penalties.iter().enumerate() {
            let expected = by_normal_equations(&x, &y, n_free, penalty);
            assert!(distance(&expected.column(j).to_owned(), &found.column(j).to_owned()) < 1e-12);
        }
        let energies = axes.turn_square(x.t().dot(&x).view());
        assert!(distance(&Array2::from_diag(&axes.energies), &energies) < 1e-11);
        Ok(())
    }

    #[test]
    fn weights_solve_the_normal_equations() -> Result<(), Error> {
        check(0)
    }

    #[test]
    fn free_features_carry_no_penalty() -> Result<(), Error> {
        check(2)
    }

    #[test]
    fn features_that_controls_explain_add_nothing() -> Result<(), Error> {
        let (c, y) = (gaussian(50, 2, 3), gaussian(50, 2, 4));
        let x = concatenate![Axis(1), c, c.dot(&gaussian(2, 3, 5))];
        let axes = Axes::of(x.t().dot(&x).view(), 2)?;
        for penalty in [0.0, 1.0] {
            let weights = axes.weights(axes.turn(x.t().dot(&y).view()), Array1::from_elem(2, penalty).view());
            let expected = c.dot(&by_normal_equations(&c, &y, 2, 0.0));
            assert!(distance(&expected, &x.dot(&weights)) < 1e-10, "penalty {penalty}");
        }
        Ok(())
    }

    #[test]
    fn controls_that_are_sums_of_others_are_fitted_all_the_same() -> Result<(), Error> {
        let (c, y) = (gaussian(50, 2, 6), gaussian(50, 1, 7));
        let twice = concatenate![Axis(1), c, c, gaussian(50, 1, 8)];
        let axes = Axes::of(twice.t().dot(&twice).view(), 4)?;
        let weights = axes.weights(axes.turn(twice.t().dot(&y).view()), Array1::from_elem(1, 1e12).view());
        assert!(distance(&c.dot(&by_normal_equations(&c, &y, 2, 0.0)), &twice.dot(&weights)) < 1e-8);
        Ok(())
    }
}
