//! What two properties of models still have in common when others are held fixed.

use ndarray::{Array1, Array2, ArrayView1};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use crate::layers::ranks;
use crate::{correlation, defined_or_nan};

/// A rank correlation with others held fixed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partial {
    /// r of what is left of the ranks; undefined where the other properties leave nothing.
    #[serde(deserialize_with = "defined_or_nan")]
    pub rho: f64,
    /// Two-sided: what is left of y changes places among the models (Freedman and Lane 1983).
    #[serde(deserialize_with = "defined_or_nan")]
    pub p: f64,
}

/// A residual smaller than this part of the ranks is rounding.
const ROUNDING: f64 = 1e-9;

/// Spearman's rho of `x` and `y` with `fixed` held fixed, over models of which all are defined: ranks of x and y, less
/// their regressions on the ranks of the others. `orders` orders are drawn, decided by `seed`.
///
/// Undefined with fewer than two models more than properties.
///
/// # Panics
/// A property has another number of models.
pub fn partial(x: &[f64], y: &[f64], fixed: &[&[f64]], orders: usize, seed: u64) -> Partial {
    let all = || [x, y].into_iter().chain(fixed.iter().copied());
    assert!(all().all(|values| values.len() == x.len()), "a value for each model");
    let models: Vec<usize> = (0..x.len()).filter(|&i| all().all(|values| values[i].is_finite())).collect();
    let ranked = |values: &[f64]| ranks(models.iter().map(|&i| values[i]).collect::<Array1<f64>>().view());
    if models.len() < fixed.len() + 4 {
        return Partial { rho: f64::NAN, p: f64::NAN };
    }
    let basis = basis(models.len(), fixed.iter().map(|values| ranked(values)));
    let (x, y) = (left(&ranked(x), &basis), left(&ranked(y), &basis));
    let rho = |y: ArrayView1<f64>| correlation(x.view(), left(&y.to_owned(), &basis).view());
    let observed = if vanishes(&x) || vanishes(&y) { f64::NAN } else { rho(y.view()) };
    let (mut rng, mut drawn) = (StdRng::seed_from_u64(seed), y.to_vec());
    let mut as_large = || {
        drawn.shuffle(&mut rng);
        rho(ArrayView1::from(&drawn)).abs() >= observed.abs() - ROUNDING
    };
    let p = match observed.is_nan() {
        true => f64::NAN,
        false => (1 + (0..orders).filter(|_| as_large()).count()) as f64 / (1 + orders) as f64,
    };
    Partial { rho: observed, p }
}

/// Orthonormal columns that span 1 and the properties, (models, columns), by Gram and Schmidt.
fn basis(models: usize, properties: impl Iterator<Item = Array1<f64>>) -> Array2<f64> {
    let mut basis = Array2::zeros((models, 0));
    for property in std::iter::once(Array1::ones(models)).chain(properties) {
        let rest = left(&property, &basis);
        let norm = rest.dot(&rest).sqrt();
        if norm > ROUNDING * property.dot(&property).sqrt() {
            basis.push_column((rest / norm).view()).expect("a value for each model");
        }
    }
    basis
}

/// What `basis` does not explain of `values`; taken away twice, so that rounding leaves nothing.
fn left(values: &Array1<f64>, basis: &Array2<f64>) -> Array1<f64> {
    let once = values - &basis.dot(&basis.t().dot(values));
    let again = basis.dot(&basis.t().dot(&once));
    once - again
}

fn vanishes(rest: &Array1<f64>) -> bool {
    rest.dot(rest).sqrt() <= ROUNDING * rest.len() as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::Rng;

    use super::*;

    /// (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2)) of the ranks.
    #[test]
    fn with_one_fixed_it_is_the_formula() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 1.0, 4.0, 3.0, 6.0, 5.0]);
        let z = [1.0, 3.0, 2.0, 6.0, 5.0, 4.0];
        let r = |a: &[f64], b: &[f64]| correlation(ArrayView1::from(a), ArrayView1::from(b));
        let (xy, xz, yz) = (r(&x, &y), r(&x, &z), r(&y, &z));
        let expected = (xy - xz * yz) / ((1.0 - xz * xz) * (1.0 - yz * yz)).sqrt();
        assert_abs_diff_eq!(partial(&x, &y, &[&z], 10, 1).rho, expected, epsilon = 1e-12);
        assert_abs_diff_eq!(partial(&x, &y, &[], 10, 1).rho, xy, epsilon = 1e-12);
        assert_abs_diff_eq!(partial(&x, &y, &[&z, &z], 10, 1).rho, expected, epsilon = 1e-12);
    }

    #[test]
    fn nothing_is_left_of_what_is_held_fixed() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 1.0, 4.0, 3.0, 6.0, 5.0]);
        assert!(partial(&x, &y, &[&x], 10, 1).rho.is_nan());
        assert!(partial(&x[..4], &y[..4], &[&y[..4]], 10, 1).p.is_nan(), "too few models");
    }

    /// x and y share z alone: they are called related as often as said.
    #[test]
    fn a_common_cause_is_no_relation() {
        let mut rng = StdRng::seed_from_u64(8);
        let mut rejected = 0;
        for seed in 0..300 {
            let z: Vec<f64> = (0..12).map(|_| rng.random()).collect();
            let mut noisy = || z.iter().map(|z| z + 0.3 * rng.random::<f64>()).collect::<Vec<f64>>();
            let (x, y) = (noisy(), noisy());
            rejected += usize::from(partial(&x, &y, &[&z], 200, seed).p <= 0.05);
        }
        // 15 of 300 expected, with a standard error of 3.8; ranks leave a little of a common cause.
        assert!((3..=32).contains(&rejected), "{rejected} of 300");
    }
}
