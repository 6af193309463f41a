//! Measures the program against what people use today, in the same run, and writes the table to docs/BENCHMARKS.md.
//!
//! The peers are Python programs: unless an interpreter that has them is given, they are installed in a virtual environment.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::process;

const HELP: &str = "\
cargo xtask bench extract [--python PROGRAM] [--shared FOLDER] [ARGUMENT...]
cargo xtask bench encode  [--python PROGRAM] [ARGUMENT...]
cargo xtask bench similarity [--python PROGRAM] [ARGUMENT...]
cargo xtask bench recordings [--python PROGRAM] [ARGUMENT...]
cargo xtask bench scale [--python PROGRAM] [ARGUMENT...]

  --python PROGRAM    an interpreter with the peers: torch, transformers, numpy and safetensors (extract),
                      himalaya, scikit-learn and numpy (encode), numpy, safetensors, polars and rsatoolbox (similarity),
                      mne, scipy and numpy (recordings), numpy and safetensors (scale);
                      without it they are installed in target/bench (about 6 GB for extract, python3 is needed)
  --shared FOLDER     where text/darwin.txt and tokenizers/gpt2 are [default: ../shared]
  ARGUMENT...         handed on to tests/scripts/bench_extract.py, bench_encode.py, bench_similarity.py,
                      bench_recordings.py or bench_scale.py, for example --rounds 3, --minutes 2 for a short recording,
                      or --axes words,layers for two of the axes along which studies grow";

/// What the peers of extraction need.
const EXTRACT_PEERS: [&str; 4] = ["torch==2.15.0", "transformers==5.23.0", "numpy==2.4.6", "safetensors"];

/// What the peers of encoding need; himalaya imports packaging without asking for it.
const ENCODE_PEERS: [&str; 4] = ["himalaya==0.4.11", "scikit-learn==1.9.1", "numpy==2.4.6", "packaging"];

/// What the peers of similarity need, and what reads our table.
const SIMILARITY_PEERS: [&str; 4] = ["rsatoolbox==0.3.2", "numpy==2.4.6", "safetensors", "polars"];

/// What the peers of recordings need.
const RECORDINGS_PEERS: [&str; 3] = ["mne==1.13.2", "scipy", "numpy==2.4.6"];

/// What makes studies that grow.
const SCALE_PEERS: [&str; 2] = ["numpy==2.4.6", "safetensors"];

/// Options that are not handed on.
struct Options {
    python: Option<PathBuf>,
    shared: PathBuf,
    passed: Vec<String>,
}

/// Runs `bench`.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let (what, rest) = arguments.split_first().map_or(("help", &[][..]), |(first, rest)| (first.as_str(), rest));
    match what {
        "extract" => extract(Options::read(rest)?),
        "encode" => encode(Options::read(rest)?),
        "similarity" => of_program("similarity", &SIMILARITY_PEERS, Options::read(rest)?),
        "recordings" => of_program("recordings", &RECORDINGS_PEERS, Options::read(rest)?),
        "scale" => of_program("scale", &SCALE_PEERS, Options::read(rest)?),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(format!("unknown bench: `{unknown}`\n\n{HELP}")),
    }
}

fn extract(options: Options) -> Result<ExitCode, String> {
    let (text, tokenizer) = (options.shared.join("text/darwin.txt"), options.shared.join("tokenizers/gpt2"));
    if let Some(missing) = [&text, &tokenizer].into_iter().find(|path| !path.exists()) {
        return Err(format!("`{}` is not there; `--shared` says where else to look", missing.display()));
    }
    build(&["build", "--release", "--workspace", "--bin", "gyrus"])?;
    let mut command = script("extract", &options, &EXTRACT_PEERS)?;
    command.arg("--gyrus").arg(process::target().join("release/gyrus"));
    command.arg("--text").arg(text).arg("--tokenizer").arg(tokenizer);
    Ok(process::code(process::status(command.args(&options.passed))?))
}

fn encode(options: Options) -> Result<ExitCode, String> {
    build(&["build", "--release", "--workspace", "--examples"])?;
    let mut command = script("encode", &options, &ENCODE_PEERS)?;
    command.arg("--programs").arg(process::target().join("release/examples"));
    Ok(process::code(process::status(command.args(&options.passed))?))
}

/// A bench whose script needs nothing but the program.
fn of_program(what: &str, peers: &[&str], options: Options) -> Result<ExitCode, String> {
    build(&["build", "--release", "--workspace", "--bin", "gyrus"])?;
    let mut command = script(what, &options, peers)?;
    command.arg("--gyrus").arg(process::target().join("release/gyrus"));
    Ok(process::code(process::status(command.args(&options.passed))?))
}

impl Options {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { python: None, shared: process::root().join("../shared"), passed: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().cloned().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--python" => options.python = Some(PathBuf::from(value()?)),
                "--shared" => options.shared = value()?.into(),
                _ => options.passed.push(argument.clone()),
            }
        }
        Ok(options)
    }
}

fn build(arguments: &[&str]) -> Result<(), String> {
    match process::status(&mut process::cargo(arguments))? {
        status if status.success() => Ok(()),
        status => Err(format!("`cargo {}` failed: {status}", arguments.join(" "))),
    }
}

/// The script of a bench with an interpreter that has its peers, its work folder and the page that it writes to.
fn script(what: &str, options: &Options, peers: &[&str]) -> Result<Command, String> {
    let work = process::target().join("bench");
    let python = options.python.clone().map_or_else(|| environment(&work.join("venv"), peers), Ok)?;
    let mut command = Command::new(python);
    command
        .arg(process::root().join(format!("tests/scripts/bench_{what}.py")))
        .arg("--work")
        .arg(work.join(what))
        .arg("--write")
        .arg(process::root().join("docs/BENCHMARKS.md"));
    Ok(command)
}

/// The interpreter of a virtual environment with the peers in it, made if it is not there.
fn environment(folder: &Path, peers: &[&str]) -> Result<PathBuf, String> {
    let python = folder.join("bin/python");
    let step = |command: &mut Command| match process::status(command)? {
        status if status.success() => Ok(()),
        status => Err(format!("`{}` failed: {status}", command.get_program().display())),
    };
    if !python.exists() {
        step(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    }
    step(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(peers))?;
    Ok(python)
}
