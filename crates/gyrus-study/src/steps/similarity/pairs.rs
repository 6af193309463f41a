//! What the similarities of layers say of two models.

use std::ops::Range;

use gyrus_encoding::{Estimate, jackknife_error, p_value};
use gyrus_similarity::{CkaMatrix, Correspondence, correspondence, layer_for_layer, placed_by_depth};
use ndarray::{Array2, Array3, ArrayView2, Axis, s};
use serde::{Deserialize, Serialize};

/// Two models, layer for layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelPair {
    /// Places of the two among the models, the first before the second.
    pub models: [usize; 2],
    /// Mean debiased CKA of layers at the same depth.
    pub alike: Estimate,
    /// The mean of that over shifts of one model's rows: what the smoothness of both alone gives.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub chance: f64,
    /// The share of shifts that are at least as alike.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub p: f64,
    /// The layers of the first model among those of the second, then the other way.
    pub matches: [Matches; 2],
}

/// The most alike layer of another model for each layer of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matches {
    /// For each layer the other model's; none where no similarity is defined.
    pub best: Vec<Option<usize>>,
    /// Its similarity, undefined where there is none.
    pub similarity: Vec<Option<f64>>,
    /// Slope of the depth of the match on the layer's own depth.
    pub slope: Estimate,
    /// Mean distance of the matches from the same depth, in parts of depth.
    pub deviation: Estimate,
}

/// Every pair of models whose layers stand at `places` of `cka` and of its `null`, `(shifts, layers, layers)`.
pub fn model_pairs(places: &[Range<usize>], cka: &CkaMatrix, null: &Array3<f64>) -> Vec<ModelPair> {
    let pairs = (0..places.len()).flat_map(|a| (a + 1..places.len()).map(move |b| [a, b]));
    pairs.map(|pair| model_pair(pair, places, cka, null)).collect()
}

fn model_pair(models: [usize; 2], places: &[Range<usize>], cka: &CkaMatrix, null: &Array3<f64>) -> ModelPair {
    let [a, b] = models.map(|model| places[model].clone());
    let block = |all: ArrayView2<f64>| all.slice(s![a.clone(), b.clone()]).to_owned();
    let between = block(cka.debiased.view());
    let without: Vec<Array2<f64>> = without_group(cka).iter().map(|all| block(all.view())).collect();
    let depths = [&a, &b].map(|layers| placed_by_depth(layers.len()));
    let alike = |between: &Array2<f64>| layer_for_layer(between.view(), &depths[0], &depths[1]);
    let error = jackknife_error(&without.iter().map(alike).collect::<Vec<_>>());
    let value = alike(&between);
    let moved: Vec<f64> = null.axis_iter(Axis(0)).map(|all| alike(&block(all))).collect();
    let turned: Vec<Array2<f64>> = without.iter().map(|between| between.t().to_owned()).collect();
    ModelPair {
        models,
        alike: Estimate::of_correlation(value, error, without.len().saturating_sub(1)),
        chance: moved.iter().sum::<f64>() / moved.len() as f64,
        p: p_value(value, &moved),
        matches: [Matches::new(between.view(), &without), Matches::new(between.t(), &turned)],
    }
}

/// The similarities without each group of rows; none where there are no groups.
fn without_group(cka: &CkaMatrix) -> &[Array2<f64>] {
    cka.errors.as_ref().map_or(&[], |errors| &errors.without_group)
}

impl Matches {
    fn new(between: ArrayView2<f64>, without: &[Array2<f64>]) -> Self {
        let Correspondence { best, similarity, slope, deviation } = correspondence(between);
        let without: Vec<Correspondence> = without.iter().map(|between| correspondence(between.view())).collect();
        let estimate = |value: f64, of: fn(&Correspondence) -> f64| {
            let error = jackknife_error(&without.iter().map(of).collect::<Vec<_>>());
            Estimate::symmetric(value, error, without.len().saturating_sub(1))
        };
        Self {
            slope: estimate(slope, |found| found.slope),
            deviation: estimate(deviation, |found| found.deviation),
            similarity: similarity.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect(),
            best,
        }
    }
}
