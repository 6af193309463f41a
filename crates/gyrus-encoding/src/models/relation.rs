//! Whether two properties of models go together, and whether a single family of them carries it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::layers::{RankTest, rank_correlation};
use crate::{Estimate, defined_or_nan};

/// Half the width of a 95 % interval in standard errors of a normal variable.
const WIDTH: f64 = 1.959_963_984_540_054;

/// Two properties of the same models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Models of which both properties are defined.
    pub models: usize,
    /// Spearman's rho, with an interval that takes models for a sample of models.
    ///
    /// z = atanh(rho) has a standard error of sqrt((1 + rho^2 / 2) / (n - 3)) (Bonett and Wright 2000, Psychometrika
    /// 65:23); below four models, and where all are in order, it is undefined.
    pub rho: Estimate,
    /// Two-sided, over orders of the models.
    #[serde(deserialize_with = "defined_or_nan")]
    pub p: f64,
    /// rho of the families' means: models of one family are not independent.
    #[serde(deserialize_with = "defined_or_nan")]
    pub between_families: f64,
    /// Two-sided, over orders of the families.
    #[serde(deserialize_with = "defined_or_nan")]
    pub p_families: f64,
    /// rho of the models of all other families, for each family.
    pub without: Vec<Without>,
}

/// What is left of a relation without one family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Without {
    /// The family that is left out.
    pub family: String,
    /// Spearman's rho of the others.
    #[serde(deserialize_with = "defined_or_nan")]
    pub rho: f64,
}

impl Relation {
    /// Of `x` and `y`, one value per model, whose families are `families`; a model with an undefined value is left out.
    /// At most `orders` orders are looked at, decided by `seed`.
    ///
    /// # Panics
    /// There are not as many values and families as models.
    pub fn of(x: &[f64], y: &[f64], families: &[&str], orders: usize, seed: u64) -> Self {
        assert!(x.len() == y.len() && y.len() == families.len(), "a value and a family for each model");
        let pairs = x.iter().zip(y).zip(families).map(|((x, y), family)| (*x, *y, *family));
        let models: Vec<(f64, f64, &str)> = pairs.filter(|(x, y, _)| x.is_finite() && y.is_finite()).collect();
        let RankTest { rho, p } = test(models.iter().map(|(x, y, _)| (*x, *y)), orders, seed);
        let names: BTreeSet<&str> = models.iter().map(|model| model.2).collect();
        let between = test(names.iter().map(|name| mean(&models, name)), orders, seed);
        let without = |name: &&str| Without { family: (*name).to_owned(), rho: without(&models, name) };
        Self {
            models: models.len(),
            rho: interval(rho, models.len()),
            p,
            between_families: between.rho,
            p_families: between.p,
            without: names.iter().map(without).collect(),
        }
    }

    /// The smallest and the largest rho that is left without a family; undefined where one of them is.
    pub fn range_without(&self) -> (f64, f64) {
        let rho = self.without.iter().map(|without| without.rho);
        let least = |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) };
        (rho.clone().reduce(least).unwrap_or(f64::NAN), -rho.map(|rho| -rho).reduce(least).unwrap_or(f64::NAN))
    }
}

/// The rank correlation of some pairs, with its p value.
fn test(pairs: impl Iterator<Item = (f64, f64)>, orders: usize, seed: u64) -> RankTest {
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
    RankTest::of(&x, &y, orders, seed)
}

/// The means of a family.
fn mean(models: &[(f64, f64, &str)], family: &str) -> (f64, f64) {
    let own = models.iter().filter(|model| model.2 == family);
    let (count, x, y) = own.fold((0.0, 0.0, 0.0), |(count, x, y), model| (count + 1.0, x + model.0, y + model.1));
    (x / count, y / count)
}

