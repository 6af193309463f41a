//! `gyrus status`: what a results folder holds, and how its jobs are.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use gyrus_study::{Lock, steps};
use serde_json::Value;

use super::say;
use super::submit::{read_jobs, state};

/// Of which results.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folder of the results.
    results: PathBuf,
}

/// A finished step: its name and the bytes of its files, `None` if one is gone.
struct Done {
    name: String,
    bytes: Option<u64>,
}

/// Steps whose pieces are many and small, and are told together.
const TOGETHER: [&str; 2] = ["fits", "lags"];

/// A line of the table: a step, or the small pieces of one.
struct Line {
    name: String,
    bytes: Option<u64>,
    seconds: Option<f64>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = &arguments.results;
    ensure!(folder.is_dir(), "`{}` is no folder", folder.display());
    let done = done(folder)?;
    let owners = Lock::owners(folder);
    for owner in &owners {
        say(format_args!("under way: {owner}"));
    }
    let jobs = read_jobs(folder);
    for job in &jobs {
        say(job);
        state(job).into_iter().for_each(|line| say(format_args!("  {line}")));
    }
    ensure!(
        !owners.is_empty() || !jobs.is_empty() || !done.is_empty(),
        "`{}` holds no results: no step is recorded in `steps`",
        folder.display()
    );
    let seconds = seconds(folder);
    say(format_args!("{:<44} {:>12} {:>10}", "step", "MB", "seconds"));
    for Line { name, bytes, seconds } in lines(&done, &seconds) {
        let size = bytes.map_or("files gone".to_owned(), |bytes| format!("{:.2}", bytes as f64 / 1e6));
        let time = seconds.map_or(String::new(), |seconds| format!("{seconds:.1}"));
        say(format_args!("{name:<44} {size:>12} {time:>10}"));
    }
    let has = |name: &str| done.iter().any(|d| d.name == name || d.name.starts_with(&format!("{name}-")));
    let missing: Vec<&str> = steps().into_iter().filter(|name| !has(name)).collect();
    let total: u64 = done.iter().filter_map(|step| step.bytes).sum();
    say(format_args!("{} steps done, {:.2} MB", done.len(), total as f64 / 1e6));
    if !missing.is_empty() {
        say(format_args!("not there: {} (a study has only those steps that it asks for)", missing.join(", ")));
    }
    Ok(())
}

/// A line for each finished step, and one for the small pieces of each step that has some.
fn lines(done: &[Done], seconds: &[(String, f64)]) -> Vec<Line> {
    let took = |step: &Done| seconds.iter().find(|(name, _)| *name == step.name).map(|(_, seconds)| *seconds);
    let small = |step: &Done| TOGETHER.into_iter().find(|of| step.name.starts_with(&format!("{of}-")));
    let mut lines = Vec::new();
    for together in done.chunk_by(|a, b| small(a).is_some() && small(a) == small(b)) {
        let name = match small(&together[0]) {
            Some(of) => format!("{of}, {} pieces", together.len()),
            None => together[0].name.clone(),
        };
        let times: Vec<f64> = together.iter().filter_map(took).collect();
        let (bytes, seconds) =
            (together.iter().map(|step| step.bytes).sum(), (!times.is_empty()).then(|| times.iter().sum()));
        lines.push(Line { name, bytes, seconds });
    }
    lines
}

fn done(folder: &Path) -> anyhow::Result<Vec<Done>> {
    let Ok(entries) = std::fs::read_dir(folder.join("steps")) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &PathBuf| -> anyhow::Result<Done> {
        let context = || format!("could not read `{}`", path.display());
        let text = std::fs::read_to_string(path).with_context(context)?;
        let record: Value = serde_json::from_str(&text).with_context(context)?;
        let files = record["files"].as_array().into_iter().flatten().filter_map(|file| file["path"].as_str());
        let bytes = files.map(|file| Some(std::fs::metadata(folder.join(file)).ok()?.len())).sum();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Done { name, bytes })
    };
    paths.iter().map(read).collect()
}

/// Seconds of the steps that the last whole run ran; none without its log.
fn seconds(folder: &Path) -> Vec<(String, f64)> {
    let text = std::fs::read_to_string(folder.join("run-log.json")).unwrap_or_default();
    let log: Value = serde_json::from_str(&text).unwrap_or_default();
    let ran = |step: &Value| {
        let seconds = step[2].as_f64().filter(|_| step[1] == "ran")?;
        Some((step[0].as_str()?.to_owned(), seconds))
    };
    log["steps"].as_array().into_iter().flatten().filter_map(ran).collect()
}
