//! Builds the program with the features a device needs, then runs a study with it.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::process;

/// The study that runs when none is named.
const STUDY: &str = "paper";

/// What the name of a study that is cut down to a short run ends with.
const QUICK: &str = "-quick";

const HELP: &str = "\
cargo xtask reproduce [--study NAME|FILE] [--quick] [--device auto|cpu|gpu] [ARGUMENT...]

Builds the program in release mode, then runs `gyrus run STUDY.toml [ARGUMENT...]`.

  --study NAME|FILE   studies/NAME.toml, or a study file (default: paper)
  --quick             studies/NAME-quick.toml instead: the same study on less
  --device DEVICE     auto, cpu or gpu; gpu builds the GPU backend too
  ARGUMENT...         handed to `gyrus run`, such as --out DIR, --threads N, --dry-run";

/// What to build and run.
#[derive(Debug, PartialEq, Eq)]
enum Plan {
    Help,
    Run { study: String, device: Option<Device>, passed: Vec<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Device {
    Auto,
    Cpu,
    Gpu,
}

impl Device {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            other => Err(format!("`--device` must be auto, cpu or gpu: `{other}`")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Gpu => "gpu",
        }
    }
}

/// Builds, runs, and ends as the study ended.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let Plan::Run { study, device, passed } = parse(arguments)? else {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let study = study_file(&study)?;
    let built = process::status(&mut process::cargo(&build(device)))?;
    if !built.success() {
        return Ok(process::code(built));
    }
    let program = process::target().join("release").join(format!("gyrus{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.arg("run").arg(study);
    if let Some(device) = device {
        command.args(["--device", device.name()]);
    }
    process::status(command.args(passed)).map(process::code)
}

/// Takes `--study`, `--quick`, `--device` and `--help` out of the arguments; the rest is passed through, and all after `--`.
fn parse(arguments: &[String]) -> Result<Plan, String> {
    let (mut study, mut quick, mut device, mut passed) = (None, false, None, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value = || inline.clone().or_else(|| rest.next().cloned()).ok_or(format!("`{flag}` needs a value"));
        match flag {
            "--help" | "-h" => return Ok(Plan::Help),
            "--study" => study = Some(value()?),
            "--quick" => quick = true,
            "--device" => device = Some(Device::parse(&value()?)?),
            "--" => {
                passed.extend(rest.cloned());
                break;
            }
            _ => passed.push(argument.clone()),
        }
    }
    let study = study.unwrap_or_else(|| STUDY.to_owned());
    Ok(Plan::Run { study: if quick { format!("{study}{QUICK}") } else { study }, device, passed })
}

/// Arguments of the build. All workspace members take part, so that features agree with those of the tests.
fn build(device: Option<Device>) -> Vec<&'static str> {
    let mut arguments = vec!["build", "--release", "--workspace", "--bin", "gyrus"];
    if device == Some(Device::Gpu) {
        arguments.extend(["--features", "gyrus-study/gpu"]);
    }
    arguments
}

/// The file of a study: as given if it names a file, else `studies/NAME.toml`.
fn study_file(study: &str) -> Result<PathBuf, String> {
    let given = PathBuf::from(study);
    let named = process::root().join("studies").join(format!("{study}.toml"));
    if looks_like_file(study) {
        return if given.is_file() { Ok(given) } else { Err(format!("no study file: `{study}`")) };
    }
    if named.is_file() {
        Ok(named)
    } else {
        Err(format!("no study `{study}`: there is no file `studies/{study}.toml`"))
    }
}

fn looks_like_file(study: &str) -> bool {
    study.ends_with(".toml") || study.contains(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, study: &str, device: Option<Device>, passed: &[&str]) {
        let arguments: Vec<String> = line.split_whitespace().map(String::from).collect();
        let passed = passed.iter().map(|&argument| argument.to_owned()).collect();
        assert_eq!(parse(&arguments), Ok(Plan::Run { study: study.into(), device, passed }), "{line}");
    }

    fn fails(line: &str) -> String {
        let arguments: Vec<String> = line.split_whitespace().map(String::from).collect();
        parse(&arguments).expect_err(line)
    }

    #[test]
    fn nothing_runs_the_default_study() {
        check("", STUDY, None, &[]);
    }

    #[test]
    fn study_and_device_are_taken_wherever_they_stand() {
        check(
            "--dry-run --study small --out there --device gpu",
            "small",
            Some(Device::Gpu),
            &["--dry-run", "--out", "there"],
        );
        check("--study=small --device=cpu", "small", Some(Device::Cpu), &[]);
    }

    #[test]
    fn quick_is_another_study() {
        check("--quick", "paper-quick", None, &[]);
        check("--quick --threads 2 --study alice", "alice-quick", None, &["--threads", "2"]);
    }

    #[test]
    fn unknown_arguments_are_passed_through() {
        check("--threads 2 --only encode", STUDY, None, &["--threads", "2", "--only", "encode"]);
        check("--shard=1/2", STUDY, None, &["--shard=1/2"]);
        check("--device auto -- --study other", STUDY, Some(Device::Auto), &["--study", "other"]);
    }

    #[test]
    fn wrong_calls_are_errors() {
        assert_eq!(fails("--study"), "`--study` needs a value");
        assert_eq!(fails("--device tpu"), "`--device` must be auto, cpu or gpu: `tpu`");
    }

    #[test]
    fn help_wins() {
        assert_eq!(parse(&["--study".into(), "x".into(), "--help".into()]), Ok(Plan::Help));
    }

    #[test]
    fn only_the_gpu_builds_its_feature() {
        assert!(build(Some(Device::Gpu)).contains(&"gyrus-study/gpu"));
        assert!(!build(Some(Device::Auto)).contains(&"gyrus-study/gpu"));
    }

    #[test]
    fn files_are_told_from_names() {
        assert!(looks_like_file("mine/alice.toml") && looks_like_file("alice.toml") && !looks_like_file("alice"));
    }

    #[test]
    fn missing_study_is_an_error() {
        assert_eq!(study_file("no-such"), Err("no study `no-such`: there is no file `studies/no-such.toml`".into()));
    }
}
