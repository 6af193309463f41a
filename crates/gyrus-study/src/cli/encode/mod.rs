//! `gyrus encode`: encoding models of plain arrays.

mod across;
mod bands;
mod ceiling;
mod clock;
mod column;
mod dimension;
mod division;
mod drift;
mod held;
mod hierarchy;
mod intervals;
mod joined;
mod lags;
mod model;
mod null;
mod partition;
mod power;
mod predictors;
mod response_model;
mod responses;
mod scores;
mod summary;
mod targets;
mod walk;

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use clap::Args;
use gyrus_encoding::{Ceiling, Design, Runs};
use gyrus_study::{Event, write_table};

use self::across::AcrossArguments;
use self::bands::BandFile;
use self::clock::ClockArguments;
pub use self::column::column;
use self::division::DivisionArguments;
pub use self::division::stretches;
use self::drift::DriftArguments;
use self::hierarchy::HierarchyArguments;
use self::lags::{LagList, Lags};
use self::model::ModelArguments;
use self::null::NullArguments;
use self::power::PowerArguments;
use self::predictors::{Predictors, Words};
use self::response_model::ResponseModel;
use self::responses::Responses;
use self::summary::SummaryArguments;
use self::targets::TargetTable;
use self::walk::{Given, Questions, Results, Walk};
use crate::cli::news::{Log, News};

/// Features, responses and what is asked of them.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Features: one tensor `(rows, width)` per layer.
    #[arg(long)]
    features: PathBuf,
    /// Responses: one tensor `(rows, targets)`; NaN is a missing value, and a target that has one is undefined.
    #[arg(long)]
    responses: PathBuf,
    /// Controls `(rows, controls)` that every layer is fitted on top of, without a penalty: the tensors of FILE side by
    /// side, or the one that FILE#TENSOR names.
    #[arg(long)]
    controls: Option<PathBuf>,
    /// Controls with a row per word, spread over the rows of the responses as the features are; a file as for `--controls`.
    #[arg(long, requires = "response_model")]
    word_controls: Option<PathBuf>,
    /// Named bands of features that every layer is fitted together with: NAME=FILE,..., the tensors `(rows, width)` of
    /// FILE side by side, or the one that NAME=FILE#TENSOR names; the layer itself is the band `layer`.
    #[arg(long, value_delimiter = ',')]
    bands: Vec<BandFile>,
    /// A table to write: for each layer, target and band the joint_r2 of all bands, controls_r2, without_r2 of all
    /// bands but this one, unique_r2 of this band and the shared_r2 of several.
    #[arg(long, requires = "bands")]
    partition_out: Option<PathBuf>,
    /// Lags of the responses behind the features: `-2,0,4` rows, `0s,0.5s`, or `A:B:STEP` from A to B; rows without a
    /// response at every lag are left out.
    #[arg(long, allow_hyphen_values = true)]
    lags: Option<LagList>,
    /// Features come a row per word and are spread over the rows of the responses: `canonical` (hemodynamic response),
    /// `fir:1,2,3` (delays in rows), `lanczos`, or `lanczos:1,2,3` (with delays).
    #[arg(long, requires = "times", conflicts_with = "runs")]
    response_model: Option<ResponseModel>,
    #[command(flatten, next_help_heading = "Clock")]
    clock: ClockArguments,
    #[command(flatten, next_help_heading = "Drift")]
    drift: DriftArguments,
    #[command(flatten, next_help_heading = "Folds")]
    division: DivisionArguments,
    #[command(flatten, next_help_heading = "Model")]
    model: ModelArguments,
    #[command(flatten, next_help_heading = "Null")]
    null: NullArguments,
    #[command(flatten, next_help_heading = "Power")]
    power: PowerArguments,
    #[command(flatten, next_help_heading = "Listeners")]
    across: AcrossArguments,
    #[command(flatten, next_help_heading = "Targets")]
    summary: SummaryArguments,
    /// A table with a row for each target (CSV, TSV or Parquet): its name, or target (its number, counted from 0), and
    /// patient, distance (mm from primary auditory cortex) and group, `n/a` or nothing where that is not known.
    #[arg(long, help_heading = "Targets")]
    targets_table: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Hierarchy")]
    hierarchy: HierarchyArguments,
    /// A table to write: how many dimensions each layer fills, by nearest neighbours and by principal components.
    #[arg(long, help_heading = "Options")]
    dimension_out: Option<PathBuf>,
    /// Decides everything that is drawn: shuffled folds, nulls, divisions of the penalty, splits of repeats.
    #[arg(long, default_value_t = 0, help_heading = "Options")]
    seed: u64,
    /// Threads [default: as many as there are cores].
    #[arg(long, help_heading = "Options")]
    threads: Option<u16>,
    /// How news is written to standard error.
    #[arg(long, value_enum, default_value = "text", help_heading = "Options")]
    log: Log,
    /// The table to write: layer, target, lag (with `--lags`, in its unit), fold, r, penalty (with `--banded` one for
    /// each band), all counted from 0.
    #[arg(long, help_heading = "Options")]
    out: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let threads = arguments.threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("could not start the threads")?;
    let mut news = News::new(arguments.log);
    let responses = Responses::open(&arguments.responses)?;
    let predictors = arguments.predictors(&responses, &mut news)?;
    let runs = arguments.runs(&responses)?;
    let timed = arguments.response_model.is_none() && arguments.clock.is_listed();
    let drift = arguments.drift.drift(&runs, &arguments.clock, timed)?;
    let (responses, predictors) = (responses.without(drift.clone()), predictors.without(drift));
    predictors.check_rows(responses.file())?;
    let (rows, words) = (arguments.controls.as_deref(), arguments.word_controls.as_deref());
    let controls = predictors.controls(rows, words, responses.file())?;
    let (lags, runs) = arguments.lags(runs, &mut news)?;
    let table = arguments.targets_table.as_deref().map(|path| TargetTable::open(path, &responses)).transpose()?;
    let sharing = arguments.model.sharing(table.as_ref())?;
    let hierarchies = arguments.hierarchy.hierarchies(table.as_ref(), predictors.n_layers(), arguments.seed)?;
    let drawn = arguments.summary.is_drawn() || arguments.hierarchy.is_asked();
    // Where nothing is resampled a fold is one block.
    let block = if drawn { arguments.summary.block() } else { usize::MAX };
    let division = arguments.division.division(arguments.seed);
    let design = Design::divided(&runs, &division, arguments.model.design(block))?;
    arguments.division.tell(&design.fold_table(), |row| lags.row(row))?;
    let ceiling = arguments.summary.ceiling(&responses, arguments.seed)?;
    responses.undefined()?.into_iter().for_each(|note| news.show(Event::Note(note)));
    let lagged = arguments.lags.is_some();
    let null = arguments.null.null(&runs, arguments.seed, lagged)?;
    null.as_ref().and_then(null::Null::fewer).into_iter().for_each(|note| news.show(Event::Note(note)));
    let across = arguments.across.across(&responses, lagged)?;
    let power = arguments.power.table(&runs, arguments.null.least_shift(), arguments.seed);
    let questions = Questions { null, across, power, hierarchies };
    let controls = controls.map(|controls| lags.kept(controls));
    let given = Given { design: &design, predictors: &predictors, responses: &responses, lags: &lags };
    let mut walk = Walk::new(arguments, given, controls, sharing, questions);
    news.show(Event::Begun { step: "encode".into(), small: false });
    walk.run(&mut |progress| {
        news.show(Event::Progress { step: "encode".into(), progress, unit: "layers x targets" });
    })?;
    news.show(Event::Finished { step: "encode".into(), small: false });
    let notes = arguments.write(walk.found(), &predictors, lagged.then_some(lags.shown()), &ceiling)?;
    notes.into_iter().for_each(|note| news.show(Event::Note(note)));
    Ok(())
}

