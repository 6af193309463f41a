//! Scores by layer with their bootstrap draws, and the questions that are asked of them.
//!
//! Every answer carries its draws, so that differences between answers are paired draw by draw.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;

use crate::inference::bootstrap::{multinomial, quantile};
use crate::layers::selection::{chosen_layers, chosen_score};
use crate::{Bootstrap, Estimate, FoldScores, Peak, centre_of_mass};

/// Scores of the layers of one model, averaged over targets in one way.
#[derive(Debug, Clone)]
pub struct Profile {
    layers: Vec<Layer>,
    widening: f64,
}

/// r of one layer, averaged over targets, `(folds)`, and its draws, `(draws, folds)`.
#[derive(Debug, Clone)]
struct Layer {
    r: Array1<f64>,
    drawn: Array2<f64>,
}

/// How targets are averaged: `(targets)` for the value, `(draws, targets)` for the draws,
/// `(listeners, targets)` without each listener, where listeners are a sample.
#[derive(Debug, Clone)]
pub struct Weights {
    value: Array1<f64>,
    drawn: Array2<f64>,
    without: Array2<f64>,
}

/// A number and its counterpart in every bootstrap draw.
#[derive(Debug, Clone)]
pub struct Scored {
    value: f64,
    drawn: Array1<f64>,
}

impl Weights {
    /// The plain mean over `targets` targets.
    pub fn mean(targets: usize, draws: usize) -> Self {
        Self {
            value: Array1::ones(targets),
            drawn: Array2::ones((draws, targets)),
            without: Array2::zeros((0, targets)),
        }
    }

    /// One target alone.
    pub fn only(target: usize, targets: usize, draws: usize) -> Self {
        let value = Array1::from_shape_fn(targets, |t| if t == target { 1.0 } else { 0.0 });
        let drawn = value.broadcast((draws, targets)).expect("a row broadcasts to rows").to_owned();
        Self { value, drawn, without: Array2::zeros((0, targets)) }
    }

    /// The mean over listeners with `targets` targets each, side by side; every draw draws listeners with replacement,
    /// because targets of one listener are not independent.
    pub fn listeners(listeners: usize, targets: usize, draws: usize, seed: u64) -> Self {
        Self::own_targets(&vec![targets; listeners], draws, seed)
    }

    /// The same where listener i has `targets[i]` targets; every target weighs the same.
    pub fn own_targets(targets: &[usize], draws: usize, seed: u64) -> Self {
        let n = targets.len();
        let of: Vec<usize> = targets.iter().enumerate().flat_map(|(i, n)| std::iter::repeat_n(i, *n)).collect();
        let counts = multinomial(draws, n, &mut StdRng::seed_from_u64(seed));
        let drawn = Array2::from_shape_fn((draws, of.len()), |(draw, t)| counts[[draw, of[t]]]);
        let without = Array2::from_shape_fn((n, of.len()), |(out, t)| if of[t] == out { 0.0 } else { 1.0 });
        Self { value: Array1::ones(of.len()), drawn, without }
    }

    /// Target `target` of the `targets` that each of several listeners has, side by side: the mean over listeners, who are a
    /// sample. Nothing is drawn.
    pub fn same_target(target: usize, listeners: usize, targets: usize) -> Self {
        let is = |t: usize| if t % targets.max(1) == target { 1.0 } else { 0.0 };
        let others = |(out, t): (usize, usize)| if t / targets.max(1) == out { 0.0 } else { is(t) };
        Self {
            value: Array1::from_shape_fn(listeners * targets, is),
            drawn: Array2::zeros((0, listeners * targets)),
            without: Array2::from_shape_fn((listeners, listeners * targets), others),
        }
    }

    /// Of the value itself, `(targets)`.
    pub(crate) fn value(&self) -> ArrayView1<'_, f64> {
        self.value.view()
    }

    /// Without each listener, `(listeners, targets)`; no rows where listeners are not a sample.
    pub(crate) fn without(&self) -> ArrayView2<'_, f64> {
        self.without.view()
    }
}

