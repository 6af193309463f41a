//! `gyrus run`: a whole study.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use gyrus_report::Style;
use gyrus_study::{
    Event, Lock, Options, Outcome, Pieces, Shard, Study, free_space, remove_leftovers, run as run_study, size,
    write_whole,
};
use serde_json::json;

use super::device::{DeviceArguments, bytes};
use super::news::{Log, News};
use super::{Interruption, program_hash, results_of, say};

/// What is run, where to and how.
#[derive(Debug, Args)]
pub struct StudyArguments {
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
    /// How progress is written to standard error.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

/// What to run and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    common: StudyArguments,
    /// Run only these steps, separated by commas, for example encoding or report; another name gives the list.
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    only: Vec<String>,
    /// Run part I of N: what is made of every Nth model by itself, beside other parts of the same study on this machine or
    /// on others that see the same results; `gyrus merge` then makes the rest.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Say what would be run with about how much time, memory and disk, and run nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Whose parts to put together.
#[derive(Debug, Args)]
pub struct MergeArguments {
    #[command(flatten)]
    common: StudyArguments,
}

/// Runs `gyrus run`.
pub fn run(arguments: &Arguments, interruption: &Interruption) -> anyhow::Result<()> {
    let Arguments { common, only, shard, dry_run } = arguments;
    let pieces = shard.map_or(Pieces::All, Pieces::Of);
    let context = || format!("could not run the study `{}`", common.study.display());
    let how = |options| Options { only: only.clone(), pieces, dry_run: *dry_run, ..options };
    study(common, how, interruption).with_context(context)
}

/// Runs `gyrus merge`.
pub fn merge(arguments: &MergeArguments, interruption: &Interruption) -> anyhow::Result<()> {
    let context = || format!("could not merge the study `{}`", arguments.common.study.display());
    let how = |options| Options { pieces: Pieces::Found, ..options };
    study(&arguments.common, how, interruption).with_context(context)
}

fn study(
    arguments: &StudyArguments,
    how: impl FnOnce(Options) -> Options,
    interruption: &Interruption,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    interruption.set_log(arguments.log);
    let study = Study::open(&arguments.study)?;
    let mut news = News::new(arguments.log);
    let device = arguments.device.open(&mut |note| news.show(Event::Note(note)))?;
    let out = results_of(&study, arguments.out.as_deref());
    let options = how(Options {
        memory: arguments.memory,
        style: style(arguments.style.as_deref())?,
        command: format!("gyrus run {}", arguments.study.display()),
        ..Options::new(out.clone(), program_hash()?)
    });
    interruption.set_lock(locked(&options, &mut news)?);
    let mut on_event = |event| {
        if let Event::Begun { step, .. } = &event {
            interruption.set_step(&owner(), step);
        }
        interruption.unless_stopped(|| news.show(event));
    };
    let outcome = run_study(&study, &device, &options, &mut on_event)?;
    let Outcome { ran, found, .. } = outcome;
    if options.dry_run {
        let free = free_space(&out).map_or(String::new(), |free| format!(" of {} that are free", size(free)));
        news.show(Event::Note(format!("{ran} steps would be run, {found} found: {}{free}", news.planned)));
        return Ok(());
    }
    let steps: Vec<_> = news.steps.iter().map(|(step, outcome, seconds)| json!([step, outcome, seconds])).collect();
    let seconds = begun.elapsed().as_secs_f64();
    let log =
        json!({ "seconds": seconds, "threads": rayon::current_num_threads(), "device": device.name(), "steps": steps });
    let (file, made) = match options.pieces {
        Pieces::Of(shard) => (format!("run-log-{}.json", shard.in_file_name()), out.display()),
        Pieces::All | Pieces::Found => ("run-log.json".into(), outcome.report.display()),
    };
    write_whole(&out.join(file), format!("{log:#}").as_bytes())?;
    say(format_args!("{made}  ({ran} steps run, {found} found, {seconds:.1} s)"));
    Ok(())
}

/// The lock of the results, or of a part of them; none for a dry run, which writes nothing.
fn locked(options: &Options, news: &mut News) -> anyhow::Result<Option<Lock>> {
    if options.dry_run {
        return Ok(None);
    }
    if let Pieces::Of(shard) = options.pieces {
        // Other parts may be at work: what they have not finished stays.
        return Ok(Some(Lock::take_part(&options.out, shard, &owner())?));
    }
    let lock = Lock::take(&options.out, &owner())?;
    match remove_leftovers(&options.out)? {
        0 => {}
        left => news.show(Event::Note(format!("removed {left} unfinished files of a run that was killed"))),
    }
    Ok(Some(lock))
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
