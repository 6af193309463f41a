//! Whether targets farther from auditory cortex peak in deeper layers: `hierarchy.parquet` and `hierarchy.json`.

mod places;
mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{FoldScores, Reliability, baseline};
use serde::{Deserialize, Serialize};

pub use self::places::{places, with_targets};
pub use self::section::{section, warnings};
use crate::Error;
use crate::desk::Desk;
use crate::hierarchy::{Alignment, Depths, Place, TargetDepth};
use crate::steps::averages::split;
use crate::steps::fits::{self, Job};
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
/// Fits that cannot be read, or controls that cannot be fitted.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings = format!("{} {:?} {:?}", study.inference.draws, study.words, study.targets());
    let inputs = format!("{} {}", desk.analysis_key(), desk.models_key());
    let mut files = Vec::new();
    for name in study.names() {
        files.extend(fits::files(desk, name, |job| job == Job::main(study))?);
    }
    desk.step("hierarchy", &[&settings, &inputs, &desk.content_key(&files)], |desk| {
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
        let series = fits::series(desk, &panels, name, Job::main(desk.study))?;
        let layers: Vec<FoldScores> = series.fitted.iter().map(|panels| split(panels).0.scores.clone()).collect();
        found.models.push(model(desk, name, (&places, &found.patients), (&layers, controls))?);
    }
    Ok(found)
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
