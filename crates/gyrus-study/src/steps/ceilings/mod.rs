//! What the recordings themselves allow, where they allow to know, and scores as parts of it: `ceilings.parquet`.
//!
//! A score is divided only by a ceiling of its own unit: that of single listeners by what single listeners share, that of
//! the mean recording by what their mean holds of it, that of a listener by that listener's repeats.

mod section;
mod table;

use std::path::PathBuf;

use gyrus_encoding::{Ceiling, Estimate, Response, Stretches, average};
use ndarray::{Array1, Array2, ArrayView2, Axis, stack};
use serde::{Deserialize, Serialize};

pub use self::section::section;
use crate::Error;
use crate::desk::Desk;
use crate::settings::Targets;
use crate::steps::clock::MEAN;
use crate::steps::encoding::SUMMARY;
use crate::store::{read_json, write_json};
use crate::summary::{ModelSummary, Summary};
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["ceilings.parquet", "ceilings.json"];

/// Every ceiling that there is, with the scores that it bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceilings {
    /// None where each stimulus was heard once and no targets are shared.
    pub found: Vec<Found>,
}

/// One ceiling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Whose scores it bounds.
    pub subject: String,
    /// The estimator in words.
    pub estimator: String,
    /// What its scores are an r with.
    pub unit: String,
    /// Name of each target.
    pub targets: Vec<String>,
    /// The ceiling of each target; not above 0 where nothing is shared.
    pub ceilings: Vec<Estimate>,
    /// One entry per model.
    pub models: Vec<Normalised>,
}

/// A model's scores at its chosen layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Normalised {
    /// Name of the model.
    pub name: String,
    /// r of each target.
    pub scores: Vec<Estimate>,
    /// r / ceiling of each target, never clamped; undefined where the ceiling is not positive. The interval is that of r,
    /// divided: it does not hold what is not known of the ceiling.
    pub normalised: Vec<Estimate>,
    /// Mean of the scores, and of the normalised ones, over targets that are defined.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub mean_score: f64,
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    /// Likewise.
    pub mean_normalised: f64,
    /// Targets whose ceiling is undefined or not positive.
    pub without_ceiling: usize,
}

