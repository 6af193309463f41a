//! `gyrus encode`: encoding models of plain arrays.

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use gyrus_encoding::{Design, DesignParams, Encoder, FeatureUnit, FoldScores, missing};
use gyrus_ridge::{Criterion, PenaltyGrid, Rule, Sharing};
use gyrus_study::{Error, Event, MatrixFile, Table, write_table};
use gyrus_types::Progress;
use ndarray::Array2;

use crate::cli::news::{Log, News};

/// Targets that are worked on together, which bounds the memory.
const TARGETS: usize = 1024;

/// Features, responses and folds.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Features: one tensor `(rows, width)` per layer.
    #[arg(long)]
    features: PathBuf,
    /// Responses: one tensor `(rows, targets)`; NaN is a missing value, and a target that has one is undefined.
    #[arg(long)]
    responses: PathBuf,
    /// Controls: one tensor `(rows, controls)` that every layer is fitted on top of, without a penalty.
    #[arg(long)]
    controls: Option<PathBuf>,
    /// Outer folds, contiguous.
    #[arg(long, default_value_t = 10)]
    folds: usize,
    /// Inner folds, contiguous.
    #[arg(long, default_value_t = 5)]
    inner_folds: usize,
    /// Rows left out on both sides of every held-out stretch.
    #[arg(long, default_value_t = 0)]
    gap: usize,
    /// Penalties A:B:N, N values spaced evenly in the logarithm from A to B.
    #[arg(long, default_value = "1e1:1e10:10")]
    penalties: PenaltyGrid,
    /// What decides between penalties on the inner folds.
    #[arg(long, value_enum, default_value = "error")]
    choose_by: ChooseBy,
    /// Which targets share a penalty.
    #[arg(long, value_enum, default_value = "none")]
    share: Share,
    /// The unit of the features, and with it of the penalties.
    #[arg(long, value_enum, default_value = "own")]
    unit: Unit,
    /// Principal components, fitted on training rows [default: the features as they are].
    #[arg(long)]
    components: Option<usize>,
    /// Threads [default: as many as there are cores].
    #[arg(long)]
    threads: Option<u16>,
    /// How news is written to standard error.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
    /// The table to write: layer, target, fold, r, penalty, all counted from 0.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChooseBy {
    /// The lowest squared error.
    Error,
    /// The highest Pearson r.
    R,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Share {
    /// Each target has a penalty of its own.
    None,
    /// One penalty for all targets of a layer and fold; all of them stand in memory at once.
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unit {
    /// As they come.
    Own,
    /// Divided, in each fold, by the root of their mean variance on training rows.
    Rms,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let threads = arguments.threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("could not start the threads")?;
    let mut news = News::new(arguments.log);
    let (layers, responses) = (MatrixFile::open(&arguments.features)?, MatrixFile::open_one(&arguments.responses)?);
    let (rows, targets) = responses.shape(0);
    (0..layers.len()).try_for_each(|layer| check_rows(&layers, layer, &responses))?;
    let controls = arguments.controls.as_deref().map(MatrixFile::open_one).transpose()?;
    controls.as_ref().map_or(Ok(()), |controls| check_rows(controls, 0, &responses))?;
    let controls = controls.map(|controls| controls.matrix(0));
    let design = Design::new(rows, arguments.design())?;
    tell_missing(&responses, &mut news);
    let together = if arguments.share == Share::All { targets.max(1) } else { TARGETS };
    let total = (layers.len() * targets.div_ceil(together)) as u64;
    let mut scores = Scores::default();
    news.show(Event::Begun { step: "encode".into() });
    for layer in 0..layers.len() {
        let context = || {
            let (features, responses) = (layers.path().display(), responses.path().display());
            format!("tensor `{}` of `{features}` against `{responses}`", layers.name(layer))
        };
        let reduced = design.reduce(layers.matrix(layer).view()).with_context(context)?;
        let controls = controls.as_ref().map(Array2::view);
        let encoder = Encoder::new(&design, &reduced, controls).with_context(context)?;
        for first in (0..targets).step_by(together) {
            let some = responses.columns(0, first..(first + together).min(targets));
            let found = encoder.encode(some.view(), &arguments.rule()).map_err(|error| shifted(error, first));
            scores.push(layer, first, &found.with_context(context)?);
            let done = (layer * targets.div_ceil(together) + first / together + 1) as u64;
            let progress = Progress { done, total };
            news.show(Event::Progress { step: "encode".into(), progress, unit: "layers x targets" });
        }
    }
    news.show(Event::Finished { step: "encode".into() });
    tell_undefined(&scores, &mut news);
    Ok(write_table(&arguments.out, scores.table())?)
}

fn check_rows(file: &MatrixFile, matrix: usize, responses: &MatrixFile) -> Result<(), Error> {
    let (found, expected) = (file.shape(matrix).0, responses.shape(0).0);
    let (path, other) = (file.path().to_owned(), responses.path().to_owned());
    if found == expected { Ok(()) } else { Err(Error::Rows { path, found, other, expected }) }
}

/// An error about some of the targets as one about all.
fn shifted(mut error: gyrus_encoding::Error, first: usize) -> gyrus_encoding::Error {
    if let gyrus_encoding::Error::NotFinite { what: "responses", column, .. } = &mut error {
        *column += first;
    }
    error
}

/// Names the targets that are undefined because values are missing.
fn tell_missing(responses: &MatrixFile, news: &mut News) {
    let targets = responses.shape(0).1;
    let some = |first: usize| (first, responses.columns(0, first..(first + TARGETS).min(targets)));
    for (first, some) in (0..targets).step_by(TARGETS).map(some) {
        for target in missing(some.view()) {
            let (path, target, row, rows) =
                (responses.path().display(), target.target + first, target.first_row, target.rows);
            let note = format!(
                "target {target} of `{path}` is undefined: {rows} of its values are missing, the first in row {row} (from 0)"
            );
            news.show(Event::Note(note));
        }
    }
}

fn tell_undefined(scores: &Scores, news: &mut News) {
    let undefined = scores.r.iter().filter(|r| r.is_nan()).count();
    if undefined > 0 {
        let note = format!("{undefined} of {} scores are undefined (NaN): nothing varied there", scores.r.len());
        news.show(Event::Note(note));
    }
}

/// The columns of the table.
#[derive(Debug, Default)]
struct Scores {
    layer: Vec<u32>,
    target: Vec<u32>,
    fold: Vec<u32>,
    r: Vec<f64>,
    penalty: Vec<f64>,
}

impl Scores {
    fn push(&mut self, layer: usize, first_target: usize, found: &FoldScores) {
        for ((fold, target), &r) in found.r().indexed_iter() {
            self.layer.push(layer as u32);
            self.target.push((first_target + target) as u32);
            self.fold.push(fold as u32);
            self.r.push(r);
            self.penalty.push(found.penalties()[[fold, target]]);
        }
    }

    fn table(&self) -> Table {
        let table = Table::new().counts("layer", &self.layer).counts("target", &self.target);
        table.counts("fold", &self.fold).numbers("r", &self.r).numbers("penalty", &self.penalty)
    }
}

impl Arguments {
    fn design(&self) -> DesignParams {
        DesignParams {
            folds: self.folds,
            inner_folds: self.inner_folds,
            gap: self.gap,
            penalties: self.penalties.clone(),
            components: self.components,
            unit: match self.unit {
                Unit::Own => FeatureUnit::Own,
                Unit::Rms => FeatureUnit::RootMeanVariance,
            },
            // Nothing is resampled here.
            block: usize::MAX,
        }
    }

    fn rule(&self) -> Rule {
        Rule {
            criterion: match self.choose_by {
                ChooseBy::Error => Criterion::SquaredError,
                ChooseBy::R => Criterion::Correlation,
            },
            sharing: match self.share {
                Share::None => Sharing::PerTarget,
                Share::All => Sharing::All,
            },
            ..Rule::default()
        }
    }
}
