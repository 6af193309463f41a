//! What was planted in simulated recordings against what was found of it: `truth.parquet` and `truth.json`.
//!
//! No other step opens the truth; this one comes after all that may not know it.

mod detection;
mod electrode;
mod gather;
mod lags;
mod peaks;
mod planted;
mod reached;
mod section;
mod slopes;
mod table;
mod verdicts;

use std::path::PathBuf;

use gyrus_encoding::Estimate;
use serde::{Deserialize, Serialize};

pub use self::detection::Detection;
use self::electrode::{Electrode, LEVEL};
use self::gather::Results;
pub use self::lags::Latencies;
pub use self::peaks::Peaks;
pub use self::reached::Reached;
pub use self::section::{figures, section};
use self::slopes::Draws;
pub use self::slopes::Slopes;
use crate::Error;
use crate::desk::Desk;
use crate::settings::{MapName, Study};
use crate::steps::encoding::SUMMARY;
use crate::steps::{hierarchy, lags as lag_map, simulation};
use crate::store::write_json;
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["truth.parquet", "truth.json"];

/// What was planted and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Name of the planted features.
    pub features: String,
    /// Where in the cortex which levels are heard.
    pub map: MapName,
    /// Electrodes, and those that hear.
    pub electrodes: usize,
    /// See `electrodes`.
    pub hearing: usize,
    /// Peak depth against distance.
    pub slopes: Slopes,
    /// Peaks level by level.
    pub peaks: Peaks,
    /// When electrodes answer; none in a study of one lag.
    pub latencies: Option<Latencies>,
    /// Every model and set of features.
    pub detection: Vec<Detection>,
    /// Scores against ceilings.
    pub reached: Reached,
    /// Language models.
    pub models: Vec<String>,
    /// Those whose peak layers follow distance with p of at most .05 (distances change places within patients).
    pub aligned: Vec<String>,
    /// r of the controls, mean over targets.
    pub controls: Estimate,
    /// Each target that responds.
    pub points: Vec<Point>,
}

/// A target that responds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Millimetres from primary auditory cortex.
    pub distance: f64,
    /// Depth of its true peak; none of one that hears nothing.
    pub planted: Option<f64>,
    /// Depth at which its peak is found.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub found: f64,
}

/// Whether `study` asks: its recordings are simulated, and the planted levels are among its features.
pub fn asked(study: &Study) -> bool {
    features(study).is_some()
}

/// Name of the planted features.
fn features(study: &Study) -> Option<&str> {
    study.simulation.as_ref()?.levels.as_deref()
}

/// Runs the step, where the study asks for it.
///
/// # Errors
/// A result of an earlier step that is missing or cannot be understood.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let Some(features) = features(study) else { return Ok(()) };
    let read = [SUMMARY, hierarchy::FILES[1], lag_map::FILES[2]].map(PathBuf::from);
    let inputs = desk.content_key(&[&read[..], &[simulation::truth()]].concat());
    let settings = format!("{features} {:?} {} {}", study.lags, study.inference.draws, study.seed);
    desk.step("truth", &[&settings, &inputs, &desk.material.data_hash, &desk.models_key()], |desk| {
        let results = Results::read(desk, features)?;
        let electrodes = results.electrodes(desk)?;
        write_table(&desk.path(FILES[0]), table::electrodes(&electrodes))?;
        write_json(&desk.path(FILES[1]), &found(desk, &results, &electrodes)?)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn found(desk: &Desk, results: &Results, electrodes: &[Electrode]) -> Result<Found, Error> {
    let study = desk.study;
    let planted = results.hierarchy()?;
    let (places, patients, _) = hierarchy::places(&desk.material.story.listeners, study.targets());
    let peaks: Vec<_> = places.iter().zip(planted.targets.iter().map(|target| target.peak.value)).collect();
    // As the step `hierarchy` draws.
    let draws = Draws { patients: &patients, draws: study.inference.draws, seed: study.seed.wrapping_add(4) };
    let models: Vec<String> = study.models.iter().map(|model| model.name.clone()).collect();
    let follows = |name: &&String| results.p_of_alignment(name) <= LEVEL;
    let point = |electrode: &Electrode| {
        let (distance, planted) = (electrode.planted.distance, electrode.planted.peak_depth());
        electrode.responsive().map(|found| Point { distance, planted, found: found.peak.value })
    };
    Ok(Found {
        features: results.features.clone(),
        map: results.planted.map,
        electrodes: electrodes.len(),
        hearing: electrodes.iter().filter(|electrode| electrode.planted.hears()).count(),
        slopes: Slopes::of(electrodes, &peaks, &planted.peaks, draws),
        peaks: Peaks::of(electrodes),
        latencies: study.lags.as_ref().and_then(|lags| Latencies::of(electrodes, &lags.lags())),
        detection: results.summary.models.iter().map(|model| Detection::of(electrodes, model)).collect(),
        reached: Reached::of(electrodes),
        aligned: models.iter().filter(follows).cloned().collect(),
        models,
        controls: results.controls()?,
        points: electrodes.iter().filter_map(point).collect(),
    })
}