/// Runs the step.
///
/// # Errors
/// A result of the encoding step that cannot be read, or signals that are not of one shape.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings = format!("{:?} {:?} {:?}", study.ceiling, study.inference.draws, study.targets());
    let scores = desk.content_key(&[PathBuf::from(SUMMARY)]);
    desk.step("ceilings", &[&settings, &desk.analysis_key(), &desk.models_key(), &scores], |desk| {
        let ceilings = ceilings(desk, &read_json(&desk.path(SUMMARY))?)?;
        write_table(&desk.path(FILES[0]), table::table(&ceilings))?;
        write_json(&desk.path(FILES[1]), &ceilings)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// Of listeners who share their targets, then of those who heard everything several times.
fn ceilings(desk: &Desk, summary: &Summary) -> Result<Ceilings, Error> {
    let (study, listeners) = (desk.study, &desk.material.story.listeners);
    let stretches = Stretches { length: study.encoding.block, draws: study.inference.draws, seed: study.seed };
    let mut found = Vec::new();
    if study.targets() == Targets::Shared && listeners.len() > 1 {
        let signals = listeners.iter().map(|heard| desk.clock.signal(heard)).collect::<Result<Vec<_>, _>>()?;
        let views: Vec<ArrayView2<f64>> = signals.iter().map(Array2::view).collect();
        let single = study.ceiling.listeners.ceiling(&views, &stretches)?;
        found.push(Found::of("single listeners", &single, summary, &|model| &model.targets_over_listeners)?);
        let together = of_mean(desk, &stretches)?;
        let mut together = Found::of(MEAN, &together, summary, &|model| &model.targets)?;
        together.estimator = "root of explainable variance, listeners taken for repeats".into();
        together.unit = format!("r with the mean of {} listeners", listeners.len());
        found.push(together);
    }
    for (at, heard) in listeners.iter().enumerate().filter(|(_, heard)| !heard.repeats.is_empty()) {
        let repeats = desk.clock.repeats(heard)?;
        let views: Vec<ArrayView2<f64>> = repeats.iter().map(Array2::view).collect();
        let ceiling = study.ceiling.repeats.ceiling(&views, study.ceiling.responses_are, &stretches)?;
        let mut own = Found::of(heard.subject(), &ceiling, summary, &|model| &model.targets_listeners[at])?;
        own.targets = heard.recording.targets().to_vec();
        found.push(own);
    }
    Ok(Ceilings { found })
}

/// The ceiling of the mean recording: what listeners share is signal, the rest is noise that the mean has less of.
fn of_mean(desk: &Desk, stretches: &Stretches) -> Result<Ceiling, Error> {
    let panels = desk.clock.panels(&desk.material.story.listeners)?;
    let listeners = panels.split_last().map_or(&[][..], |(_, listeners)| listeners);
    let views: Vec<ArrayView2<f64>> = listeners.iter().map(|panel| panel.responses.view()).collect();
    let cube = stack(Axis(0), &views).expect("listeners share their rows and targets");
    Ok(Ceiling::signal_power(cube.view(), Response::MeanOfRepeats, stretches)?)
}

impl Found {
    fn of(
        subject: &str,
        ceiling: &Ceiling,
        summary: &Summary,
        scores: &dyn Fn(&ModelSummary) -> &Vec<Estimate>,
    ) -> Result<Self, Error> {
        let models = summary.models.iter().map(|model| Normalised::of(&model.name, ceiling, scores(model)));
        Ok(Self {
            subject: subject.to_owned(),
            estimator: ceiling.estimator().to_owned(),
            unit: ceiling.unit(),
            targets: summary.regions.clone(),
            ceilings: ceiling.r().unwrap_or_default().to_vec(),
            models: models.collect::<Result<_, _>>()?,
        })
    }
}

impl Normalised {
    fn of(name: &str, ceiling: &Ceiling, scores: &[Estimate]) -> Result<Self, Error> {
        let column = |pick: &dyn Fn(&Estimate) -> f64| scores.iter().map(pick).collect::<Array1<f64>>();
        let divided = |pick: &dyn Fn(&Estimate) -> f64| ceiling.normalise(column(pick).view());
        let [values, low, high] = [divided(&|e| e.value)?, divided(&|e| e.low)?, divided(&|e| e.high)?];
        let without_ceiling = values.as_ref().map_or(scores.len(), |values| values.without_ceiling);
        let of = |column: Option<gyrus_encoding::Normalised>| column.map_or(Array1::default(0), |found| found.scores);
        let (values, low, high) = (of(values), of(low), of(high));
        let mean = |values: &Array1<f64>| average(values.view(), Array1::ones(values.len()).view());
        let bounds = values.iter().zip(low.iter().zip(&high));
        Ok(Self {
            name: name.to_owned(),
            scores: scores.to_vec(),
            mean_score: mean(&column(&|e| e.value)),
            mean_normalised: mean(&values),
            normalised: bounds.map(|(&value, (&low, &high))| Estimate { value, low, high }).collect(),
            without_ceiling,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64) -> Estimate {
        Estimate { value, low: value - 0.1, high: value + 0.1 }
    }

    #[test]
    fn scores_and_their_bounds_are_divided_and_never_clamped() -> Result<(), Error> {
        let ceiling = Ceiling::LeaveOneOut { listeners: 3, r: vec![estimate(0.2), estimate(-0.1)] };
        let found = Normalised::of("m", &ceiling, &[estimate(0.3), estimate(0.3)])?;
        let first = found.normalised[0];
        assert!(
            (first.value - 1.5).abs() < 1e-12 && (first.low - 1.0).abs() < 1e-12 && (first.high - 2.0).abs() < 1e-12
        );
        assert!(found.normalised[1].value.is_nan());
        assert_eq!(found.without_ceiling, 1);
        // The mean of the normalised leaves out what has no ceiling, that of the scores does not.
        assert!((found.mean_normalised - 1.5).abs() < 1e-12 && (found.mean_score - 0.3).abs() < 1e-12);
        Ok(())
    }
}
