//! Measures what a build of everything from nothing costs, as a row for the documentation.

use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use crate::process;

/// Clock ticks per second in `/proc`, fixed at 100 for programs on Linux.
const TICKS: f64 = 100.0;

/// Builds into a fresh directory, measures, and removes it.
pub fn run() -> Result<ExitCode, String> {
    let target = std::env::temp_dir().join(format!("gyrus-cold-build-{}", std::process::id()));
    fs::create_dir(&target).map_err(|error| format!("cannot make `{}`: {error}", target.display()))?;
    let measured = measure(&target);
    let removed = fs::remove_dir_all(&target);
    let outcome = measured?;
    removed.map_err(|error| format!("cannot remove `{}`: {error}", target.display()))?;
    Ok(outcome)
}

fn measure(target: &Path) -> Result<ExitCode, String> {
    let (before, start) = (child_seconds()?, Instant::now());
    // Tests and all: what a newcomer compiles with the first test command.
    let mut build = process::cargo(&["test", "--release", "--workspace", "--no-run"]);
    let status = process::status(build.env("CARGO_TARGET_DIR", target))?;
    if !status.success() {
        return Ok(process::code(status));
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), child_seconds()? - before);
    let crates = compiled_crates(target)?;
    let bytes = size(target).map_err(|error| format!("cannot measure `{}`: {error}", target.display()))?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("| cores | wall (s) | CPU (s) | crates | target (GB) |");
    println!("|---|---|---|---|---|");
    println!("{}", row(cores, wall, cpu, crates, bytes));
    Ok(ExitCode::SUCCESS)
}

fn row(cores: usize, wall: f64, cpu: f64, crates: usize, bytes: u64) -> String {
    format!("| {cores} | {wall:.0} | {cpu:.0} | {crates} | {:.2} |", bytes as f64 / 1e9)
}

/// User and system seconds of all children that have ended, from `/proc/self/stat`.
fn child_seconds() -> Result<f64, String> {
    let stat =
        fs::read_to_string("/proc/self/stat").map_err(|error| format!("cannot read `/proc/self/stat`: {error}"))?;
    parse_child_ticks(&stat).map(|ticks| ticks as f64 / TICKS).ok_or(format!("cannot read the times in `{stat}`"))
}

/// Fields 16 and 17 of the line (counted from 1): the ticks of waited-for children in user and system mode.
fn parse_child_ticks(stat: &str) -> Option<u64> {
    // The name in field 2 may hold spaces and brackets, so counting starts behind its last bracket, at field 3.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Crates that were compiled, build scripts not counted: cargo keeps one fingerprint folder per crate and target.
fn compiled_crates(target: &Path) -> Result<usize, String> {
    let folder = target.join("release/.fingerprint");
    let entries = fs::read_dir(&folder).map_err(|error| format!("cannot read `{}`: {error}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| crate_of(&entry.file_name().to_string_lossy())).collect();
    names.sort();
    names.dedup();
    Ok(names.len())
}

/// `serde` of `serde-0123456789abcdef`.
fn crate_of(folder: &str) -> Option<String> {
    folder.rsplit_once('-').map(|(name, _)| name.to_owned())
}

fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        bytes += if kind.is_dir() { size(&entry.path())? } else { kind.len() };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) c) R 1 7 7 0 -1 4194304 100 200 0 0 11 12 1300 14 20 0 1 0 99 0 0";
        assert_eq!(parse_child_ticks(stat), Some(1314));
        assert_eq!(parse_child_ticks("nonsense"), None);
    }

    #[test]
    fn crates_are_named_without_their_hash() {
        assert_eq!(crate_of("serde-json-0123456789abcdef").as_deref(), Some("serde-json"));
    }

    #[test]
    fn row_is_markdown() {
        assert_eq!(row(2, 1500.4, 2766.0, 580, 2_400_000_000), "| 2 | 1500 | 2766 | 580 | 2.40 |");
    }
}
