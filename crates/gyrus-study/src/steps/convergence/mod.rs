//! Whether the models that predict text best are more alike than those that do worst: `convergence.json`.

mod section;

use std::path::PathBuf;

use gyrus_similarity::{Convergence, convergence, layer_for_layer, placed_by_depth, placed_by_peak};
use ndarray::{Array2, s};
use serde::{Deserialize, Serialize};

pub use self::section::section;
use crate::Error;
use crate::desk::Desk;
use crate::steps::encoding::SUMMARY;
use crate::steps::similarity::{self, Compared, Similarity};
use crate::steps::text::{self, TextScore};
use crate::store::{read_json, write_json};
use crate::summary::Summary;

/// The file of the step, within the results.
pub const FILE: &str = "convergence.json";

/// Most models that are the best, where the study names no number.
const MOST: usize = 5;

/// Assignments of best and worst that a test looks at, at most.
const ASSIGNMENTS: usize = 9999;

/// The findings of the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convergences {
    /// Trained language models, those that need the fewest bits per character first.
    pub models: Vec<String>,
    /// How many are the best, and as many the worst.
    pub best: usize,
    /// Layers at the same relative depth; none for fewer than four models.
    pub by_depth: Option<Compare>,
    /// Layers at the same place about the layer that predicts the brain best.
    pub by_peak: Option<Compare>,
}

/// The best models against the worst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// Mean CKA, layer for layer, of pairs of the best models.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub within_best: f64,
    /// The same of pairs of the worst.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub within_worst: f64,
    /// The same of one of the best and one of the worst.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub between: f64,
    /// One-sided p that the best are more alike, over assignments of models.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub p: f64,
    /// Assignments that were looked at.
    pub assignments: usize,
}

/// Runs the step.
///
/// # Errors
/// A result of an earlier step that is missing or cannot be understood.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let inputs = desk.content_key(&[similarity::FILES[1], SUMMARY, text::FILE].map(PathBuf::from));
    let settings = format!("{:?} {}", desk.study.similarity, desk.study.seed);
    desk.step("convergence", &[&settings, &inputs], |desk| {
        write_json(&desk.path(FILE), &found(desk)?)?;
        Ok(vec![PathBuf::from(FILE)])
    })
}

fn found(desk: &Desk) -> Result<Convergences, Error> {
    let similarity: Similarity = read_json(&desk.path(similarity::FILES[1]))?;
    let summary: Summary = read_json(&desk.path(SUMMARY))?;
    let mut text: Vec<TextScore> = read_json(&desk.path(text::FILE))?;
    text.sort_by(|a, b| a.bits_per_character.total_cmp(&b.bits_per_character));
    let best = desk.study.similarity.best.unwrap_or((text.len() / 2).min(MOST));
    let quality: Vec<f64> = text.iter().map(|model| -model.bits_per_character).collect();
    let names: Vec<String> = text.into_iter().map(|model| model.model).collect();
    let compared = |places: &dyn Fn(&str, usize) -> Vec<f64>| {
        let alike = between_models(&similarity, &names, places);
        convergence(alike.view(), &quality, best, ASSIGNMENTS, desk.study.seed).ok().map(Compare::from)
    };
    let peak = |name: &str| {
        let model = summary.models.iter().find(|model| model.name == name);
        model.and_then(|model| model.peaks.last()).map(|peak| peak.layer as f64)
    };
    let by_peak =
        |name: &str, layers| peak(name).map_or_else(|| placed_by_depth(layers), |peak| placed_by_peak(layers, peak));
    Ok(Convergences {
        best,
        by_depth: compared(&|_, layers| placed_by_depth(layers)),
        by_peak: compared(&by_peak),
        models: names,
    })
}

/// CKA of trained models, layer for layer, whose layers stand at `places`, `(models, models)`.
fn between_models(found: &Similarity, names: &[String], places: &dyn Fn(&str, usize) -> Vec<f64>) -> Array2<f64> {
    let n = found.debiased.len();
    let cka = Array2::from_shape_fn((n, n), |(i, j)| found.debiased[i][j].unwrap_or(f64::NAN));
    let ranges = Compared::places(&found.models);
    let layers = |name: &String| {
        let at = found.models.iter().position(|model| model.name == *name && !model.untrained);
        at.map_or(0..0, |at| ranges[at].clone())
    };
    Array2::from_shape_fn((names.len(), names.len()), |(a, b)| {
        let [rows, columns] = [a, b].map(|model| layers(&names[model]));
        let between = cka.slice(s![rows.clone(), columns.clone()]);
        layer_for_layer(between, &places(&names[a], rows.len()), &places(&names[b], columns.len()))
    })
}

impl From<Convergence> for Compare {
    fn from(found: Convergence) -> Self {
        let Convergence { within_best, within_worst, between, p, assignments, .. } = found;
        Self { within_best, within_worst, between, p, assignments }
    }
}
