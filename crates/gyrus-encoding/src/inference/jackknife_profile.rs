//! Scores by layer with what their jackknife intervals are made of, and the questions that are asked of them.
//!
//! A peak layer is no mean of scores, so it has no place here: [`crate::Profile`] draws its interval.

use ndarray::{ArrayView1, Axis, stack};
use rayon::prelude::*;

use crate::layers::selection::chosen_layers;
use crate::{Error, FoldInfluence, FoldScores, Jackknife, Weights};

/// Scores of the layers of one model, averaged over targets in one way.
#[derive(Debug, Clone, PartialEq)]
pub struct JackknifeProfile {
    /// At least one.
    layers: Vec<Jackknife>,
}

impl JackknifeProfile {
    /// The profiles of the scores of each layer and their influence: one profile for each of `weights`.
    ///
    /// # Errors
    /// [`Error::Entries`] if there is no layer, or scores and influence of one are of other targets or folds.
    pub fn new(layers: &[(&FoldScores, &FoldInfluence)], weights: &[Weights]) -> Result<Vec<Self>, Error> {
        if layers.is_empty() {
            return Err(Error::Entries { what: "layers", found: 0, expected: 1 });
        }
        let layers = layers.par_iter().map(|(scores, influence)| Jackknife::new(scores, influence, weights));
        let layers: Vec<Vec<Jackknife>> = layers.collect::<Result<_, _>>()?;
        let profile = |place: usize| Self { layers: layers.iter().map(|layer| layer[place].clone()).collect() };
        Ok((0..weights.len()).map(profile).collect())
    }

    /// The score of each layer.
    pub fn layers(&self) -> &[Jackknife] {
        &self.layers
    }

    /// For every fold, the layer that is best on the other folds.
    pub fn chosen(&self) -> Vec<usize> {
        let by_fold: Vec<ArrayView1<f64>> = self.layers.iter().map(Jackknife::by_fold).collect();
        chosen_layers(stack(Axis(0), &by_fold).expect("layers share their folds").view())
    }

    /// The score of the layers chosen on other folds. The choice is that of the data and stays fixed.
    pub fn chosen_score(&self) -> Jackknife {
        Jackknife::chosen(&self.layers, &self.chosen())
    }

    /// The slope of the score s over relative depth x (0 = first layer, 1 = last), by least squares, a dot for a mean:
    ///
    /// sum over layers l of (x_l - x.) s_l / sum over layers of (x_l - x.)^2.
    ///
    /// # Errors
    /// [`Error::Trend`] with fewer than three layers.
    pub fn slope(&self) -> Result<Jackknife, Error> {
        let n = self.layers.len();
        if n < 3 {
            return Err(Error::Trend { points: n });
        }
        let from_middle = |layer: usize| layer as f64 / (n - 1) as f64 - 0.5;
        let squares: f64 = (0..n).map(|layer| from_middle(layer).powi(2)).sum();
        let factors: Vec<f64> = (0..n).map(|layer| from_middle(layer) / squares).collect();
        Ok(Jackknife::combined(&self.layers, &factors).expect("three layers or more"))
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Array2;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;
    use crate::{Design, DesignParams, FeatureUnit, Trend, chosen_score, encode};

    /// Layers of which each knows more of two targets than the one before.
    fn layers(n: usize) -> Result<Vec<(FoldScores, FoldInfluence)>, Error> {
        let mut rng = StdRng::seed_from_u64(1);
        let mut gaussian = |columns| Array2::from_shape_simple_fn((160, columns), || rng.sample(StandardNormal));
        let penalties = gyrus_ridge::PenaltyGrid::logarithmic(1.0, 100.0, 3)?;
        let unit = FeatureUnit::Own;
        let params = DesignParams { folds: 4, inner_folds: 2, gap: 0, penalties, components: None, unit, block: 10 };
        let (design, y): (Design, Array2<f64>) = (Design::new(160, params)?, gaussian(2));
        let layer = |layer: usize| {
            let x = &y * (layer as f64 * 0.3) + gaussian(2);
            let x = design.reduce(x.view())?;
            let scores = encode(&design, &x, None, y.view())?;
            let influence = FoldInfluence::of(&design, &x, None, y.view(), &scores)?;
            Ok((scores, influence))
        };
        (0..n).map(layer).collect()
    }

    fn profile(layers: &[(FoldScores, FoldInfluence)]) -> Result<JackknifeProfile, Error> {
        let layers: Vec<_> = layers.iter().map(|(scores, influence)| (scores, influence)).collect();
        Ok(JackknifeProfile::new(&layers, &[Weights::mean(2, 0)])?.swap_remove(0))
    }

    #[test]
    fn layers_are_chosen_and_scored_as_elsewhere() -> Result<(), Error> {
        let profile = profile(&layers(4)?)?;
        let views: Vec<_> = profile.layers().iter().map(Jackknife::by_fold).collect();
        let by_fold = stack(Axis(0), &views).expect("layers share their folds");
        let chosen = chosen_layers(by_fold.view());
        assert_eq!(profile.chosen(), chosen);
        assert_abs_diff_eq!(profile.chosen_score().value(), chosen_score(by_fold.view(), &chosen), epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn the_slope_is_that_of_least_squares() -> Result<(), Error> {
        let profile = profile(&layers(4)?)?;
        let points = profile.layers().iter().enumerate().map(|(l, score)| (l as f64 / 3.0, score.value()));
        let line = Trend::through(&points.collect::<Vec<_>>())?;
        let slope = profile.slope()?.estimate();
        assert_abs_diff_eq!(slope.value, line.slope, epsilon = 1e-12);
        assert!(slope.low > 0.0 && slope.low < slope.value && slope.value < slope.high);
        Ok(())
    }

    /// With three layers the slope is the last less the first, interval and all.
    #[test]
    fn the_slope_of_three_layers_is_a_difference() -> Result<(), Error> {
        let profile = profile(&layers(3)?)?;
        let difference = profile.layers()[2].minus(&profile.layers()[0]).estimate();
        let slope = profile.slope()?.estimate();
        assert_abs_diff_eq!(slope.value, difference.value, epsilon = 1e-12);
        assert_abs_diff_eq!(slope.low, difference.low, epsilon = 1e-12);
        assert_abs_diff_eq!(slope.high, difference.high, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn too_few_layers_are_refused() -> Result<(), Error> {
        assert!(matches!(profile(&layers(2)?)?.slope(), Err(Error::Trend { points: 2 })));
        assert!(matches!(profile(&[]), Err(Error::Entries { .. })));
        Ok(())
    }
}
