//! Holds the analysis to simulated truths and writes what was found to docs/CALIBRATION.md.

use std::process::ExitCode;

use crate::process;

const HELP: &str = "\
cargo xtask calibrate [TABLE...]

Builds and runs the program `calibration` of gyrus-simulation, which takes minutes.

  TABLE...   make and print only these: leakage, nulls, partial, coverage, short-coverage, differences, peaks,
             power, hierarchy, cka-bias, cka-columns, cka-coverage, cka-nulls, convergence, cka-canaries;
             without names all are made and written to docs/CALIBRATION.md";

/// Runs `calibrate`.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    if arguments.iter().any(|argument| matches!(argument.as_str(), "help" | "--help" | "-h")) {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = process::cargo(&["run", "--release", "-p", "gyrus-simulation", "--bin", "calibration", "--"]);
    if arguments.is_empty() {
        command.arg("--write").arg(process::root().join("docs/CALIBRATION.md"));
    }
    process::status(command.args(arguments)).map(process::code)
}