impl Profile {
    /// The profiles of `scores`, one per layer, under the draws of `bootstrap`: one profile for each of `weights`.
    pub fn new<'a>(
        scores: impl IntoIterator<Item = &'a FoldScores>,
        bootstrap: &Bootstrap,
        weights: &[Weights],
    ) -> Vec<Self> {
        let scores: Vec<&FoldScores> = scores.into_iter().collect();
        let layers: Vec<Vec<Layer>> =
            scores.into_par_iter().map(|scores| Layer::averaged(scores, bootstrap, weights)).collect();
        let profile = |place: usize| Self {
            layers: layers.iter().map(|layer| layer[place].clone()).collect(),
            widening: bootstrap.widening(),
        };
        (0..weights.len()).map(profile).collect()
    }

    /// The score of layer `layer`: the mean over folds.
    pub fn layer(&self, layer: usize) -> Scored {
        self.along(&vec![layer; self.layers[layer].r.len()])
    }

    /// For every fold, the layer that is best on the other folds.
    pub fn chosen(&self) -> Vec<usize> {
        chosen_layers(self.by_fold().view())
    }

    /// The score of the layers chosen on other folds. The choice is that of the data and stays fixed over draws.
    pub fn chosen_score(&self) -> Scored {
        self.along(&self.chosen())
    }

    /// The best layer with its interval, a description and not a score.
    pub fn peak(&self) -> Peak {
        let scored: Vec<Scored> = (0..self.layers.len()).map(|layer| self.layer(layer)).collect();
        let profile: Array1<f64> = scored.iter().map(|layer| layer.value).collect();
        let widened: Vec<Array1<f64>> =
            scored.iter().map(|layer| layer.value + self.widening * (&layer.drawn - layer.value)).collect();
        let columns: Vec<ArrayView1<f64>> = widened.iter().map(Array1::view).collect();
        Peak::of(profile.view(), ndarray::stack(Axis(1), &columns).expect("every layer has the same draws").view())
    }

    /// The centre of mass of what the layers score beyond `floor`, such as the controls alone, or beyond 0, with its
    /// interval, which is percentiles of the widened draws; see [`centre_of_mass`]. A draw without any layer above the floor has none.
    pub fn centre_of_mass(&self, floor: Option<&Scored>) -> Estimate {
        let beyond = |score: Scored| floor.map_or(score.clone(), |floor| score.minus(floor));
        let above: Vec<Scored> = (0..self.layers.len()).map(|layer| beyond(self.layer(layer))).collect();
        let centre = |score: &dyn Fn(&Scored) -> f64| {
            let profile: Array1<f64> = above.iter().map(score).collect();
            centre_of_mass(profile.view())
        };
        let draws = above.first().map_or(0, |layer| layer.drawn.len());
        let widened = |draw: usize| centre(&|layer| layer.value + self.widening * (layer.drawn[draw] - layer.value));
        let mut drawn: Vec<f64> = (0..draws).map(widened).filter(|centre| !centre.is_nan()).collect();
        drawn.sort_by(f64::total_cmp);
        let [low, high] = [0.025, 0.975].map(|q| quantile(&drawn, q));
        Estimate { value: centre(&|layer| layer.value), low, high }
    }

    /// The mean over folds of the layer that `chosen` names for each fold.
    fn along(&self, chosen: &[usize]) -> Scored {
        let value = chosen_score(self.by_fold().view(), chosen);
        let columns = chosen.iter().enumerate().map(|(fold, &layer)| self.layers[layer].drawn.column(fold).to_owned());
        let drawn = columns.reduce(|sum, column| sum + column).unwrap_or_default() / chosen.len() as f64;
        Scored { value, drawn }
    }

    /// `(layers, folds)`.
    fn by_fold(&self) -> Array2<f64> {
        let folds = self.layers.first().map_or(0, |layer| layer.r.len());
        Array2::from_shape_fn((self.layers.len(), folds), |(layer, fold)| self.layers[layer].r[fold])
    }
}

impl Layer {
    /// r and its draws averaged over targets in each of the ways of `weights`; one fold is in memory at a time.
    fn averaged(scores: &FoldScores, bootstrap: &Bootstrap, weights: &[Weights]) -> Vec<Self> {
        let r = scores.r();
        let (draws, folds) = (bootstrap.draws(), r.nrows());
        let value = |weights: &Weights| r.rows().into_iter().map(|r| average(r, weights.value.view())).collect();
        let empty = |weights| Self { r: value(weights), drawn: Array2::zeros((draws, folds)) };
        let mut layers: Vec<Self> = weights.iter().map(empty).collect();
        for fold in 0..folds {
            let drawn = bootstrap.r(scores, fold);
            for (layer, weights) in layers.iter_mut().zip(weights) {
                layer.drawn.column_mut(fold).assign(&averages(drawn.view(), weights.drawn.view()));
            }
        }
        layers
    }
}