impl Arguments {
    /// The features, and how they reach the rows of the responses.
    fn predictors(&self, responses: &Responses, news: &mut News) -> anyhow::Result<Predictors> {
        let predictors = Predictors::open(&self.features, &self.bands)?;
        let Some(model) = self.response_model.clone() else { return Ok(predictors) };
        let (sampling, times) = self.clock.words(predictors.rows())?;
        let (first, last) = (sampling.time(0) - sampling.step(), sampling.time(responses.rows().max(1) - 1));
        let beyond = times.iter().filter(|time| !(first..=last).contains(*time)).count();
        if beyond > 0 {
            let all = times.len();
            let note = format!("{beyond} of {all} words end outside the recording, from {first} to {last} s");
            news.show(Event::Note(note));
        }
        Ok(predictors.spoken(Words { model, times, sampling, rows: responses.rows() }))
    }

    /// The runs of the responses' rows.
    fn runs(&self, responses: &Responses) -> anyhow::Result<Runs> {
        let rows = responses.rows();
        // With a response model the listed times are those of words.
        let listed = if self.response_model.is_none() { self.clock.listed()? } else { None };
        ensure!(rows > 0, "`{}` has no rows", self.responses.display());
        self.division.runs(rows, self.clock.row_times(rows, listed)?)
    }

    /// The lags, and the runs of the rows that have a response at each.
    fn lags(&self, runs: Runs, news: &mut News) -> anyhow::Result<(Lags, Runs)> {
        let rows = runs.rows();
        let Some(list) = &self.lags else { return Ok((Lags::none(&runs), runs)) };
        let lags = Lags::new(list, &runs, self.clock.step()?)?;
        match lags.rows() {
            0 => bail!("no row has a response at every lag"),
            kept if kept < rows => news.show(Event::Note(format!(
                "{} of {rows} rows are left out: they have no response at every lag within their run",
                rows - kept
            ))),
            _ => {}
        }
        let runs = lags.runs(&runs)?;
        Ok((lags, runs))
    }

    /// Writes every table that is asked for, and says what there is to say about them.
    fn write(
        &self,
        found: Results,
        predictors: &Predictors,
        lags: Option<&[f64]>,
        ceiling: &Ceiling,
    ) -> anyhow::Result<Vec<String>> {
        let mut notes: Vec<String> = found.scores.undefined().into_iter().collect();
        if let Some(path) = &self.dimension_out {
            notes.extend(dimension::write(path, predictors)?);
        }
        if let Some(null) = &found.questions.null {
            null.write()?;
            notes.extend(null.undefined());
        }
        if let Some(across) = &found.questions.across {
            across.write()?;
            notes.extend(across.undefined());
        }
        if let Some(power) = &found.questions.power {
            power.write()?;
            notes.extend(power.said());
        }
        found.partition.map_or(Ok(()), |partition| partition.write())?;
        if let Some(r) = &found.r {
            let held = found.held.as_ref().map(|held| (held, self.seed));
            notes.extend(self.summary.write(r, lags, ceiling, held)?);
        }
        if let (Some(hierarchies), Some(held)) = (&found.questions.hierarchies, &found.held) {
            notes.extend(hierarchies.write(held, lags)?);
        }
        write_table(&self.out, found.scores.table())?;
        Ok(notes)
    }
}
