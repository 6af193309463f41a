//! `gyrus submit`: a study as jobs of a cluster, each after those that it needs.

mod jobs;
mod script;
mod settings;

use std::path::{Path, PathBuf};

use clap::Args;
use gyrus_activations::{DeviceChoice, Precision, open_device};
use gyrus_study::{Event, Options, Pieces, SIMULATION, Shard, Study, run as run_study};

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
    /// States of models and their answers to benchmarks, on GPUs if there are some.
    Extract,
    /// Everything else that is made by itself.
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

    /// The steps that it runs; all of a study if none are named.
    fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Prepare => &["text"],
            Self::Extract => &["activations", "benchmarks"],
            Self::Parts => &["fits", "lags", "dimension", "context"],
            Self::Merge => &[],
        }
    }

    /// Whether it runs models.
    fn runs_models(self) -> bool {
        matches!(self, Self::Prepare | Self::Extract)
    }

    /// Whether the piece `step` is of one of its steps.
    fn has(self, step: &str) -> bool {
        self.steps().iter().any(|own| step.starts_with(&format!("{own}-")))
    }
}

/// A step that is not finished.
struct Unfinished {
    step: String,
    /// Its place, if it is a piece.
    piece: Option<usize>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let study = Study::open(&arguments.study)?;
    let out = results_of(&study, arguments.out.as_deref());
    let plan = Plan { study: &study, file: &arguments.study, out: &out, slurm: &arguments.slurm };
    let unfinished = plan.unfinished()?;
    let mut before: Option<Job> = None;
    let mut submitted = Vec::new();
    for stage in [Stage::Prepare, Stage::Extract, Stage::Parts, Stage::Merge] {
        let tasks = plan.missing(stage, &unfinished);
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
    /// What is not finished, wherever the rest was made.
    fn unfinished(&self) -> anyhow::Result<Vec<Unfinished>> {
        let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
        let options = Options::new(self.out.to_owned(), program_hash()?);
        let options = Options { dry_run: true, pieces: Pieces::Found, ..options };
        let mut unfinished = Vec::new();
        run_study(self.study, &device, &options, &mut |event| {
            if let Event::Planned { step, piece, .. } = event {
                unfinished.push(Unfinished { step, piece });
            }
        })?;
        Ok(unfinished)
    }

    /// The tasks of a stage of which something is missing, from 1; a stage that is no array has one.
    fn missing(&self, stage: Stage, unfinished: &[Unfinished]) -> Vec<usize> {
        let parts = if stage.is_array() { self.slurm.array } else { 1 };
        // Before recordings are simulated nothing is known of what is made of them.
        let unknown = unfinished.iter().any(|left| left.step == SIMULATION);
        let lacks = |part: &usize| match stage {
            Stage::Prepare => unknown || unfinished.iter().any(|left| left.step == "text"),
            Stage::Extract | Stage::Parts => {
                let shard = Shard::new(*part, parts).expect("a part of them");
                let own = |left: &Unfinished| stage.has(&left.step) && left.piece.is_some_and(|place| shard.has(place));
                unknown || unfinished.iter().any(own)
            }
            Stage::Merge => !unfinished.is_empty(),
        };
        (1..=parts).filter(lacks).collect()
    }

    fn script(&self, stage: Stage) -> Script<'_> {
        let on_gpu = self.slurm.gpus.is_some() && stage.runs_models();
        Script {
            study: self.study.name.as_str(),
            file: self.file,
            out: self.out,
            slurm: self.slurm,
            stage: stage.name(),
            steps: stage.steps(),
            is_array: stage.is_array(),
            on_gpu,
        }
    }
}
