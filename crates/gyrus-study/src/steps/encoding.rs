//! Layers against brains: the step that makes `scores.parquet`, `models.parquet`, `targets.parquet`, `layers.parquet`, `folds.parquet`,
//! `windows.parquet` and `summary.json`.

use std::path::PathBuf;

use gyrus_encoding::{Reduced, correlation, inter_subject_correlation};
use gyrus_types::Progress;
use ndarray::Axis;
use rayon::prelude::*;

use crate::Error;
use crate::fold_table::fold_table;
use crate::run::Desk;
use crate::settings::Targets;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::inference::{Finding, Inference};
use crate::steps::layers::Layers;
use crate::steps::score_tables::{layer_table, model_table, score_table, target_table};
use crate::steps::scores::{Fitted, Predictors, Series, n_series, series_of};
use crate::steps::window_targets::{self, WindowTargets};
use crate::store::write_json;
use crate::summary::{Refused, Summary};
use crate::tables::{Table, write_table};

/// The files of the step, within the results.
pub const FILES: [&str; 8] = [
    "scores.parquet",
    "models.parquet",
    "targets.parquet",
    "layers.parquet",
    "folds.parquet",
    "windows.parquet",
    WINDOWS,
    SUMMARY,
];

/// Every target at every window, as later steps read it.
pub const WINDOWS: &str = "windows.json";

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
        let Encoded { summary, scores, windows } = encode_all(desk)?;
        write_table(&desk.path(FILES[0]), scores)?;
        write_table(&desk.path(FILES[1]), model_table(&summary))?;
        write_table(&desk.path(FILES[2]), target_table(&summary))?;
        write_table(&desk.path(FILES[3]), layer_table(&summary))?;
        write_table(&desk.path(FILES[4]), fold_table(&desk.design.fold_table(), |row| row))?;
        write_table(&desk.path(FILES[5]), window_targets::table(&windows, &summary.regions))?;
        write_json(&desk.path(WINDOWS), &windows)?;
        write_json(&desk.path(SUMMARY), &summary)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// What one walk over the models leaves.
struct Encoded {
    summary: Summary,
    scores: Table,
    windows: Vec<WindowTargets>,
}

/// Goes over the models one by one, so that the results of one stand in memory at a time.
fn encode_all(desk: &mut Desk) -> Result<Encoded, Error> {
    let (story, clock, design, study) = (&desk.material.story, desk.clock, desk.design, desk.study);
    let panels = clock.panels(&story.listeners)?;
    let group = panels.last().expect("the group is always there");
    let controls = Fitted::all(&study.encoding, &panels, |panel| Fitted::controls(design, panel))?;
    let controls = Series::of_controls(controls, study.words.main);
    let inference = Inference::new(study, (clock.runs(), design), group, &controls)?;
    let mut scores = score_table(std::slice::from_ref(&controls), &panels);
    let (mut findings, mut windows): (Vec<Finding>, _) = (Vec::new(), Vec::new());
    let mut progress = Progress { done: 0, total: n_series(study) };
    for name in study.names() {
        let series = series_of(desk, &panels, name, &mut progress)?;
        scores = scores.below(score_table(&series, &panels)).map_err(|source| table_failed(desk, source))?;
        findings.push(inference.model(name, &series, &reduced_layers(desk, name)?)?);
        windows.extend(inference.window_targets(name, &series)?);
    }
    let refused = story.refusals.iter().map(|r| Refused { subject: r.subject.clone(), reason: r.reason.clone() });
    let summary = Summary {
        listeners: story.listeners.iter().map(|heard| heard.subject().to_owned()).collect(),
        refused: refused.collect(),
        regions: group.targets.clone(),
        lags: group.lags.clone(),
        rows: clock.len(),
        words: story.transcript.words().len(),
        timed_words: story.transcript.timed().rows.len(),
        inter_subject: inter_subject(desk, group.targets.len())?,
        word_rate_check: word_rate_check(desk)?,
        autocorrelation_rows: group.autocorrelation_rows(),
        gap_rows: clock.rows_within(study.encoding.gap),
        controls: inference.controls(),
        controls_listeners: inference.controls_listeners(),
        pairs: inference.pairs(&findings),
        models: findings.into_iter().map(|finding| finding.summary).collect(),
    };
    Ok(Encoded { summary, scores, windows })
}

fn table_failed(desk: &Desk, source: polars::prelude::PolarsError) -> Error {
    Error::Table { path: desk.path(FILES[0]), source: Box::new(source) }
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
