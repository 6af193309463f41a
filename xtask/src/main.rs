//! Runs what anyone could type by hand: `cargo xtask help` lists it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool speaks to whoever typed the command"
)]

use std::process::ExitCode;

mod bench;
mod book;
mod calibrate;
mod ci;
mod cold_build;
mod dist;
mod process;
mod reproduce;
mod zoo;

const HELP: &str = "\
cargo xtask COMMAND

  reproduce   build the program, then run a study (`cargo xtask reproduce --help`)
  ci          format, lints, licences, tests, docs and the small study, as .ci/run does
  bench       measure the program against what people use today (`cargo xtask bench help`)
  book        write what the guide shows anew, and make a book of it (`cargo xtask book help`)
  calibrate   hold the analysis to simulated truths (`cargo xtask calibrate help`)
  dist        make an archive that runs on another Linux machine (`cargo xtask dist help`)
  zoo         train the models of datasets/zoo (`cargo xtask zoo help`)
  cold-build  measure what a build from nothing costs
  help        this text";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("help", &[][..]), |(first, rest)| (first.as_str(), rest));
    let outcome = match (command, rest) {
        ("reproduce", rest) => reproduce::run(rest),
        ("bench", rest) => bench::run(rest),
        ("book", rest) => book::run(rest),
        ("calibrate", rest) => calibrate::run(rest),
        ("dist", rest) => dist::run(rest),
        ("zoo", rest) => zoo::run(rest),
        ("ci", []) => ci::run(),
        ("cold-build", []) => cold_build::run(),
        ("help" | "--help" | "-h", _) => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        ("ci" | "cold-build", [extra, ..]) => Err(format!("`{command}` takes no argument: `{extra}`")),
        (unknown, _) => Err(format!("unknown command: `{unknown}`\n\n{HELP}")),
    };
    outcome.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(2)
    })
}
