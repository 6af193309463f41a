//! Scores of layers as they are, and cut to a common number of components.

use gyrus_encoding::{Dimension, Reduced, rank_correlation};
use ndarray::Array1;
use rayon::prelude::*;

use super::found::{LayerDimensions, ModelDimensions};
use crate::Error;
use crate::desk::Desk;
use crate::steps::averages::Averages;
use crate::steps::clock::Panel;
use crate::steps::extraction::Variant;
use crate::steps::layers::Layers;
use crate::steps::scores::{Fitted, Predictors};

/// The scores of every layer of a model variant on the group, as it is and cut.
pub struct Profiles {
    whole: Vec<Vec<Fitted>>,
    cut: Vec<Vec<Fitted>>,
}

impl Profiles {
    /// Fits every layer of a variant on `group`, whole and cut to `matched` components.
    ///
    /// # Errors
    /// A file of states that cannot be read, or a fit that fails.
    pub fn of(desk: &Desk, (name, variant): (&str, Variant), matched: usize, group: &Panel) -> Result<Self, Error> {
        let layers = Layers::open(desk, (name, variant, desk.study.words.main))?;
        let plan = (desk.design, &desk.study.encoding);
        let fit = |layer: &Reduced| Ok::<_, Error>(vec![Fitted::layer(plan, layer, Predictors::Joint, group)?]);
        let both = |layer: usize| {
            let layer = layers.layer(layer)?;
            let cut = match desk.study.encoding.components.is_some_and(|most| matched >= most) {
                true => layer.clone(),
                false => desk.design.cut(&layer, matched)?,
            };
            Ok((fit(&layer)?, fit(&cut)?))
        };
        let fitted: Vec<_> = (0..layers.n_layers()).into_par_iter().map(both).collect::<Result<_, Error>>()?;
        let (whole, cut) = fitted.into_iter().unzip();
        Ok(Self { whole, cut })
    }

    /// What is told of the variant, whose layers have these dimensions and need so many components.
    ///
    /// # Errors
    /// Results of different folds.
    pub fn model(
        &self,
        (name, variant): (&str, Variant),
        (dimensions, needed): (Vec<Dimension>, Vec<usize>),
        averages: &Averages,
    ) -> Result<ModelDimensions, Error> {
        let (whole, cut) = (averages.over_regions(&self.whole)?, averages.over_regions(&self.cut)?);
        let layers = dimensions.into_iter().zip(needed).zip(whole.layers().iter().zip(cut.layers()));
        let layers: Vec<LayerDimensions> = layers
            .map(|((dimension, needed), (score, matched))| LayerDimensions {
                dimension,
                needed,
                score: score.estimate(),
                matched: matched.estimate(),
            })
            .collect();
        let (score, matched) = (whole.chosen_score(), cut.chosen_score());
        Ok(ModelDimensions {
            name: name.to_owned(),
            variant: variant.name(),
            correlations: correlations(&layers),
            layers,
            score: score.estimate(),
            matched_score: matched.estimate(),
            difference: matched.minus(&score).estimate(),
        })
    }
}

/// Rank correlations over layers that are defined.
fn correlations(layers: &[LayerDimensions]) -> [[f64; 2]; 3] {
    let scores: [fn(&LayerDimensions) -> f64; 2] = [|layer| layer.score.value, |layer| layer.matched.value];
    std::array::from_fn(|measure| scores.map(|score| correlation(layers, |layer| layer.measures()[measure], score)))
}

fn correlation(
    layers: &[LayerDimensions],
    a: impl Fn(&LayerDimensions) -> f64,
    b: impl Fn(&LayerDimensions) -> f64,
) -> f64 {
    let pairs = layers.iter().map(|layer| (a(layer), b(layer))).filter(|(a, b)| a.is_finite() && b.is_finite());
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.unzip();
    rank_correlation(Array1::from(a).view(), Array1::from(b).view())
}
