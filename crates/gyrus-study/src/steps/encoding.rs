//! Layers against brains: the step that makes `scores.parquet`, `models.parquet`, `targets.parquet`, `layers.parquet`, `folds.parquet`,
//! `windows.parquet` and `summary.json` of what fits reached.

use std::cell::OnceCell;
use std::path::PathBuf;

use gyrus_encoding::{correlation, inter_subject_correlation};
use ndarray::Axis;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::desk::Desk;
use crate::fold_table::fold_table;
use crate::piece::piece_file;
use crate::settings::Targets;
use crate::steps::clock::Panel;
use crate::steps::extraction::Variant;
use crate::steps::fits;
use crate::steps::inference::{Finding, Inference};
use crate::steps::score_tables::{layer_table, model_table, score_table, target_table};
use crate::steps::scores::{Fitted, Predictors, Series};
use crate::steps::shift_null::Moved;
use crate::steps::window_targets::{self, WindowTargets};
use crate::store::write_json;
use crate::summary::{Refused, Summary};
use crate::tables::{Table, read_table, write_table};

/// Name of the step.
const STEP: &str = "encoding";

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

/// What is made of one model by itself: its finding, and every target at every window. Its scores stand beside it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    finding: Finding,
    windows: Vec<WindowTargets>,
}

/// What every model is held against: the listeners and the group, and the controls.
struct Bench {
    panels: Vec<Panel>,
    controls: Series,
}

impl Bench {
    fn new(desk: &Desk) -> Result<Self, Error> {
        let (study, design) = (desk.study, desk.design);
        let panels = desk.clock.panels(&desk.material.story.listeners)?;
        let (group, shifts) = (panels.last().expect("the group is always there"), fits::null_shifts(desk)?);
        let fitted = Fitted::fitted_panels(&study.encoding, &panels).par_iter();
        let fitted = fitted.map(|panel| Fitted::controls(design, panel)).collect::<Result<Vec<_>, _>>()?;
        let moved = Moved::new(study, design, group, &shifts)?.controls()?;
        let controls = Series {
            // The controls stand for no model and no layer.
            model: String::new(),
            variant: Variant::Trained,
            window: study.words.main,
            predictors: Predictors::Controls,
            fitted: vec![Fitted::of_all(&panels, fitted)],
            moved: vec![moved],
        };
        Ok(Self { panels, controls })
    }

    fn group(&self) -> &Panel {
        self.panels.last().expect("the group is always there")
    }

    fn inference<'s, 'a: 's>(&'s self, desk: &Desk<'a>) -> Result<Inference<'s>, Error> {
        Inference::new(desk.study, desk.clock.runs(), self.group(), &self.controls)
    }
}

/// What decides every number of the step.
fn settings(desk: &Desk) -> String {
    let study = desk.study;
    format!("{:?} {:?} {:?} {}", study.inference, study.words, study.targets(), desk.analysis_key())
}

/// The scores of one model, within the results.
fn scores_file(name: &str) -> PathBuf {
    piece_file(STEP, name).with_extension("parquet")
}

/// Runs the step: every model by itself, then what is made of all of them.
///
/// # Errors
/// A piece that cannot be read, a model with too few layers, or a file that cannot be written.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let (bench, settings) = (OnceCell::new(), settings(desk));
    let ready = |desk: &Desk| -> Result<(), Error> {
        if bench.get().is_none() {
            // Made for the first model that is not found finished.
            drop(bench.set(Bench::new(desk)?));
        }
        Ok(())
    };
    for name in desk.study.names() {
        let fits = desk.content_key(&fits::files(desk, name, |job| job.variant != Variant::Shuffled)?);
        let model = desk.material.model_hash(name).to_owned();
        desk.step(&format!("{STEP}-{name}"), &[&settings, &model, &fits], |desk| {
            ready(desk)?;
            find(desk, bench.get().expect("it was just made"), name)
        })?;
    }
    let study = desk.study;
    let inputs = format!("{settings} {}", desk.models_key());
    let scores: Vec<PathBuf> = study.names().map(scores_file).collect();
    let made = format!("{} {}", desk.pieces_key(STEP, study.names()), desk.content_key(&scores));
    desk.step(STEP, &[&inputs, &made], |desk| {
        ready(desk)?;
        let Encoded { summary, scores, windows } = join(desk, bench.get().expect("it was just made"))?;
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

/// Finds what is to be said of one model, and writes it.
fn find<'a>(desk: &Desk<'a>, bench: &Bench, name: &'a str) -> Result<Vec<PathBuf>, Error> {
    let series = fits::all_series(desk, &bench.panels, name)?;
    let inference = bench.inference(desk)?;
    let piece = Piece { finding: inference.model(name, &series)?, windows: inference.window_targets(name, &series)? };
    let files = [piece_file(STEP, name), scores_file(name)];
    write_json(&desk.path(&files[0]), &piece)?;
    write_table(&desk.path(&files[1]), score_table(&series, &bench.panels))?;
    Ok(files.to_vec())
}

/// What is made of all models together.
struct Encoded {
    summary: Summary,
    scores: Table,
    windows: Vec<WindowTargets>,
}

/// Puts the pieces of all models together, in the order of the study.
fn join(desk: &Desk, bench: &Bench) -> Result<Encoded, Error> {
    let (story, clock, study) = (&desk.material.story, desk.clock, desk.study);
    let group = bench.group();
    let inference = bench.inference(desk)?;
    let mut scores = score_table(std::slice::from_ref(&bench.controls), &bench.panels);
    for name in study.names() {
        scores =
            scores.below(read_table(&desk.path(scores_file(name)))?).map_err(|source| table_failed(desk, source))?;
    }
    let pieces: Vec<Piece> = desk.read_pieces(STEP, study.names())?;
    let (findings, windows): (Vec<Finding>, Vec<_>) =
        pieces.into_iter().map(|piece| (piece.finding, piece.windows)).unzip();
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
    Ok(Encoded { summary, scores, windows: windows.into_iter().flatten().collect() })
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
