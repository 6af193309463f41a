//! What must predict little or nothing, through the very same folds: `canaries.json` and `canaries.parquet`.

mod against;
mod found;
mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{Reduced, position_features};
use ndarray::{Array2, Axis};

use self::against::Against;
pub use self::found::Found;
use self::found::{Canary, Kind};
pub use self::section::{section, warnings};
use crate::Error;
use crate::desk::Desk;
use crate::settings::Study;
use crate::steps::clock::{Clock, ControlPart};
use crate::steps::encoding::SUMMARY;
use crate::steps::fits::{self, Job};
use crate::store::{read_json, write_json};
use crate::summary::{ModelSummary, Summary};
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["canaries.parquet", "canaries.json"];

/// Most bumps of the position features.
const BUMPS: usize = 500;

/// Name of the step.
const STEP: &str = "canaries";

/// What decides every number of the step.
fn settings(desk: &Desk) -> String {
    let study = desk.study;
    format!(
        "{:?} {:?} {:?} {:?} {}",
        study.inference,
        study.canaries,
        study.words,
        study.targets(),
        desk.analysis_key()
    )
}

/// The models that are asked about shuffled words.
fn shuffled(study: &Study) -> impl Iterator<Item = &str> {
    study.models.iter().map(|model| model.name.as_str()).filter(|_| study.canaries.shuffled_words)
}

/// Runs the step.
///
/// # Errors
/// A result of an earlier step that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let inputs = format!("{} {}", settings(desk), desk.models_key());
    let asked = [Job::main(desk.study), Job::shuffled(desk.study)];
    let mut files = vec![PathBuf::from(SUMMARY)];
    for model in shuffled(desk.study) {
        files.extend(fits::files(desk, model, |job| asked.contains(&job))?);
    }
    desk.step(STEP, &[&inputs, &desk.content_key(&files)], |desk| {
        let found = find(desk)?;
        write_table(&desk.path(FILES[0]), table::canaries(&found))?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn find(desk: &Desk) -> Result<Found, Error> {
    let summary: Summary = read_json(&desk.path(SUMMARY))?;
    let against = Against::new(desk)?;
    let autocorrelation_rows = summary.autocorrelation_rows;
    let mut canaries = vec![against.position(&position(desk.clock, autocorrelation_rows))?];
    canaries.extend(against.all_controls());
    for part in ControlPart::ALL {
        canaries.extend(against.group(part)?);
    }
    canaries.extend(summary.models.iter().filter_map(twins));
    for model in shuffled(desk.study) {
        canaries.push(against.shuffled(desk, model)?);
    }
    canaries.extend(summary.models.iter().map(shifted));
    Ok(Found { autocorrelation_rows, canaries })
}

/// Ramps and bumps over the rows of each run, `(rows, columns)`, as a whole in the unit of their root mean variance.
///
/// A bump is as wide as the responses are like themselves, so that what leaks across a gap which is too short is seen;
/// there are no principal components, which would throw away the bumps beside the held-out rows.
fn position(clock: &Clock, autocorrelation_rows: usize) -> Reduced {
    let width = (autocorrelation_rows as f64 / 2.0).max(2.0);
    let every = ((1.5 * width) as usize).max(clock.len().div_ceil(BUMPS));
    let features = position_features(clock.len(), clock.runs().stretches(), width, every);
    let centred: Array2<f64> = &features - &features.mean_axis(Axis(0)).expect("there are rows");
    let unit = (centred.mapv(|x| x * x).sum() / centred.len().max(1) as f64).sqrt();
    Reduced::Same(centred / if unit > 0.0 { unit } else { 1.0 })
}

/// The untrained twins, as the summary has them.
fn twins(model: &ModelSummary) -> Option<Canary> {
    let adds = Some(model.twin_over_controls?);
    Some(Canary { score: model.twin_score, adds, ..Canary::new(Kind::Twins, Some(&model.name)) })
}

/// The mean of the null, without an interval, beside what was found.
fn shifted(model: &ModelSummary) -> Canary {
    let null = &model.shifted;
    let mean = gyrus_encoding::Estimate { value: null.mean, low: null.mean_low, high: null.mean_high };
    Canary {
        adds: Some(mean),
        p: Some(model.over_controls.p),
        beside: Some(model.over_controls.difference),
        quantile: Some(null.quantile),
        ..Canary::new(Kind::ShiftedRecording, Some(&model.name))
    }
}
