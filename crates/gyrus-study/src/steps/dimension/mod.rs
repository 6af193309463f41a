//! How many dimensions layers fill, and how they score when all are cut to the same number: `dimension.parquet`.
//!
//! A layer may predict better than another only because it fills more dimensions, or fewer; these are the rival accounts.

mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{Dimension, Estimate, Reduced, rank_correlation};
use gyrus_types::Progress;
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::section::section;
use crate::activation_files::ActivationFile;
use crate::keep::Keep;
use crate::matrix_file::MatrixFile;
use crate::run::Desk;
use crate::steps::averages::Averages;
use crate::steps::clock::Panel;
use crate::steps::extraction::{Variant, activations_file, all_files, is_compared};
use crate::steps::layers::{COMPARED, Layers};
use crate::steps::scores::{Fitted, Predictors};
use crate::store::write_json;
use crate::tables::write_table;
use crate::{Error, Event};

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["dimension.parquet", "dimension.json"];

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimensions {
    /// Components that every layer was cut to.
    pub matched: usize,
    /// Whether the study asked for that number; else it is the least of what trained layers need on the rows of the analysis.
    pub asked: bool,
    /// Components of the analysis, where it has a number of them.
    pub components: Option<usize>,
    /// Components of the states that stand on disk, where they are not whole.
    pub kept: Option<usize>,
    /// The mean recording, or all targets.
    pub group: String,
    /// Each model trained, then its first twin, then features of any origin.
    pub models: Vec<ModelDimensions>,
}

/// One model variant at the main window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelDimensions {
    /// Name of the model.
    pub name: String,
    /// Name of the variant.
    pub variant: String,
    /// One entry per layer.
    pub layers: Vec<LayerDimensions>,
    /// Score of the layers chosen on other folds, mean over targets.
    pub score: Estimate,
    /// The same of cut layers, chosen anew.
    pub matched_score: Estimate,
    /// That less the score.
    pub difference: Estimate,
    /// Rank correlation over layers of the score and of the matched score with each dimension, as in [`MEASURES`].
    #[serde(deserialize_with = "undefined_or_not")]
    pub correlations: [[f64; 2]; 3],
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerDimensions {
    /// Over the words of the story.
    pub dimension: Dimension,
    /// Components that hold 95 % of the variance of the layer as the analysis reads it, the fewest over folds.
    pub needed: usize,
    /// r of controls and layer, mean over targets of the group.
    pub score: Estimate,
    /// The same with the layer cut to the common number of components.
    pub matched: Estimate,
}

/// The dimensions of a layer, in the order of [`ModelDimensions::correlations`].
pub const MEASURES: [&str; 3] = ["nearest neighbours", "participation ratio", "components for 95 %"];