impl Scored {
    /// Their difference, draw by draw.
    pub fn minus(&self, other: &Self) -> Self {
        Self { value: self.value - other.value, drawn: &self.drawn - &other.drawn }
    }

    /// The mean of several, draw by draw; `None` of none.
    pub fn mean_of(several: &[Self]) -> Option<Self> {
        let n = several.len() as f64;
        let sum = several.iter().cloned().reduce(|a, b| Self { value: a.value + b.value, drawn: a.drawn + b.drawn })?;
        Some(Self { value: sum.value / n, drawn: sum.drawn / n })
    }

    /// The number itself.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The number with its 95 % interval.
    pub fn estimate(&self, bootstrap: &Bootstrap) -> Estimate {
        self.estimate_among(1, bootstrap)
    }

    /// The number with an interval that holds together with those of `comparisons` numbers in all 95 times in 100.
    pub fn estimate_among(&self, comparisons: usize, bootstrap: &Bootstrap) -> Estimate {
        bootstrap.estimate(self.value, self.drawn.view(), comparisons)
    }
}

/// The weighted mean of the defined values; NaN if none is.
pub fn average(values: ArrayView1<f64>, weights: ArrayView1<f64>) -> f64 {
    let defined = values.iter().zip(weights).filter(|(value, weight)| !value.is_nan() && **weight > 0.0);
    let (sum, weight) =
        defined.fold((0.0, 0.0), |(sum, total), (value, weight)| (sum + value * weight, total + weight));
    sum / weight
}

/// Row by row averages of `(draws, targets)`.
fn averages(values: ArrayView2<f64>, weights: ArrayView2<f64>) -> Array1<f64> {
    Zip::from(values.rows()).and(weights.rows()).map_collect(average)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Design, DesignParams, FeatureUnit, encode};

    /// Columns of numbers that look random.
    fn noise(columns: usize, seed: usize) -> Array2<f64> {
        Array2::from_shape_fn((120, columns), |(i, j)| (((i + 7) * (j + 3 + seed) * 7919) as f64).sin())
    }

    #[test]
    fn the_centre_of_mass_lies_at_the_one_layer_above_the_floor() -> Result<(), Box<dyn std::error::Error>> {
        let params = DesignParams {
            folds: 3,
            inner_folds: 3,
            gap: 0,
            penalties: "1e-2:1e2:5".parse()?,
            components: None,
            unit: FeatureUnit::Own,
            block: 10,
        };
        let design = Design::new(120, params)?;
        let heard = noise(2, 0);
        let y = (&heard.column(0) + &heard.column(1) + noise(1, 5).column(0)).insert_axis(Axis(1));
        let scores = |features: Array2<f64>| encode(&design, &design.reduce(features.view())?, None, y.view());
        let layers = [scores(noise(2, 11))?, scores(heard)?, scores(noise(2, 23))?];
        let bootstrap = Bootstrap::new(&layers[0], 50, 1);
        let profile = Profile::new(&layers, &bootstrap, &[Weights::only(0, 1, 50)]).remove(0);
        let floor = Scored { value: 0.4, drawn: Array1::from_elem(50, 0.4) };
        let centre = profile.centre_of_mass(Some(&floor));
        assert_eq!((centre.value, centre.low, centre.high), (1.0, 1.0, 1.0));
        let ceiling = Scored { value: 2.0, drawn: Array1::from_elem(50, 2.0) };
        assert!(profile.centre_of_mass(Some(&ceiling)).value.is_nan());
        let means: Array1<f64> = layers.iter().map(|layer| layer.mean()[0]).collect();
        assert_eq!(profile.centre_of_mass(None).value, centre_of_mass(means.view()));
        assert_eq!(average(array![1.0, f64::NAN].view(), array![1.0, 1.0].view()), 1.0);
        Ok(())
    }
}
