//! Jobs of a cluster: submitted, remembered, and asked for.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use gyrus_study::write_whole;
use serde::{Deserialize, Serialize};

/// A job that was submitted, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Name of its stage.
    pub stage: String,
    /// Number that Slurm gave it; none if it was not submitted.
    pub id: Option<u64>,
    /// Tasks of an array, from 1; none of another job.
    pub tasks: Vec<usize>,
}

impl Job {
    /// A job that is not submitted.
    pub fn planned(stage: &str, tasks: &[usize], is_array: bool) -> Self {
        Self { stage: stage.to_owned(), id: None, tasks: if is_array { tasks.to_vec() } else { Vec::new() } }
    }

    /// The tasks, separated by commas.
    fn listed(&self) -> String {
        self.tasks.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

impl fmt::Display for Job {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(formatter, "{}: job {id}", self.stage)?,
            None => write!(formatter, "{}: would be submitted", self.stage)?,
        }
        match self.tasks.as_slice() {
            [] => Ok(()),
            _ => write!(formatter, ", tasks {}", self.listed()),
        }
    }
}

/// Submits `script` as a job that begins when `before` has ended well.
///
/// # Errors
/// A cluster that does not take it, with its own words.
pub fn submit(
    script: &Path,
    (stage, tasks, is_array): (&str, &[usize], bool),
    before: Option<&Job>,
) -> anyhow::Result<Job> {
    let job = Job::planned(stage, tasks, is_array);
    let mut sbatch = Command::new("sbatch");
    sbatch.args(["--parsable", "--kill-on-invalid-dep=yes"]);
    if is_array {
        sbatch.arg(format!("--array={}", job.listed()));
    }
    if let Some(Job { id: Some(id), tasks, .. }) = before {
        // The part of a model can begin when its own states are there.
        let after = if is_array && *tasks == job.tasks { "aftercorr" } else { "afterok" };
        sbatch.arg(format!("--dependency={after}:{id}"));
    }
    let said = sbatch.arg(script).output().context("could not call `sbatch`: is this a machine of a Slurm cluster?")?;
    if !said.status.success() {
        bail!("Slurm did not take `{}`: {}", script.display(), String::from_utf8_lossy(&said.stderr).trim());
    }
    let answer = String::from_utf8_lossy(&said.stdout).into_owned();
    let id = answer.trim().split(';').next().unwrap_or_default().parse();
    Ok(Job { id: Some(id.with_context(|| format!("Slurm gave no number: `{}`", answer.trim()))?), ..job })
}

fn file(out: &Path) -> PathBuf {
    out.join("slurm").join("jobs.json")
}

/// Writes down what was submitted for the results in `out`.
///
/// # Errors
/// A file that cannot be written.
pub fn remember(out: &Path, jobs: &[Job]) -> anyhow::Result<()> {
    Ok(write_whole(&file(out), serde_json::to_string_pretty(jobs)?.as_bytes())?)
}

/// The jobs that were last submitted for the results in `out`.
pub fn read(out: &Path) -> Vec<Job> {
    let text = std::fs::read_to_string(file(out)).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// What Slurm says of a job, a line for each task: its number, state, reason, and how often it was begun again.
pub fn state(job: &Job) -> Vec<String> {
    let Some(id) = job.id else { return Vec::new() };
    let fields = "ArrayTaskID:10,State:14,Reason:28,RestartCnt:6";
    let asked = ["--noheader", "--array", "--states=all", "-j", &id.to_string(), "-O", fields];
    match Command::new("squeue").args(asked).output() {
        Ok(said) if said.status.success() => {
            let lines = String::from_utf8_lossy(&said.stdout).into_owned();
            lines.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
        }
        // Slurm forgets jobs some time after they have ended.
        Ok(_) => vec!["no longer known to Slurm".into()],
        Err(_) => vec!["not known: `squeue` cannot be called here".into()],
    }
}
