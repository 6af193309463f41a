//! Layers against brains: the step that makes `scores.parquet`, `models.parquet`, `targets.parquet`, `layers.parquet` and `summary.json`.

use std::path::PathBuf;

use gyrus_encoding::{Design, DesignParams, FeatureUnit, Reduced, correlation, inter_subject_correlation};
use gyrus_ridge::PenaltyGrid;
use ndarray::{ArrayView1, Axis};
use rayon::prelude::*;

use crate::Error;
use crate::run::Desk;
use crate::settings::EncodingSettings;
use crate::steps::extraction::{Variant, all_files};
use crate::steps::inference::{Finding, Inference};
use crate::steps::layers::Layers;
use crate::steps::scans::{Panel, Scans};
use crate::steps::score_tables::{layer_table, model_table, score_table, target_table};
use crate::steps::scores::{Fitted, Predictors, Series, all_series};
use crate::store::write_whole;
use crate::summary::{Refused, Summary};
use crate::tables::write_table;

/// The files of the step, within the results.
pub const FILES: [&str; 5] = ["scores.parquet", "models.parquet", "targets.parquet", "layers.parquet", SUMMARY];

/// The findings as the report reads them.
pub const SUMMARY: &str = "summary.json";

/// Runs the step.
///
/// # Errors
/// Settings that the recordings do not allow, a file of activations that cannot be read, or a fit that fails.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let settings =
        format!("{:?} {:?} {:?} {} {:?}", study.scans, study.encoding, study.inference, study.seed, study.words);
    let recordings = (study.data.radius, &study.data.listeners, &desk.material.data_hash, &desk.material.story_hash);
    let inputs = format!("{recordings:?} {}", desk.models_key());
    let states = desk.content_key(&all_files(desk));
    desk.step("encoding", &[&settings, &inputs, &states], |desk| {
        let (summary, series, panels) = encode_all(desk)?;
        write_table(&desk.path(FILES[0]), score_table(&series, &panels, &summary.regions))?;
        write_table(&desk.path(FILES[1]), model_table(&summary))?;
        write_table(&desk.path(FILES[2]), target_table(&summary))?;
        write_table(&desk.path(FILES[3]), layer_table(&summary))?;
        let json = serde_json::to_string_pretty(&summary).expect("numbers and names");
        write_whole(&desk.path(SUMMARY), json.as_bytes())?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// The plan of the analysis for `rows` scans.
pub fn design(settings: &EncodingSettings, rows: usize) -> Result<Design, Error> {
    let penalties: PenaltyGrid = settings.penalties.parse().map_err(gyrus_encoding::Error::from)?;
    let params = DesignParams {
        folds: settings.folds,
        inner_folds: settings.inner_folds,
        gap: settings.gap,
        penalties,
        components: Some(settings.components),
        unit: FeatureUnit::RootMeanVariance,
        block: settings.block,
    };
    Ok(Design::new(rows, params)?)
}

fn encode_all(desk: &mut Desk) -> Result<(Summary, Vec<Series>, Vec<Panel>), Error> {
    let material = desk.material;
    let first = &material.listeners[0].recording;
    let scans = Scans::of(desk);
    let panels = scans.panels(&material.listeners);
    let group = panels.last().expect("the mean recording is always there");
    let design = design(&desk.study.encoding, first.signal().nrows())?;
    let mut series = all_series(desk, &scans, &panels, &design)?;
    let controls = panels.par_iter().map(|panel| Fitted::controls(&design, panel)).collect::<Result<Vec<_>, _>>()?;
    let controls = Series::of_controls(controls, desk.study.words.main);
    let inference = Inference::new(desk.study, &design, group, &controls)?;
    let mut findings: Vec<Finding> = Vec::new();
    for model in &desk.study.models {
        findings.push(inference.model(&model.name, &series, &reduced_layers(desk, &model.name, &scans, &design)?)?);
    }
    let signals: Vec<_> = material.listeners.iter().map(|l| scans.without_drift(l.recording.signal())).collect();
    let views: Vec<_> = signals.iter().map(|signal| signal.view()).collect();
    let inter_subject = match views.len() {
        1 => vec![None; first.targets().len()],
        _ => inter_subject_correlation(&views)?.mean_axis(Axis(0)).expect("there are listeners").mapv(Some).to_vec(),
    };
    let rate = scans.word_rate();
    let checks = material.listeners.iter().map(|l| correlation(rate.column(0), l.supplied_rate.view()));
    let summary = Summary {
        listeners: material.listeners.iter().map(|l| l.recording.subject().to_owned()).collect(),
        refused: material
            .refusals
            .iter()
            .map(|r| Refused { subject: r.subject.clone(), reason: r.reason.clone() })
            .collect(),
        regions: first.targets().to_vec(),
        scans: first.signal().nrows(),
        words: material.transcript.words().len(),
        timed_words: material.transcript.timed().rows.len(),
        inter_subject,
        word_rate_check: checks.fold(f64::INFINITY, f64::min),
        autocorrelation_scans: group.responses.columns().into_iter().map(first_zero).max().unwrap_or(0),
        controls: inference.controls(),
        controls_listeners: inference.controls_listeners(),
        pairs: inference.pairs(&findings),
        models: findings.into_iter().map(|finding| finding.summary).collect(),
    };
    series.insert(0, controls);
    Ok((summary, series, panels))
}

/// The trained layers of a model at the main window, as the null refits them.
fn reduced_layers(desk: &Desk, model: &str, scans: &Scans, design: &Design) -> Result<Vec<Reduced>, Error> {
    let layers = Layers::open(desk, (model, Variant::Trained, desk.study.words.main), scans, design)?;
    (0..layers.n_layers()).into_par_iter().map(|layer| layers.layer(layer)).collect()
}

/// The first lag at which the autocorrelation is not positive.
fn first_zero(signal: ArrayView1<f64>) -> usize {
    let n = signal.len();
    let at = |lag: usize| signal.slice(ndarray::s![lag..]).dot(&signal.slice(ndarray::s![..n - lag]));
    (1..n).find(|lag| at(*lag) <= 0.0).unwrap_or(n)
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