fn without(models: &[(f64, f64, &str)], family: &str) -> f64 {
    let others = models.iter().filter(|model| model.2 != family).map(|model| (model.0, model.1));
    let (x, y): (Vec<f64>, Vec<f64>) = others.unzip();
    rank_correlation(ndarray::aview1(&x), ndarray::aview1(&y))
}

fn interval(rho: f64, models: usize) -> Estimate {
    let error = ((1.0 + rho * rho / 2.0) / models.saturating_sub(3) as f64).sqrt();
    let bound = |side: f64| match rho.abs() < 1.0 && error.is_finite() {
        true => (rho.atanh() + side * WIDTH * error).tanh(),
        false => f64::NAN,
    };
    Estimate { value: rho, low: bound(-1.0), high: bound(1.0) }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;

    const X: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

    /// rho = 1 - 6 (1 + 1 + 1 + 1) / (6 35); tanh(atanh(rho) -+ 1.96 sqrt((1 + rho^2 / 2) / 3)).
    #[test]
    fn rho_and_its_interval_follow_their_definitions() {
        let found = Relation::of(&X, &[2.0, 1.0, 3.0, 4.0, 6.0, 5.0], &["a"; 6], 1000, 1);
        let rho = 1.0 - 24.0 / 210.0;
        let error = ((1.0 + rho * rho / 2.0) / 3.0_f64).sqrt();
        assert_abs_diff_eq!(found.rho.value, rho, epsilon = 1e-12);
        assert_abs_diff_eq!(found.rho.low, (rho.atanh() - WIDTH * error).tanh(), epsilon = 1e-12);
        assert_abs_diff_eq!(found.rho.high, (rho.atanh() + WIDTH * error).tanh(), epsilon = 1e-12);
        assert!(Relation::of(&X, &X, &["a"; 6], 1000, 1).rho.low.is_nan());
    }

    /// Two families that differ in both properties, and nothing within either.
    #[test]
    fn what_one_family_carries_is_gone_without_it() {
        let y = [3.0, 2.0, 1.0, 3.5, 2.5, 10.0];
        let found = Relation::of(&X, &y, &["a", "a", "a", "b", "b", "c"], 1000, 1);
        assert_abs_diff_eq!(found.between_families, 1.0, epsilon = 1e-12);
        assert_eq!(found.without.len(), 3);
        assert!(found.without[2].rho < found.rho.value && found.without[0].family == "a");
        assert_eq!(found.range_without().0, found.without.iter().map(|w| w.rho).fold(f64::INFINITY, f64::min));
        assert!(found.range_without().1 >= found.range_without().0);
    }

    #[test]
    fn undefined_models_are_left_out() {
        let found = Relation::of(&X, &[1.0, f64::NAN, 3.0, 4.0, 2.0, 5.0], &["a", "b", "a", "a", "a", "a"], 1000, 1);
        assert_eq!((found.models, found.without.len()), (5, 1));
        assert!(found.without[0].rho.is_nan() && found.range_without().0.is_nan());
        assert!(Relation::of(&[], &[], &[], 10, 1).rho.value.is_nan());
    }

    /// rho of normal variables with r is 6 / pi asin(r / 2).
    #[test]
    fn intervals_hold_the_truth_as_often_as_said() {
        let (n, r, mut rng) = (12, 0.6_f64, StdRng::seed_from_u64(5));
        let truth = 6.0 / std::f64::consts::PI * (r / 2.0).asin();
        let mut normal = || rng.sample::<f64, _>(StandardNormal);
        let mut holds = || {
            let x: Vec<f64> = (0..n).map(|_| normal()).collect();
            let y: Vec<f64> = x.iter().map(|x| r * x + (1.0 - r * r).sqrt() * normal()).collect();
            let Estimate { low, high, .. } = Relation::of(&x, &y, &["a"; 12], 1, 1).rho;
            low <= truth && truth <= high
        };
        let held = (0..2000).filter(|_| holds()).count() as f64 / 2000.0;
        assert!((0.93..=0.98).contains(&held), "{held}");
    }
}