/// Runs the step.
///
/// # Errors
/// A file of states that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let asked = format!("{:?} {:?} {:?}", study.dimension, study.words, study.targets());
    let states = desk.content_key(&all_files(desk));
    desk.step("dimension", &[&asked, &desk.analysis_key(), &desk.models_key(), &states], |desk| {
        let dimensions = dimensions(desk)?;
        write_table(&desk.path(FILES[0]), table::table(&dimensions))?;
        write_json(&desk.path(FILES[1]), &dimensions)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn dimensions(desk: &mut Desk) -> Result<Dimensions, Error> {
    let study = desk.study;
    let sources = sources(desk);
    let mut measured: Vec<Vec<Dimension>> = Vec::new();
    for (done, (name, variant)) in sources.iter().enumerate() {
        measured.push(of_words(desk, name, *variant)?);
        let progress = Progress { done: done as u64 + 1, total: sources.len() as u64 };
        (desk.on_event)(Event::Progress { step: "dimension".into(), progress, unit: "models" });
    }
    let needed = sources.iter().map(|source| needed(desk, *source)).collect::<Result<Vec<_>, _>>()?;
    let trained = sources.iter().zip(&needed).filter(|((_, variant), _)| *variant == Variant::Trained);
    let least = trained.flat_map(|(_, layers)| layers).copied().filter(|n| *n > 0).min();
    let most = study.encoding.components.unwrap_or(usize::MAX);
    let matched = study.dimension.components.or(least).unwrap_or(1).min(most);
    let panels = desk.clock.panels(&desk.material.story.listeners)?;
    let controls =
        panels.par_iter().map(|panel| Fitted::controls(desk.design, panel)).collect::<Result<Vec<_>, _>>()?;
    let averages = Averages::new(&controls, study.targets(), 0, study.seed);
    let group = panels.last().expect("the group is always there");
    let models = sources.iter().zip(measured.into_iter().zip(needed));
    let models =
        models.map(|(source, layers)| Profiles::of(desk, *source, matched, group)?.model(*source, layers, &averages));
    Ok(Dimensions {
        matched,
        asked: study.dimension.components.is_some(),
        components: study.encoding.components,
        kept: match study.words.keep {
            Keep::None => Some(COMPARED),
            Keep::Components(kept) => Some(kept),
            Keep::F32 | Keep::F16 => None,
        },
        group: group.name.clone(),
        models: models.collect::<Result<_, _>>()?,
    })
}

/// Trained models, each with its first twin, and features of any origin.
fn sources<'a>(desk: &Desk<'a>) -> Vec<(&'a str, Variant)> {
    let study = desk.study;
    let variants = || Variant::all(study.words.twins).filter(|variant| is_compared(*variant));
    let models = study.models.iter().flat_map(|model| variants().map(move |variant| (model.name.as_str(), variant)));
    models.chain(study.features.iter().map(|features| (features.name.as_str(), Variant::Trained))).collect()
}

/// The dimensions of every layer over all words of the story.
fn of_words(desk: &Desk, name: &str, variant: Variant) -> Result<Vec<Dimension>, Error> {
    let of = |states: Array2<f64>| Ok(Dimension::of(states.view())?);
    if let Some(features) = desk.study.features.iter().find(|features| features.name == name) {
        let file = MatrixFile::open(&features.file)?;
        return (0..file.len()).into_par_iter().map(|layer| of(file.matrix(layer))).collect();
    }
    let file = ActivationFile::open(&desk.path(activations_file(name, variant, desk.study.words.main)))?;
    (0..file.n_layers()).into_par_iter().map(|layer| of(file.layer(layer)?.mapv(f64::from))).collect()
}

/// Components that hold 95 % of the variance of every layer as the analysis reads it, on training rows.
fn needed(desk: &Desk, (name, variant): (&str, Variant)) -> Result<Vec<usize>, Error> {
    let layers = Layers::open(desk, (name, variant, desk.study.words.main))?;
    let of = |layer| Ok(desk.design.components_for(SHARE, &layers.layer(layer)?)?);
    (0..layers.n_layers()).map(of).collect()
}

/// The share of variance that [`needed`] components hold.
const SHARE: f64 = 0.95;

/// The scores of every layer of a model variant on the group, as it is and cut.
struct Profiles {
    whole: Vec<Vec<Fitted>>,
    cut: Vec<Vec<Fitted>>,
}

impl Profiles {
    fn of(desk: &Desk, (name, variant): (&str, Variant), matched: usize, group: &Panel) -> Result<Self, Error> {
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
        let fitted: Vec<_> = (0..layers.n_layers()).map(both).collect::<Result<_, Error>>()?;
        let (whole, cut) = fitted.into_iter().unzip();
        Ok(Self { whole, cut })
    }

    fn model(
        &self,
        (name, variant): (&str, Variant),
        (dimensions, needed): (Vec<Dimension>, Vec<usize>),
        averages: &Averages,
    ) -> Result<ModelDimensions, Error> {
        let mean = |layers: &[Vec<Fitted>]| Ok::<_, Error>(averages.places(layers)?.swap_remove(averages.regions()));
        let (whole, cut) = (mean(&self.whole)?, mean(&self.cut)?);
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

impl LayerDimensions {
    /// In the order of [`MEASURES`].
    pub fn measures(&self) -> [f64; 3] {
        let Dimension { two_nearest, participation_ratio, components } = self.dimension;
        [two_nearest.dimension, participation_ratio, components as f64]
    }
}

/// Numbers of which JSON writes the undefined ones as nothing.
fn undefined_or_not<'de, D: serde::Deserializer<'de>>(source: D) -> Result<[[f64; 2]; 3], D::Error> {
    let found = <[[Option<f64>; 2]; 3]>::deserialize(source)?;
    Ok(found.map(|pair| pair.map(|number| number.unwrap_or(f64::NAN))))
}
