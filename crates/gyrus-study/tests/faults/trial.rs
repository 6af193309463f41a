//! A small study, its undisturbed results, and what must hold after any fault.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use gyrus_tests::{Answer, Program, SmallStudy, Snapshot, changed, snapshot};
use serde_json::Value;

pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The program.
pub const GYRUS: &str = env!("CARGO_BIN_EXE_gyrus");

/// Files that say when and where, and nothing else.
const OUTSIDE: [&str; 2] = ["run-log.json", "lock"];

/// A study and its results as an undisturbed run leaves them.
pub struct Trial {
    pub study: SmallStudy,
    pub whole: Snapshot,
    pub seconds: Duration,
}

impl Trial {
    /// Writes the study and runs it undisturbed.
    pub fn new() -> io::Result<Self> {
        let study = SmallStudy::new()?;
        let mut trial = Self { study, whole: Snapshot::new(), seconds: Duration::ZERO };
        let begun = Instant::now();
        trial.run(Path::new("whole"))?.good()?;
        trial.seconds = begun.elapsed();
        trial.whole = results(&trial.study.path("whole"))?;
        assert!(trial.whole.contains_key(Path::new("report.html")));
        Ok(trial)
    }

    /// Runs the study into `out`, within its folder.
    pub fn run(&self, out: &Path) -> io::Result<Answer> {
        Program::new(GYRUS).call(self.study.folder(), arguments(out))
    }

    /// The same as a command, which says nothing, after `before`.
    pub fn command(&self, before: &[&str], out: &Path) -> Command {
        let words: Vec<&str> = before.iter().copied().chain([GYRUS]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).args(arguments(out)).current_dir(self.study.folder());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Runs the study into the disturbed results `out` and holds the outcome: no finished step is made again, and the bytes are
    /// those of an undisturbed run.
    pub fn heals(&self, out: &Path) -> io::Result<()> {
        let finished = finished(&self.study.path(out))?;
        let answer = self.run(out)?;
        answer.good()?;
        let found = found(&self.study.path(out))?;
        let again: Vec<&String> = finished.iter().filter(|step| !found.contains(*step)).collect();
        assert!(again.is_empty(), "made again: {again:?}");
        self.is_whole(out)
    }

    /// Holds that the results `out` are those of an undisturbed run.
    pub fn is_whole(&self, out: &Path) -> io::Result<()> {
        let now = results(&self.study.path(out))?;
        let other = changed(&self.whole, &now);
        assert!(other.is_empty(), "not as undisturbed: {other:?}");
        Ok(())
    }
}

/// The steps that the last run of the results in `folder` found finished.
fn found(folder: &Path) -> io::Result<BTreeSet<String>> {
    let log: Value = serde_json::from_slice(&std::fs::read(folder.join("run-log.json"))?)?;
    let steps = log["steps"].as_array().into_iter().flatten().filter(|step| step[1] == "found");
    Ok(steps.filter_map(|step| Some(step[0].as_str()?.to_owned())).collect())
}

/// A folder's files but for those that say when and where.
pub fn results(folder: &Path) -> io::Result<Snapshot> {
    let mut files = snapshot(folder)?;
    files.retain(|path, _| !OUTSIDE.iter().any(|name| path == Path::new(name)));
    Ok(files)
}

/// Names of the steps that left a record in `folder`.
pub fn finished(folder: &Path) -> io::Result<Vec<String>> {
    let steps = folder.join("steps");
    if !steps.exists() {
        return Ok(Vec::new());
    }
    let stem = |entry: io::Result<fs::DirEntry>| -> io::Result<Option<String>> {
        let path = entry?.path();
        let record = path.extension().is_some_and(|ending| ending == "json");
        Ok(path.file_stem().filter(|_| record).map(|stem| stem.to_string_lossy().into_owned()))
    };
    fs::read_dir(steps)?.filter_map(|entry| stem(entry).transpose()).collect()
}

/// How many faults are asked for, `few` in a short form.
pub fn kills(few: usize) -> usize {
    std::env::var("GYRUS_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(few)
}

fn arguments(out: &Path) -> [PathBuf; 4] {
    ["run".into(), "study.toml".into(), "--out".into(), out.to_owned()]
}
