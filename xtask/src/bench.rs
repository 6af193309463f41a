//! Measures the program against what people use today, in the same run, and writes the table to docs/BENCHMARKS.md.
//!
//! The peers are Python programs: unless an interpreter that has them is given, they are installed in a virtual environment.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::process;

const HELP: &str = "\
cargo xtask bench extract [--python PROGRAM] [--shared FOLDER] [ARGUMENT...]

  --python PROGRAM    an interpreter with torch, transformers, numpy and safetensors;
                      without it they are installed in target/bench (about 6 GB, python3 is needed)
  --shared FOLDER     where text/darwin.txt and tokenizers/gpt2 are [default: ../shared]
  ARGUMENT...         handed on to tests/scripts/bench_extract.py, for example --words 500 --rounds 3";

/// What the extraction peer needs.
const EXTRACT_PEER: [&str; 4] = ["torch==2.15.0", "transformers==5.23.0", "numpy==2.4.6", "safetensors"];

/// Runs `bench`.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let (what, rest) = arguments.split_first().map_or(("help", &[][..]), |(first, rest)| (first.as_str(), rest));
    match what {
        "extract" => extract(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(format!("unknown bench: `{unknown}`\n\n{HELP}")),
    }
}

fn extract(arguments: &[String]) -> Result<ExitCode, String> {
    let (mut python, mut shared, mut passed) = (None, process::root().join("../shared"), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().cloned().ok_or_else(|| format!("`{argument}` needs a value"));
        match argument.as_str() {
            "--python" => python = Some(PathBuf::from(value()?)),
            "--shared" => shared = value()?.into(),
            _ => passed.push(argument.clone()),
        }
    }
    let (text, tokenizer) = (shared.join("text/darwin.txt"), shared.join("tokenizers/gpt2"));
    if let Some(missing) = [&text, &tokenizer].into_iter().find(|path| !path.exists()) {
        return Err(format!("`{}` is not there; `--shared` says where else to look", missing.display()));
    }
    let built = process::status(&mut process::cargo(&["build", "--release", "--workspace", "--bin", "gyrus"]))?;
    if !built.success() {
        return Ok(process::code(built));
    }
    let work = process::target().join("bench");
    let python = python.map_or_else(|| environment(&work.join("venv")), Ok)?;
    let mut command = Command::new(python);
    command
        .arg(process::root().join("tests/scripts/bench_extract.py"))
        .arg("--gyrus")
        .arg(process::target().join("release/gyrus"))
        .arg("--work")
        .arg(work.join("extract"))
        .arg("--text")
        .arg(text)
        .arg("--tokenizer")
        .arg(tokenizer)
        .arg("--write")
        .arg(process::root().join("docs/BENCHMARKS.md"))
        .args(passed);
    Ok(process::code(process::status(&mut command)?))
}

/// The interpreter of a virtual environment with the peers in it, made if it is not there.
fn environment(folder: &Path) -> Result<PathBuf, String> {
    let python = folder.join("bin/python");
    let step = |command: &mut Command| match process::status(command)? {
        status if status.success() => Ok(()),
        status => Err(format!("`{}` failed: {status}", command.get_program().display())),
    };
    if !python.exists() {
        step(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    step(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(EXTRACT_PEER))?;
    Ok(python)
}
