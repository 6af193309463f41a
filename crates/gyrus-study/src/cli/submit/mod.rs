//! `gyrus submit`: a study as jobs of a cluster, each after those that it needs.

mod jobs;
mod script;
mod settings;

use std::path::{Path, PathBuf};

use clap::Args;
use gyrus_activations::{Device, DeviceChoice, Precision, open_device};
use gyrus_study::{Options, Pieces, Shard, Study, file_hash, run as run_study};

pub use self::jobs::{Job, read as read_jobs, state};
use self::script::Script;
use self::settings::Slurm;
use super::say;

/// Which study goes to which cluster.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The study file.
    study: PathBuf,
    /// Folder of the results, which all nodes see [default: results/NAME].
    #[arg(long)]
    out: Option<PathBuf>,
    /// What Slurm is told, as KEY=VALUE separated by commas: `array` (parts of the study, one task each), `partition`, `cpus`
    /// and `mem` of a task, `time`, `account`, `qos`; with `gpus` states are extracted on GPUs, in `gpu-partition` if that is
    /// given.
    #[arg(long, value_name = "KEY=VALUE,...")]
    slurm: Slurm,
    /// Write the scripts and say what would be submitted, and submit nothing.
    #[arg(long)]
    dry_run: bool,
}

/// One kind of job, in the order in which they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Recordings where they are simulated, and the text: what every part needs or is short.
    Prepare,
    /// States of models, on GPUs.
    Extract,
    /// What is made of each model by itself.
    Parts,
    /// What is made of all models together.
    Merge,
}

impl Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Extract => "extract",
            Self::Parts => "parts",
            Self::Merge => "merge",
        }
    }

    /// Whether it is an array of one task for each part.
    fn is_array(self) -> bool {
        matches!(self, Self::Extract | Self::Parts)
    }

    /// The steps that it runs; all of a part, or of a study, if none are named.
    fn steps(self, gpus: bool) -> &'static [&'static str] {
        match self {
            Self::Prepare => &["text"],
            Self::Extract => &["activations", "benchmarks"],
            Self::Parts if gpus => &["encoding", "canaries", "dimension", "context"],
            Self::Parts | Self::Merge => &[],
        }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let study = Study::open(&arguments.study)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results").join(&study.name));
    let plan = Plan { study: &study, file: &arguments.study, out: &out, slurm: &arguments.slurm };
    let mut before: Option<Job> = None;
    let mut submitted = Vec::new();
    for stage in plan.stages() {
        let tasks = plan.missing(stage)?;
        if tasks.is_empty() {
            say(format_args!("{}: finished", stage.name()));
            continue;
        }
        let script = plan.script(stage).write(&out)?;
        let job = match arguments.dry_run {
            true => Job::planned(stage.name(), &tasks, stage.is_array()),
            false => jobs::submit(&script, (stage.name(), &tasks, stage.is_array()), before.as_ref())?,
        };
        say(&job);
        before = Some(job.clone());
        submitted.push(job);
    }
    if !arguments.dry_run {
        jobs::remember(&out, &submitted)?;
    }
    Ok(())
}

/// A study on its way to a cluster.
struct Plan<'a> {
    study: &'a Study,
    /// As it was given, so that results name the same paths as those of a run from here.
    file: &'a Path,
    out: &'a Path,
    slurm: &'a Slurm,
}

impl Plan<'_> {
    fn stages(&self) -> Vec<Stage> {
        let all = [Stage::Prepare, Stage::Extract, Stage::Parts, Stage::Merge];
        all.into_iter().filter(|stage| *stage != Stage::Extract || self.slurm.gpus.is_some()).collect()
    }

    /// The tasks of a stage of which something is missing, from 1; a stage that is no array has one.
    fn missing(&self, stage: Stage) -> anyhow::Result<Vec<usize>> {
        let parts = if stage.is_array() { self.slurm.array } else { 1 };
        // What was made on a GPU cannot be told from here, where there may be none.
        if self.slurm.gpus.is_some() {
            return Ok((1..=parts).collect());
        }
        let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
        let mut missing = Vec::new();
        for part in 1..=parts {
            let pieces = match stage {
                Stage::Extract | Stage::Parts => Pieces::Of(Shard::new(part, parts).expect("a part of them")),
                Stage::Prepare | Stage::Merge => Pieces::All,
            };
            if self.lacks(stage, pieces, &device)? {
                missing.push(part);
            }
        }
        Ok(missing)
    }

    /// Whether a dry run would run anything.
    fn lacks(&self, stage: Stage, pieces: Pieces, device: &Device) -> anyhow::Result<bool> {
        let program = file_hash(&std::env::current_exe()?)?;
        let options = Options {
            only: stage.steps(false).iter().map(|step| (*step).to_owned()).collect(),
            pieces,
            dry_run: true,
            ..Options::new(self.out.to_owned(), program)
        };
        Ok(run_study(self.study, device, &options, &mut |_| ())?.ran > 0)
    }

    fn script(&self, stage: Stage) -> Script<'_> {
        let on_gpu = self.slurm.gpus.is_some() && stage != Stage::Parts;
        Script {
            study: self.study.name.as_str(),
            file: self.file,
            out: self.out,
            slurm: self.slurm,
            stage: stage.name(),
            steps: stage.steps(self.slurm.gpus.is_some()),
            is_array: stage.is_array(),
            on_gpu,
        }
    }
}
