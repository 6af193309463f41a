//! How well each model answers the benchmarks of the study: `benchmarks.parquet` and `benchmarks.json`.

mod published;
mod section;

use std::path::PathBuf;

use gyrus_activations::Memory;
use gyrus_benchmarks::{Model, Task, score};
use gyrus_windows::Tokenizer;
use serde::{Deserialize, Serialize};

pub use self::section::section;
use crate::Error;
use crate::benchmark_files::{BenchmarkFiles, benchmark_items};
use crate::desk::Desk;
use crate::piece::Piece;
use crate::settings::{BenchmarkEntry, ModelEntry, Study};
use crate::store::write_json;
use crate::tables::{Table, write_table};

/// The files of the step, within the results.
pub const FILES: [&str; 2] = ["benchmarks.parquet", "benchmarks.json"];

/// A model's score in a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkScore {
    /// Name of the model.
    pub model: String,
    /// Name of the task.
    pub task: String,
    /// What is scored; of published scores what their table calls it.
    pub metric: String,
    /// The share of items that is right.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub value: f64,
    /// Its standard error.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub stderr: f64,
    /// Items, or pairs of them; none of published scores.
    pub n: Option<usize>,
    /// Items that a model's limit cut short, or more than that.
    pub truncated: usize,
    /// Where a published score comes from.
    pub source: Option<String>,
}

/// Name of the step.
const STEP: &str = "benchmarks";

/// What decides every score, models apart.
fn settings(desk: &Desk) -> Result<String, Error> {
    let entries = &desk.study.benchmarks;
    let hashes = entries.iter().map(|entry| files(entry)?.hashes()).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = entries.iter().map(|entry| entry.task.as_str()).collect();
    Ok(format!("{names:?} {hashes:?} {:?}", desk.study.words.bos))
}

/// The benchmarks that models answer here.
fn answered(study: &Study) -> impl Iterator<Item = &BenchmarkEntry> {
    study.benchmarks.iter().filter(|entry| entry.published.is_none())
}

/// Puts every benchmark to every model by itself.
///
/// # Errors
/// Items that cannot be read or answered.
pub fn pieces(desk: &mut Desk) -> Result<(), Error> {
    let settings = settings(desk)?;
    let study = desk.study;
    let models = study.models.iter().filter(|_| answered(study).next().is_some());
    let pieces = models.enumerate().map(|(place, model)| Piece::of_source(STEP, place, &model.name, Vec::new()));
    desk.each(pieces.collect(), |desk, piece| {
        let (model, hash) = (&study.models[piece.place], desk.material.model_hash(piece.source).to_owned());
        desk.piece(piece, &[&settings, &hash], |desk| {
            let mut scores = Vec::new();
            for entry in answered(study) {
                let task = Task::named(&entry.task)?;
                scores.push(answer(desk, model, task, &benchmark_items(task, &files(entry)?)?)?);
            }
            Ok(scores)
        })
    })
}

/// Runs the step; without benchmarks it leaves an empty table.
///
/// # Errors
/// A piece that cannot be read, or a table of published scores without a model of the study.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let study = desk.study;
    let names: Vec<&str> = match answered(study).next() {
        Some(_) => study.models.iter().map(|model| model.name.as_str()).collect(),
        None => Vec::new(),
    };
    let inputs = format!("{} {} {}", settings(desk)?, desk.models_key(), desk.pieces_key(STEP, names.iter().copied()));
    desk.step(STEP, &[&inputs], |desk| {
        let found = found(study, desk.read_pieces(STEP, names)?)?;
        write_table(&desk.path(FILES[0]), table(&found))?;
        write_json(&desk.path(FILES[1]), &found)?;
        Ok(FILES.map(PathBuf::from).to_vec())
    })
}

/// What a benchmark is made of.
fn files(entry: &BenchmarkEntry) -> Result<BenchmarkFiles, Error> {
    let data = if entry.data.is_empty() { entry.published.as_slice() } else { &entry.data };
    BenchmarkFiles::new(data, entry.labels.clone())
}

/// Every score, by benchmark and then by model; `pieces` has the answers of each model.
fn found(study: &Study, pieces: Vec<Vec<BenchmarkScore>>) -> Result<Vec<BenchmarkScore>, Error> {
    let mut answers: Vec<_> = pieces.into_iter().map(Vec::into_iter).collect();
    let mut found = Vec::new();
    for entry in &study.benchmarks {
        match &entry.published {
            Some(path) => found.extend(published::read(path, &entry.task, &study.models)?),
            None => found.extend(answers.iter_mut().filter_map(Iterator::next)),
        }
    }
    Ok(found)
}

fn answer(
    desk: &Desk,
    entry: &ModelEntry,
    task: &Task,
    items: &[gyrus_benchmarks::Item],
) -> Result<BenchmarkScore, Error> {
    let model = Model {
        checkpoint: desk.material.checkpoint(&entry.name),
        tokenizer: &Tokenizer::open(&entry.folder)?.with_bos(desk.study.words.bos)?,
        device: desk.device,
        memory: &Memory { limit: desk.options.memory, scratch: desk.options.out.clone() },
    };
    let scores = score(&model, task, items, &mut |_| ())?;
    let headline = scores.scores.iter().find(|score| score.metric.name() == task.metric);
    let headline = headline.expect("a task is scored by its own metric");
    Ok(BenchmarkScore {
        model: entry.name.clone(),
        task: task.name.to_owned(),
        metric: task.metric.to_owned(),
        value: headline.value,
        stderr: headline.stderr,
        n: Some(headline.n),
        truncated: scores.truncated() + scores.overlong(),
        source: None,
    })
}

/// `benchmarks.parquet`: one row per task and model.
fn table(found: &[BenchmarkScore]) -> Table {
    let texts = |pick: fn(&BenchmarkScore) -> String| found.iter().map(pick).collect::<Vec<_>>();
    let counts: Vec<Option<u32>> = found.iter().map(|score| score.n.map(|n| n as u32)).collect();
    Table::new()
        .texts("model", &texts(|score| score.model.clone()))
        .texts("task", &texts(|score| score.task.clone()))
        .texts("metric", &texts(|score| score.metric.clone()))
        .numbers("score", &found.iter().map(|score| score.value).collect::<Vec<_>>())
        .numbers("stderr", &found.iter().map(|score| score.stderr).collect::<Vec<_>>())
        .optional_counts("items", &counts)
        .counts("truncated_items", &found.iter().map(|score| score.truncated as u32).collect::<Vec<_>>())
        .texts("source", &texts(|score| score.source.clone().unwrap_or_default()))
}

/// The mean over `tasks` of the scores of `model`; nothing if it has not been scored in each.
pub fn mean(found: &[BenchmarkScore], model: &str) -> Option<f64> {
    let tasks: std::collections::BTreeSet<&str> = found.iter().map(|score| score.task.as_str()).collect();
    let own: Vec<f64> = found.iter().filter(|score| score.model == model).map(|score| score.value).collect();
    (!own.is_empty() && own.len() == tasks.len()).then(|| own.iter().sum::<f64>() / own.len() as f64)
}
