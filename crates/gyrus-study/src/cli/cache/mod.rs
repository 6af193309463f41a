//! `gyrus cache`: why steps of a study are made anew, and what in its results belongs to no step any more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use clap::{Args, Subcommand};
use gyrus_activations::{Device, DeviceChoice, Precision, open_device};
use gyrus_study::{Cache, Event, Lock, Options, Study, run as run_study, size, steps};

use super::{examples, program_hash, results_of, say};

/// What to do with the finished steps of a study.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say for each step whether it is found, or why it would be made anew.
    #[command(after_help = examples::CACHE_EXPLAIN)]
    Explain(StudyArguments),
    /// Remove what the study as it is now has no step for: states of models and windows that were taken out, for example.
    #[command(after_help = examples::CACHE_PRUNE)]
    Prune(PruneArguments),
}

/// Which study, and where its results are.
#[derive(Debug, Args)]
pub struct StudyArguments {
    /// The study file.
    study: PathBuf,
    /// Folder of the results [default: results/NAME].
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Which study, and whether files are removed.
#[derive(Debug, Args)]
pub struct PruneArguments {
    #[command(flatten)]
    common: StudyArguments,
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Explain(arguments) => explain(arguments),
        Command::Prune(arguments) => prune(arguments),
    }
}

impl StudyArguments {
    fn open(&self) -> anyhow::Result<(Study, PathBuf)> {
        let study = Study::open(&self.study)?;
        let out = results_of(&study, self.out.as_deref());
        Ok((study, out))
    }
}

/// What a dry run of `study` into `out` says.
fn planned(study: &Study, out: &Path, on_event: &mut dyn FnMut(Event)) -> anyhow::Result<()> {
    let device: Device = open_device(DeviceChoice::Auto, Precision::Full)?;
    let options = Options { dry_run: true, ..Options::new(out.to_owned(), program_hash()?) };
    run_study(study, &device, &options, on_event)?;
    Ok(())
}

fn explain(arguments: &StudyArguments) -> anyhow::Result<()> {
    let (study, out) = arguments.open()?;
    planned(&study, &out, &mut |event| match event {
        Event::Found { step, .. } => say(format_args!("{step}: found")),
        Event::Planned { step, reason: Some(reason), .. } => say(format_args!("{step}: made anew, because {reason}")),
        Event::Planned { step, reason: None, .. } => {
            say(format_args!("{step}: made anew, because it reads what is made before it"));
        }
        _ => {}
    })
}

fn prune(arguments: &PruneArguments) -> anyhow::Result<()> {
    let (study, out) = arguments.common.open()?;
    let _lock = (!arguments.dry_run).then(|| Lock::take(&out, "gyrus cache prune")).transpose()?;
    let mut named = BTreeSet::new();
    planned(&study, &out, &mut |event| {
        if let Event::Found { step, .. } | Event::Planned { step, .. } = event {
            named.insert(step);
        }
    })?;
    // Until recordings are there, nothing is known of the steps that read them.
    ensure!(
        study.simulation.is_none() || named.len() > steps().len() + 1,
        "the recordings are not simulated yet: run the study"
    );
    let cache = Cache::new(&out);
    let (kept, left): (Vec<_>, Vec<_>) = cache.finished()?.into_iter().partition(|(step, _)| named.contains(step));
    let needed: BTreeSet<PathBuf> = kept.into_iter().flat_map(|(_, files)| files).collect();
    let mut bytes = 0;
    for (step, files) in left {
        for file in files.iter().filter(|file| !needed.contains(*file)).map(|file| out.join(file)) {
            let Ok(found) = std::fs::metadata(&file) else { continue };
            bytes += found.len();
            say(format_args!("{}  ({})", file.display(), size(found.len())));
            if !arguments.dry_run {
                std::fs::remove_file(&file)?;
            }
        }
        if !arguments.dry_run {
            cache.forget(&step)?;
        }
    }
    let verb = if arguments.dry_run { "would be removed" } else { "removed" };
    say(format_args!("{} {verb}", size(bytes)));
    Ok(())
}
