//! Writes what the guide shows anew, and makes a book of it where `mdbook` is installed.

use std::process::{Command, ExitCode};

use crate::process;

const HELP: &str = "\
cargo xtask book [RESULTS]

Runs the commands of README.md and docs/guide and writes what they print into the pages, then calls `mdbook build docs`.

  RESULTS   results of `cargo xtask reproduce --quick`, whose findings and figures the tour shows; they stay if absent

`mdbook` has to be installed (`cargo install mdbook`); without it the pages are written and no book is made.";

/// Runs `book`.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let results = match arguments {
        [] => None,
        [word] if matches!(word.as_str(), "help" | "--help" | "-h") => {
            println!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        [results] => Some(results),
        [_, extra, ..] => return Err(format!("`book` takes one argument: `{extra}`")),
    };
    let mut tests = process::cargo(&["test", "--release", "--workspace", "--test", "guide"]);
    tests.env("GYRUS_GUIDE", "write").envs(results.map(|results| ("GYRUS_GUIDE_RESULTS", results)));
    let status = process::status(&mut tests)?;
    if !status.success() {
        return Ok(process::code(status));
    }
    if !is_installed() {
        println!("the pages are written; `mdbook` is not installed, so no book is made");
        return Ok(ExitCode::SUCCESS);
    }
    make()
}

/// Whether a book can be made.
pub fn is_installed() -> bool {
    Command::new("mdbook").arg("--version").output().is_ok()
}

/// Makes the book of the pages as they are.
pub fn make() -> Result<ExitCode, String> {
    process::status(Command::new("mdbook").args(["build", "docs"]).current_dir(process::root())).map(process::code)
}
