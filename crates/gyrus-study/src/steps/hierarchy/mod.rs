//! Whether targets farther from auditory cortex peak in deeper layers: `hierarchy.parquet` and `hierarchy.json`.

mod alignment;
mod places;
mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{
    Bootstrap, Encoder, Estimate, FoldScores, Profile, Reliability, Weights, baseline, peak_reliability,
};
use ndarray::{Array3, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use self::alignment::Alignment;
use self::places::{Place, places};
pub use self::section::{section, warnings};
use crate::Error;
use crate::run::Desk;
use crate::steps::clock::Panel;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::layers::Layers;
use crate::store::write_json;
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["hierarchy.parquet", "hierarchy.json"];

/// The findings as the report reads them; empty lists where no distance is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Whose targets have a distance, by name.
    pub patients: Vec<String>,
    /// Targets without a distance, in no number here.
    pub without_distance: usize,
    /// One entry per model.
    pub models: Vec<ModelHierarchy>,
}

/// One model at the main window, on top of the controls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelHierarchy {
    /// Name of the model.
    pub model: String,
    /// Each target with a distance.
    pub targets: Vec<TargetDepth>,
    /// Whether peak layers follow distance.
    pub peaks: Alignment,
    /// Whether centres of mass do.
    pub centres: Alignment,
    /// Whether the map of peak layers comes back in the other half of the folds.
    pub reliability: Reliability,
}

/// Where in a model a target is predicted best, as fractions of its depth: 0 is the first layer, 1 the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetDepth {
    /// Whose it is.
    pub subject: String,
    /// Its name.
    pub target: String,
    /// Millimetres from primary auditory cortex.
    pub distance: f64,
    /// Its peak layer; undefined where no layer is.
    pub peak: Estimate,
    /// The centre of mass of what layers add to the controls; undefined where no layer adds anything.
    pub centre: Estimate,
}

/// Runs the step; without distances it leaves empty results.
///
/// # Errors
/// A file of activations that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings = format!("{} {:?} {:?}", study.inference.draws, study.words, study.targets());
    let inputs = format!("{} {}", desk.analysis_key(), desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("hierarchy", &[&settings, &inputs, &states], |desk| {
        let found = find(desk)?;
        write_table(&desk.path(FILES[0]), table::depths(&found))?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn find(desk: &Desk) -> Result<Found, Error> {
    let listeners = &desk.material.story.listeners;
    let (places, patients, without_distance) = places(listeners, desk.study.targets());
    let mut found = Found { patients, without_distance, models: Vec::new() };
    if places.is_empty() {
        return Ok(found);
    }
    let panels = desk.clock.panels(listeners)?;
    let group = panels.last().expect("the group is always there");
    let controls = baseline(desk.design, group.controls.view(), group.responses.view())?;
    let controls = (&controls, group.controls.ncols() > 0);
    for name in desk.study.names() {
        let scores = scores(desk, group, name)?;
        found.models.push(model(desk, name, (&places, &found.patients), (&scores, controls))?);
    }
    Ok(found)
}

/// Each layer of a model on top of the controls, for every target of `group`.
fn scores(desk: &Desk, group: &Panel, model: &str) -> Result<Vec<FoldScores>, Error> {
    let layers = Layers::open(desk, (model, Variant::Trained, desk.study.words.main))?;
    let rule = desk.study.encoding.rule();
    let score = |layer| {
        let layer = layers.layer(layer)?;
        let encoder = Encoder::new(desk.design, &layer, Some(group.controls.view()))?;
        Ok(encoder.encode(group.responses.view(), &rule)?)
    };
    (0..layers.n_layers()).map(score).collect()
}

fn model(
    desk: &Desk,
    name: &str,
    (places, patients): (&[Place], &[String]),
    (layers, (controls, controlled)): (&[FoldScores], (&FoldScores, bool)),
) -> Result<ModelHierarchy, Error> {
    let (draws, seed) = (desk.study.inference.draws, desk.study.seed);
    // The draws of the peaks in the summary.
    let bootstrap = Bootstrap::new(controls, draws, seed);
    let floor = controlled.then_some(controls);
    let depths: Vec<TargetDepth> =
        places.par_iter().map(|place| place.depth(layers, floor, &bootstrap, &patients[place.patient])).collect();
    let alignment = |pick: fn(&TargetDepth) -> f64| {
        Alignment::of(places.iter().zip(depths.iter().map(pick)), patients, draws, seed.wrapping_add(4))
    };
    Ok(ModelHierarchy {
        model: name.to_owned(),
        peaks: alignment(|depth| depth.peak.value),
        centres: alignment(|depth| depth.centre.value),
        reliability: reliability(places, layers)?,
        targets: depths,
    })
}

/// Of the peak layers of `places` in the two halves of the folds.
fn reliability(places: &[Place], layers: &[FoldScores]) -> Result<Reliability, Error> {
    let columns: Vec<usize> = places.iter().map(|place| place.column).collect();
    let r: Vec<_> = layers.iter().map(|layer| layer.r().select(Axis(1), &columns)).collect();
    let folds = r.first().map_or(0, |r| r.nrows());
    let all = Array3::from_shape_fn((r.len(), folds, columns.len()), |(layer, fold, t)| r[layer][[fold, t]]);
    Ok(peak_reliability(all.view())?)
}

impl Place {
    /// Peak and centre of mass of this target in a model whose layers have `layers` scores.
    fn depth(
        &self,
        layers: &[FoldScores],
        controls: Option<&FoldScores>,
        bootstrap: &Bootstrap,
        subject: &str,
    ) -> TargetDepth {
        let only = |scores: &FoldScores| scores.only(self.column);
        let profile = |scores: &[FoldScores]| {
            Profile::new(scores, bootstrap, &[Weights::only(0, 1, bootstrap.draws())]).swap_remove(0)
        };
        let own: Vec<FoldScores> = layers.iter().map(only).collect();
        let floor = controls.map(|controls| profile(&[only(controls)]).layer(0));
        let joint = profile(&own);
        let (peak, centre) = (joint.peak(), joint.centre_of_mass(floor.as_ref()));
        let depth = |layer: f64| layer / layers.len().saturating_sub(1).max(1) as f64;
        let defined = own.iter().any(|layer| !layer.mean()[0].is_nan());
        let [value, low, high] = match defined {
            true => [peak.layer as f64, peak.low, peak.high].map(depth),
            false => [f64::NAN; 3],
        };
        TargetDepth {
            subject: subject.to_owned(),
            target: self.target.clone(),
            distance: self.distance,
            peak: Estimate { value, low, high },
            centre: Estimate { value: depth(centre.value), low: depth(centre.low), high: depth(centre.high) },
        }
    }
}
