//! `gyrus submit`: a study as jobs of a cluster, each after those that it needs.

mod jobs;
mod script;
mod settings;

use std::path::{Path, PathBuf};

use clap::Args;
use gyrus_activations::{DeviceChoice, Precision, open_device};
use gyrus_study::{Event, Options, SIMULATION, Shard, Study, piece_of, run as run_study};

pub use self::jobs::{Job, read as read_jobs, state};
use self::script::Script;
use self::settings::Slurm;
use super::{program_hash, results_of, say};

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
    let out = results_of(&study, arguments.out.as_deref());
    let plan = Plan { study: &study, file: &arguments.study, out: &out, slurm: &arguments.slurm };
    let unfinished = plan.unfinished()?;
    let mut before: Option<Job> = None;
    let mut submitted = Vec::new();
    for stage in plan.stages() {
        let tasks = plan.missing(stage, unfinished.as_deref());
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
    // Where nothing was left to submit, what is known of earlier jobs stays.
    if !arguments.dry_run && !submitted.is_empty() {
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

    /// Names of the steps that are not finished; none known where GPUs are asked for, because what was made on one cannot be
    /// told from here, where there may be none.
    fn unfinished(&self) -> anyhow::Result<Option<Vec<String>>> {
        if self.slurm.gpus.is_some() {
            return Ok(None);
        }
        let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
        let options = Options { dry_run: true, ..Options::new(self.out.to_owned(), program_hash()?) };
        let mut unfinished = Vec::new();
        run_study(self.study, &device, &options, &mut |event| {
            if let Event::Planned { step, .. } = event {
                unfinished.push(step);
            }
        })?;
        Ok(Some(unfinished))
    }

    /// The tasks of a stage of which something is missing, from 1; a stage that is no array has one.
    fn missing(&self, stage: Stage, unfinished: Option<&[String]>) -> Vec<usize> {
        let parts = if stage.is_array() { self.slurm.array } else { 1 };
        let Some(unfinished) = unfinished else { return (1..=parts).collect() };
        // Before recordings are simulated nothing is known of what is made of them.
        let unknown = unfinished.iter().any(|step| step == SIMULATION);
        let lacks = |part: &usize| match stage {
            Stage::Prepare => unknown || unfinished.iter().any(|step| step == "text"),
            Stage::Extract | Stage::Parts => {
                let shard = Shard::new(*part, parts).expect("a part of them");
                unknown
                    || unfinished.iter().any(|step| piece_of(self.study, step).is_some_and(|place| shard.has(place)))
            }
            Stage::Merge => !unfinished.is_empty(),
        };
        (1..=parts).filter(lacks).collect()
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
