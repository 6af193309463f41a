//! `gyrus train`: small language models of many families from a recipe.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use gyrus_study::{Event, write_whole};
use gyrus_types::Progress;
use gyrus_zoo::{Options, Recipe, Step, train};
use serde_json::json;

use super::device::DeviceArguments;
use super::news::{Log, News};
use super::say;

/// What to train and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The recipe.
    recipe: PathBuf,
    /// Folder of the models, and of the states from which an interrupted training goes on [default: the recipe's].
    #[arg(long)]
    out: Option<PathBuf>,
    /// Folder of the texts [default: the one that the recipe names].
    #[arg(long)]
    text: Option<PathBuf>,
    /// Train these models alone, separated by commas.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    only: Vec<String>,
    /// Stop after so many steps in all, as if killed; the same command goes on.
    #[arg(long, value_name = "STEPS")]
    steps: Option<u64>,
    #[command(flatten)]
    device: DeviceArguments,
    /// How progress is written to standard error.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let begun = Instant::now();
    let recipe = Recipe::open(&arguments.recipe)?;
    let recipe = match &arguments.text {
        Some(folder) => recipe.with_folder(folder),
        None => recipe,
    };
    let mut news = News::new(arguments.log);
    let device = arguments.device.open(&mut |note| news.show(Event::Note(note)))?;
    let folder = arguments.recipe.parent().map(PathBuf::from).unwrap_or_default();
    let out = arguments.out.clone().unwrap_or(folder);
    let options = Options { out: out.clone(), only: arguments.only.clone(), most: arguments.steps };
    let mut seconds = Vec::new();
    let mut on_step = |step: Step<'_>| {
        let name = format!("train {} {:.2} bits per token", step.model, step.bits);
        if seconds.last().is_none_or(|(model, _, _)| model != step.model) {
            seconds.push((step.model.to_owned(), 0.0, Instant::now()));
        }
        if let Some((_, spent, since)) = seconds.last_mut() {
            *spent = since.elapsed().as_secs_f64();
        }
        if let Some(bits) = step.held_out {
            let (model, done) = (step.model, step.done);
            news.show(Event::Note(format!("{model} after {done} steps: {bits:.3} bits per held-out character")));
        }
        let progress = Progress { done: step.done, total: step.total };
        news.show(Event::Progress { step: name, progress, unit: "steps" });
    };
    let trained = train(&recipe, &device, &options, &mut on_step)?;
    for model in &trained {
        let size = model.parameters as f64 / 1e6;
        let bits = model.bits_per_character;
        say(format_args!("{}  {size:.2} M parameters, {} steps, {bits:.3} bits per character", model.name, model.steps));
    }
    let models: Vec<_> = seconds.iter().map(|(model, spent, _)| json!([model, spent])).collect();
    let seconds = begun.elapsed().as_secs_f64();
    let log = json!({
        "seconds": seconds, "threads": rayon::current_num_threads(), "device": device.name(), "models": models,
    });
    write_whole(&out.join("run-log.json"), format!("{log:#}").as_bytes()).context("could not write the log")
}
