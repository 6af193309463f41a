//! Recordings with an effect of known size: noise that is turned around its runs, and signal that the features make.

use std::ops::Range;

use gyrus_ridge::product;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, stack};
use rand::Rng;
use rand::rngs::StdRng;

use crate::Runs;
use crate::fit::encoder::beside;

/// What the constant and the controls leave of the features, and of any responses.
#[derive(Debug)]
pub(crate) struct Material {
    /// Q: orthonormal columns that span the constant and the controls, `(rows, 1 + controls)`.
    free: Array2<f64>,
    /// X - Q Q'X, `(rows, width)`.
    features: Array2<f64>,
}

/// Responses in units of what the constant and the controls leave of them.
#[derive(Debug)]
pub(crate) struct Noise {
    /// e, `(rows, targets)`; NaN where nothing is left.
    pub left: Array2<f64>,
    /// Q Q'y without its mean, which every fit has as an intercept, `(rows, targets)`.
    pub explained: Array2<f64>,
}

/// For each new row, the old one that stands there, after every run has gone around.
pub(crate) type Turn = Vec<usize>;

/// A column of which the constant and controls leave less than this share of its norm is one of them.
const NOTHING: f64 = 1e-9;

impl Material {
    /// That of `features`, `(rows, width)`, and `controls`, `(rows, controls)`.
    pub fn new(features: ArrayView2<f64>, controls: Option<ArrayView2<f64>>) -> Self {
        let constant = Array2::ones((features.nrows(), 1));
        let free = match controls {
            Some(controls) => orthonormal(beside(Some(constant.view()), &controls.to_owned()).view()),
            None => orthonormal(constant.view()),
        };
        let mut beyond = left(free.view(), features);
        for (mut beyond, feature) in beyond.columns_mut().into_iter().zip(features.columns()) {
            if unit(beyond.view(), feature).is_nan() {
                beyond.fill(0.0);
            }
        }
        Self { free, features: beyond }
    }

    /// Number of features.
    pub fn width(&self) -> usize {
        self.features.ncols()
    }

    /// The noise of `responses`, `(rows, targets)`.
    pub fn noise(&self, responses: ArrayView2<f64>) -> Noise {
        let e = left(self.free.view(), responses);
        let sd = Array1::from_iter(e.columns().into_iter().zip(responses.columns()).map(|(e, y)| unit(e, y)));
        let mut explained = &responses - &e;
        explained -= &explained.mean_axis(Axis(0)).expect("a plan has rows");
        Noise { left: e / &sd, explained: explained / &sd }
    }

    /// z = X w - Q Q'X w in units of its standard deviation for each of `weights` w, `(width)`: `(rows, targets)`;
    /// NaN where the features do not vary.
    pub fn signal(&self, weights: &[ArrayView1<f64>]) -> Array2<f64> {
        let mut z = product(self.features.view(), stack(Axis(1), weights).expect("one width").view());
        for mut z in z.columns_mut() {
            let sd = (z.dot(&z) / z.len() as f64).sqrt();
            z /= if sd > 0.0 { sd } else { f64::NAN };
        }
        z
    }
}

impl Noise {
    /// Q Q'y + sqrt(1 - rho^2) T e + rho z for a turn T and a signal z, `(rows, targets)`.
    pub fn with(&self, turn: &Turn, effect: f64, signal: ArrayView2<f64>) -> Array2<f64> {
        let mut y = self.left.select(Axis(0), turn) * (1.0 - effect * effect).sqrt() + &self.explained;
        if effect > 0.0 {
            y.scaled_add(effect, &signal);
        }
        y
    }
}

/// Every run of `runs` gone around by a shift of its own, at least `least` from both its ends.
pub(crate) fn turn(runs: &Runs, least: usize, rng: &mut StdRng) -> Turn {
    let mut turned = |run: &Range<usize>| {
        let cut = run.end - rng.random_range(least..=run.len() - least);
        (cut..run.end).chain(run.start..cut)
    };
    runs.stretches().iter().flat_map(&mut turned).collect()
}

/// Orthonormal columns that span those of `a`, which may depend on each other (Gram and Schmidt, twice over).
pub(crate) fn orthonormal(a: ArrayView2<f64>) -> Array2<f64> {
    let mut q = Array2::zeros((a.nrows(), 0));
    for column in a.columns() {
        let once = left(q.view(), column.insert_axis(Axis(1)));
        let twice = left(q.view(), once.view()).remove_axis(Axis(1));
        let norm = twice.dot(&twice).sqrt();
        if norm > NOTHING * column.dot(&column).sqrt() {
            q.push_column((twice / norm).view()).expect("columns share their rows");
        }
    }
    q
}

/// A - Q Q'A for orthonormal columns Q, which have the rows of A.
pub(crate) fn left(q: ArrayView2<f64>, a: ArrayView2<f64>) -> Array2<f64> {
    &a - &product(q, product(q.t(), a).view())
}

/// The standard deviation of `e`, which is what is left of `y`; NaN if nothing is.
fn unit(e: ArrayView1<f64>, y: ArrayView1<f64>) -> f64 {
    let (left, all) = (e.dot(&e), y.dot(&y));
    if left > NOTHING * NOTHING * all { (left / e.len() as f64).sqrt() } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{array, s};

    use super::*;

    #[test]
    fn columns_that_depend_on_others_are_left_out() {
        let a = array![[1.0, 2.0, 5.0], [1.0, 2.0, -1.0], [1.0, 2.0, 2.0], [1.0, 2.0, 0.5]];
        let q = orthonormal(a.view());
        assert_eq!(q.ncols(), 2);
        assert_abs_diff_eq!(q.t().dot(&q), Array2::<f64>::eye(2), epsilon = 1e-12);
        assert_abs_diff_eq!(left(q.view(), a.view()), Array2::<f64>::zeros((4, 3)), epsilon = 1e-12);
    }

    #[test]
    fn noise_and_signal_have_unit_variance_and_add_up() {
        let x = array![[1.0, 0.0], [0.5, 2.0], [-1.0, 1.0], [0.0, -3.0], [2.0, 1.0]];
        let y = array![[3.0], [9.0], [4.0], [1.0], [-8.0]];
        let material = Material::new(x.view(), Some(x.slice(s![.., ..1])));
        let (noise, z) = (material.noise(y.view()), material.signal(&[array![7.0, 1.0].view()]));
        assert_abs_diff_eq!(noise.left.std(0.0), 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(z.std(0.0), 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(z.column(0).dot(&x.column(0)), 0.0, epsilon = 1e-12);
        let planted = noise.with(&vec![1, 2, 3, 4, 0], 0.6, z.view());
        let expected = 0.8 * noise.left[[4, 0]] + 0.6 * z[[3, 0]] + noise.explained[[3, 0]];
        assert_abs_diff_eq!(planted[[3, 0]], expected, epsilon = 1e-12);
    }
}
