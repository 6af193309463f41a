//! How much of a score each band of features gives that no other does.
//!
//! With s a score on held-out rows (R^2, or r): unique_b = s(all bands) - s(all but b), and what several share is
//! s(all bands) - s(controls alone) - sum_b unique_b. Either may be negative: a held-out score is no sum of squares.
//! Only for R^2 are these parts of a variance.

use ndarray::{Array1, Axis};

use crate::FoldScores;

/// A score of every target, cut into what single bands give and what they share.
#[derive(Debug, Clone, PartialEq)]
pub struct Partition {
    /// Controls and all bands together, `(targets)`.
    pub joint: Array1<f64>,
    /// The controls alone, `(targets)`; 0 where there are none.
    pub controls: Array1<f64>,
    /// Controls and all bands but one, `[band]`: `(targets)`.
    pub without: Vec<Array1<f64>>,
    /// What only this band gives, `[band]`: `(targets)`.
    pub unique: Vec<Array1<f64>>,
    /// What bands give that no single one of them is needed for, `(targets)`.
    pub shared: Array1<f64>,
}

impl Partition {
    /// The partition of R^2, the mean over folds, of the models with all bands, with the controls alone, and without each band.
    ///
    /// # Panics
    /// They are not of the same targets.
    pub fn of_variance(joint: &FoldScores, controls: Option<&FoldScores>, without: &[FoldScores]) -> Self {
        Self::new(r2(joint), controls.map(r2), without.iter().map(r2).collect())
    }

    /// The partition of any score, `(targets)` each: with all bands, with the controls alone, and without each band.
    ///
    /// # Panics
    /// They are not of the same targets.
    pub fn new(joint: Array1<f64>, controls: Option<Array1<f64>>, without: Vec<Array1<f64>>) -> Self {
        let controls = controls.unwrap_or_else(|| Array1::zeros(joint.len()));
        let unique: Vec<Array1<f64>> = without.iter().map(|without| &joint - without).collect();
        let shared = unique.iter().fold(&joint - &controls, |shared, unique| shared - unique);
        Self { joint, controls, without, unique, shared }
    }
}

/// R^2 of each target, the mean over folds.
fn r2(scores: &FoldScores) -> Array1<f64> {
    scores.r2().mean_axis(Axis(0)).expect("at least two folds")
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;
    use crate::{Design, DesignParams, Error, FeatureUnit, Reduced, baseline, encode};

    #[test]
    fn parts_add_up_to_what_is_beyond_the_controls() {
        let without = vec![array![0.4, f64::NAN], array![0.3, 0.1]];
        let found = Partition::new(array![0.5, 0.2], Some(array![0.1, 0.0]), without);
        assert_abs_diff_eq!(found.unique[0][0] + found.unique[1][0] + found.shared[0], 0.4, epsilon = 1e-12);
        assert!(found.unique[0][1].is_nan() && found.shared[1].is_nan());
        assert_abs_diff_eq!(found.unique[1][1], 0.1, epsilon = 1e-12);
    }

    #[test]
    fn without_controls_they_explain_nothing() {
        let found = Partition::new(array![0.5], None, vec![array![0.2]]);
        assert_eq!((found.controls[0], found.shared[0]), (0.0, 0.2));
    }

    /// y = c + a + b + d, each of variance 1, d in both bands: of four parts one is the controls', one each band's, one shared.
    #[test]
    fn planted_parts_are_found() -> Result<(), Error> {
        let mut rng = StdRng::seed_from_u64(31);
        let mut draw = || Array2::from_shape_simple_fn((4000, 1), || rng.sample::<f64, _>(StandardNormal));
        let [a, b, c, d] = [draw(), draw(), draw(), draw()];
        let y = &a + &b + &c + &d;
        let penalties = gyrus_ridge::PenaltyGrid::logarithmic(1e-6, 1e-6, 1)?;
        let unit = FeatureUnit::Own;
        let params = DesignParams { folds: 4, inner_folds: 2, gap: 0, penalties, components: None, unit, block: 50 };
        let design = Design::new(4000, params)?;
        let band = |own: &Array2<f64>| ndarray::concatenate![Axis(1), *own, d];
        let bands = [design.reduce(band(&a).view())?, design.reduce(band(&b).view())?];
        let joint = Reduced::side_by_side(&bands).expect("two bands");
        let fit = |bands: &Reduced| encode(&design, bands, Some(c.view()), y.view());
        let controls = baseline(&design, c.view(), y.view())?;
        let found = Partition::of_variance(&fit(&joint)?, Some(&controls), &[fit(&bands[1])?, fit(&bands[0])?]);
        for part in [found.controls[0], found.unique[0][0], found.unique[1][0], found.shared[0]] {
            assert_abs_diff_eq!(part, 0.25, epsilon = 0.03);
        }
        Ok(())
    }
}
