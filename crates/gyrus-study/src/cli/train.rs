//! `gyrus train`: small language models of many families from a recipe.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use gyrus_study::{Event, write_whole};
use gyrus_types::Progress;
use gyrus_zoo::{Options, Recipe, Step, card, train};
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
    let out = arguments.out.clone().unwrap_or_else(|| recipe.path().parent().map(PathBuf::from).unwrap_or_default());
    let options = Options { out: out.clone(), only: arguments.only.clone(), most: arguments.steps };
    let mut first = None;
    let trained = train(&recipe, &device, &options, &mut |step| show(step, &mut first, &mut news))?;
    for model in &trained {
        let (name, size) = (&model.name, model.parameters as f64 / 1e6);
        let (steps, bits) = (model.steps, model.bits_per_character);
        say(format_args!("{name}  {size:.2} M weights, {steps} steps, {bits:.3} bits per character"));
    }
    let expected: usize = recipe.models.iter().map(|model| model.also_after.len() + 1).sum();
    if trained.len() == expected {
        write_whole(&out.join("README.md"), card(&recipe, &trained).as_bytes())?;
    }
    let models: Vec<_> = news.steps.iter().map(|(model, _, seconds)| json!([model, seconds])).collect();
    let seconds = begun.elapsed().as_secs_f64();
    let log = json!({
        "seconds": seconds, "threads": rayon::current_num_threads(), "device": device.name(), "models": models,
    });
    write_whole(&out.join("run-log.json"), format!("{log:#}\n").as_bytes()).context("could not write the log")
}

/// Shows a step; `first` is the model that is being trained, and the step that this run began with.
fn show(step: Step<'_>, first: &mut Option<(String, u64)>, news: &mut News) {
    let name = format!("train {}", step.model);
    if first.as_ref().is_none_or(|(model, _)| model != step.model) {
        news.show(Event::Begun { step: name.clone(), small: false });
        *first = Some((step.model.to_owned(), step.done - 1));
    }
    let before = first.as_ref().map_or(0, |(_, before)| *before);
    if let Some(bits) = step.held_out {
        let (model, done) = (step.model, step.done);
        news.show(Event::Note(format!("{model} after {done} steps: {bits:.3} bits per held-out character")));
    }
    let progress = Progress { done: step.done - before, total: step.total - before };
    news.show(Event::Progress { step: format!("{name}, {:.2} bits per token", step.bits), progress, unit: "steps" });
    if step.done == step.total {
        news.show(Event::Finished { step: name, small: false });
    }
}
