//! Everything that must hold before a change is taken: one step after the other, stopping at the first that fails.

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::{book, process, reproduce};

/// A step of the run: what it is called, the cargo command, and what it sets in the environment.
struct Step {
    name: &'static str,
    cargo: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const STEPS: [Step; 5] = [
    Step { name: "format", cargo: &["fmt", "--all", "--check"], environment: &[] },
    Step {
        name: "lints",
        cargo: &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"],
        environment: &[],
    },
    // The test command of README.md; every reader meets damaged files for ten seconds, not for one or two.
    Step { name: "tests", cargo: &["test", "--release", "--workspace"], environment: &[("GYRUS_FUZZ_SECONDS", "10")] },
    // One crate alone: the backend is a build of its own, and nothing else of the house needs it.
    Step {
        name: "gpu",
        cargo: &["test", "--release", "-p", "gyrus-activations", "--features", "gpu", "--test", "gpu"],
        environment: &[],
    },
    Step {
        name: "docs",
        cargo: &["doc", "--release", "--workspace", "--no-deps"],
        environment: &[("RUSTDOCFLAGS", "-D warnings")],
    },
];

/// What we build on, held to deny.toml; tests/tests/licences.rs does the most of it where cargo-deny is not installed.
///
/// What is only warned of, packages in several versions, is left to a call by hand.
const AUDIT: Step = Step {
    name: "audit",
    cargo: &["deny", "--offline", "--log-level", "error", "check", "licenses", "bans", "sources"],
    environment: &[],
};

/// Studies that are run whole: what each is called, its arguments, and whether it needs data that is not in the repository.
const STUDIES: [(&str, &[&str], bool); 2] =
    [("study of the paper", &["--quick"], false), ("small study", &["--study", "small"], true)];

/// Runs every step, then the study of the paper on less, and the small study where its data is at hand.
pub fn run() -> Result<ExitCode, String> {
    let start = Instant::now();
    let audit = has_deny().then_some(&AUDIT);
    if audit.is_none() {
        println!("== {}: left to the tests: cargo-deny is not installed", AUDIT.name);
    }
    for step in audit.into_iter().chain(&STEPS) {
        if let Some(code) = step.run()? {
            return Ok(code);
        }
    }
    if !book::is_installed() {
        println!("== book: skipped: mdbook is not installed");
    } else if let Some(code) = timed("book", "mdbook build docs", || book::make().map(failure))? {
        return Ok(code);
    }
    for (name, arguments, outside) in STUDIES {
        if outside && !process::root().join("../shared").is_dir() {
            println!("== {name}: skipped: ../shared is absent");
            continue;
        }
        let code = timed(name, &format!("cargo xtask reproduce {}", arguments.join(" ")), || {
            let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
            reproduce::run(&arguments).map(failure)
        })?;
        if let Some(code) = code {
            return Ok(code);
        }
    }
    println!("== all steps passed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

/// The code, where it is one of a failure.
fn failure(code: ExitCode) -> Option<ExitCode> {
    (code != ExitCode::SUCCESS).then_some(code)
}

fn has_deny() -> bool {
    process::cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success())
}

impl Step {
    /// Does the step; `Some` is the code of a failure.
    fn run(&self) -> Result<Option<ExitCode>, String> {
        timed(self.name, &format!("cargo {}", self.cargo.join(" ")), || {
            let status = process::status(&mut self.command())?;
            Ok(if status.success() { None } else { Some(process::code(status)) })
        })
    }

    fn command(&self) -> Command {
        let mut command = process::cargo(self.cargo);
        command.envs(self.environment.iter().copied());
        command
    }
}

/// Does `step` and says how it ended and how long it took; `Some` is the code of a failure.
fn timed(
    name: &str,
    line: &str,
    step: impl FnOnce() -> Result<Option<ExitCode>, String>,
) -> Result<Option<ExitCode>, String> {
    println!("== {name}: {line}");
    let start = Instant::now();
    let failure = step()?;
    let verdict = if failure.is_none() { "passed" } else { "FAILED" };
    println!("== {name}: {verdict} in {:.1} s", start.elapsed().as_secs_f64());
    Ok(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_names_the_test_command() {
        let readme = std::fs::read_to_string(process::root().join("README.md")).expect("a readme");
        let tests = STEPS.iter().find(|step| step.name == "tests").expect("a step that tests");
        let line = format!("cargo {}", tests.cargo.join(" "));
        assert!(readme.contains(&line), "README.md does not say `{line}`");
    }

    #[test]
    fn every_step_builds_one_profile() {
        assert!(STEPS.iter().all(|step| step.name == "format" || step.cargo.contains(&"--release")));
    }
}
