//! Layers against brains: the step that makes `scores.parquet`, `models.parquet`, `targets.parquet`, `layers.parquet`, `folds.parquet`
//! and `summary.json`.

use std::path::PathBuf;

use gyrus_encoding::{Reduced, correlation, inter_subject_correlation};
use ndarray::Axis;
use rayon::prelude::*;

use crate::Error;
use crate::fold_table::fold_table;
use crate::run::Desk;
use crate::settings::Targets;
use crate::steps::clock::Panel;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::inference::{Finding, Inference};
use crate::steps::layers::Layers;
use crate::steps::score_tables::{layer_table, model_table, score_table, target_table};
use crate::steps::scores::{Fitted, Predictors, Series, all_series};
use crate::store::write_json;
use crate::summary::{Refused, Summary};
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 6] =
    ["scores.parquet", "models.parquet", "targets.parquet", "layers.parquet", "folds.parquet", SUMMARY];

/// The findings as the report reads them.
pub const SUMMARY: &str = "summary.json";

/// Runs the step.
///
/// # Errors
/// Settings that the recordings do not allow, a file of activations that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings = format!("{:?} {:?} {:?}", study.inference, study.words, study.targets());
    let inputs = format!("{} {}", desk.analysis_key(), desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("encoding", &[&settings, &inputs, &states], |desk| {
        let (summary, series, panels) = encode_all(desk)?;
        write_table(&desk.path(FILES[0]), score_table(&series, &panels))?;
        write_table(&desk.path(FILES[1]), model_table(&summary))?;
        write_table(&desk.path(FILES[2]), target_table(&summary))?;
        write_table(&desk.path(FILES[3]), layer_table(&summary))?;
        write_table(&desk.path(FILES[4]), fold_table(&desk.design.fold_table(), |row| row))?;
        write_json(&desk.path(SUMMARY), &summary)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

fn encode_all(desk: &mut Desk) -> Result<(Summary, Vec<Series>, Vec<Panel>), Error> {
    let (story, clock, design) = (&desk.material.story, desk.clock, desk.design);
    let panels = clock.panels(&story.listeners)?;
    let group = panels.last().expect("the group is always there");
    let mut series = all_series(desk, &panels)?;
    let controls = panels.par_iter().map(|panel| Fitted::controls(design, panel)).collect::<Result<Vec<_>, _>>()?;
    let controls = Series::of_controls(controls, desk.study.words.main);
    let inference = Inference::new(desk.study, (clock.runs(), design), group, &controls)?;
    let mut findings: Vec<Finding> = Vec::new();
    for name in desk.study.names() {
        findings.push(inference.model(name, &series, &reduced_layers(desk, name)?)?);
    }
    let refused = story.refusals.iter().map(|r| Refused { subject: r.subject.clone(), reason: r.reason.clone() });
    let summary = Summary {
        listeners: story.listeners.iter().map(|heard| heard.subject().to_owned()).collect(),
        refused: refused.collect(),
        regions: group.targets.clone(),
        rows: clock.len(),
        words: story.transcript.words().len(),
        timed_words: story.transcript.timed().rows.len(),
        inter_subject: inter_subject(desk, group.targets.len())?,
        word_rate_check: word_rate_check(desk)?,
        autocorrelation_rows: group.autocorrelation_rows(),
        gap_rows: clock.rows_within(desk.study.encoding.gap),
        controls: inference.controls(),
        controls_listeners: inference.controls_listeners(),
        pairs: inference.pairs(&findings),
        models: findings.into_iter().map(|finding| finding.summary).collect(),
    };
    series.insert(0, controls);
    Ok((summary, series, panels))
}

/// Leave-one-out inter-subject r of each of `n` targets, where several listeners share them.
fn inter_subject(desk: &Desk, n: usize) -> Result<Vec<Option<f64>>, Error> {
    let listeners = &desk.material.story.listeners;
    if listeners.len() < 2 || desk.study.targets() == Targets::Own {
        return Ok(vec![None; n]);
    }
    let signals = listeners.iter().map(|heard| desk.clock.signal(heard)).collect::<Result<Vec<_>, _>>()?;
    let views: Vec<_> = signals.iter().map(|signal| signal.view()).collect();
    let mean = inter_subject_correlation(&views)?.mean_axis(Axis(0)).expect("there are listeners");
    Ok(mean.mapv(Some).to_vec())
}

/// Correlation of the recomputed word rate with the one supplied, lowest over listeners; NaN where none is supplied.
fn word_rate_check(desk: &Desk) -> Result<f64, Error> {
    let story = &desk.material.story;
    let Some(rate) = desk.clock.word_rate(story.transcript.words().len())? else { return Ok(f64::NAN) };
    let supplied = story.listeners.iter().filter_map(|heard| heard.supplied_rate.as_ref());
    let checks = supplied.map(|supplied| correlation(rate.column(0), supplied.view()));
    Ok(checks.reduce(f64::min).unwrap_or(f64::NAN))
}

/// The trained layers of a model at the main window, as the null refits them.
fn reduced_layers(desk: &Desk, model: &str) -> Result<Vec<Reduced>, Error> {
    let layers = Layers::open(desk, (model, Variant::Trained, desk.study.words.main))?;
    (0..layers.n_layers()).into_par_iter().map(|layer| layers.layer(layer)).collect()
}

impl Series {
    /// The controls of every panel, which stand for no model and no layer.
    fn of_controls(fitted: Vec<Fitted>, window: gyrus_windows::WindowSpec) -> Self {
        Self {
            model: String::new(),
            variant: Variant::Trained,
            window,
            predictors: Predictors::Controls,
            fitted: vec![fitted],
        }
    }
}
