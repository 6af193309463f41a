//! `gyrus run`: a whole study.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use gyrus_report::Style;
use gyrus_study::{
    Event, Lock, Options, Outcome, Study, file_hash, free_space, remove_leftovers, run as run_study, size, write_whole,
};
use serde_json::json;

use super::device::{DeviceArguments, bytes};
use super::news::{Log, News};
use super::say;

/// What to run and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The study file.
    study: PathBuf,
    /// Folder of the results [default: results/NAME].
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArguments,
    /// Memory for a model and its states, for example `1G`, apart from mapped files [default: as much as it takes];
    /// states that do not fit go to a temporary file in the results. The results do not depend on it.
    #[arg(long, value_parser = bytes)]
    memory: Option<u64>,
    /// How figures look: a TOML file with `single` and `double` (column widths in millimetres), `dpi`, `line_width` and
    /// `font_size` (factors), and `colors` (of the models, in order). No number depends on it.
    #[arg(long, value_name = "FILE")]
    style: Option<PathBuf>,
    /// Run only this step, for example encoding or report; another name gives the list.
    #[arg(long, value_name = "STEP")]
    only: Option<String>,
    /// Say what would be run with about how much time, memory and disk, and run nothing.
    #[arg(long)]
    dry_run: bool,
    /// How progress is written to standard error.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let begun = Instant::now();
    let context = || format!("could not run the study `{}`", arguments.study.display());
    let study = Study::open(&arguments.study).with_context(context)?;
    let mut news = News::new(arguments.log);
    let device = arguments.device.open(&mut |note| news.show(Event::Note(note))).with_context(context)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&study.name));
    let options = Options {
        out: out.clone(),
        only: arguments.only.clone(),
        dry_run: arguments.dry_run,
        memory: arguments.memory,
        style: style(arguments.style.as_deref()).with_context(context)?,
        command: format!("gyrus run {}", arguments.study.display()),
        program: std::env::current_exe().map_err(anyhow::Error::from).and_then(|exe| Ok(file_hash(&exe)?))?,
    };
    let mut lock = (!arguments.dry_run).then(|| Lock::take(&out, &owner())).transpose().with_context(context)?;
    if lock.is_some() {
        match remove_leftovers(&out).with_context(context)? {
            0 => {}
            left => news.show(Event::Note(format!("removed {left} unfinished files of a run that was killed"))),
        }
    }
    let mut on_event = |event| {
        if let (Event::Begun { step }, Some(lock)) = (&event, &mut lock) {
            lock.say(&format!("{}, at `{step}`", owner()));
        }
        news.show(event);
    };
    let outcome = run_study(&study, &device, &options, &mut on_event).with_context(context)?;
    if arguments.dry_run {
        let free = free_space(&out).map_or(String::new(), |free| format!(" of {} that are free", size(free)));
        let (planned, Outcome { ran, found, .. }) = (news.planned, outcome);
        news.show(Event::Note(format!("{ran} steps would be run, {found} found: {planned}{free}")));
        return Ok(());
    }
    let steps: Vec<_> = news.steps.iter().map(|(step, outcome, seconds)| json!([step, outcome, seconds])).collect();
    let seconds = begun.elapsed().as_secs_f64();
    let log =
        json!({ "seconds": seconds, "threads": rayon::current_num_threads(), "device": device.name(), "steps": steps });
    write_whole(&out.join("run-log.json"), format!("{log:#}").as_bytes()).with_context(context)?;
    let times = format!("{} steps run, {} found, {seconds:.1} s", outcome.ran, outcome.found);
    say(format_args!("{}  ({times})", outcome.report.display()));
    Ok(())
}

fn style(file: Option<&Path>) -> anyhow::Result<Style> {
    let Some(file) = file else { return Ok(Style::default()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("could not read `{}`", file.display()))?;
    Style::parse(&text).with_context(|| format!("could not understand the style file `{}`", file.display()))
}

/// This process, as others are told that wait for it.
fn owner() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "this machine" } else { host.trim() };
    format!("process {} on `{host}`", std::process::id())
}
