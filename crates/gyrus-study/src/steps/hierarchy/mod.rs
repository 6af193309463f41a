//! Whether targets farther from auditory cortex peak in deeper layers: `hierarchy.parquet` and `hierarchy.json`.

mod places;
mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{Encoder, FoldScores, Reliability, baseline};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use self::places::{places, with_targets};
pub use self::section::{section, warnings};
use crate::Error;
use crate::hierarchy::{Alignment, Depths, Place, TargetDepth};
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
    let rule = desk.study.encoding.rule(&group.groups);
    let score = |layer| {
        let layer = layers.layer(layer)?;
        let encoder = Encoder::new(desk.design, &layer, Some(group.controls.view()))?;
        Ok(encoder.encode(group.responses.view(), &rule)?)
    };
    (0..layers.n_layers()).into_par_iter().map(score).collect()
}

fn model(
    desk: &Desk,
    name: &str,
    (places, patients): (&[Place], &[String]),
    (layers, (controls, controlled)): (&[FoldScores], (&FoldScores, bool)),
) -> Result<ModelHierarchy, Error> {
    let (draws, seed) = (desk.study.inference.draws, desk.study.seed);
    let floor = controlled.then_some(controls);
    let Depths { targets, peaks, centres, reliability } = Depths::of((places, patients), layers, floor, draws, seed)?;
    Ok(ModelHierarchy { model: name.to_owned(), targets, peaks, centres, reliability })
}
