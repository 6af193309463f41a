//! Snippets in Python and R, run where these and their packages are at hand.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::Outcome;
use crate::page::Page;

/// Names another Python than `python3`.
const PYTHON: &str = "GYRUS_PYTHON";

/// Runs every snippet of `page` in `folder`.
pub fn run_all(page: &Page, folder: &Path) -> Outcome {
    let python = env::var_os(PYTHON).unwrap_or_else(|| "python3".into());
    run(page, "python", &python, "-c", "import polars, safetensors, numpy", folder)?;
    run(page, "r", &"Rscript".into(), "-e", "stopifnot(requireNamespace('jsonlite'))", folder)
}

/// Runs those in `language` by `program`, if `needed` runs; those that want R's `arrow` only where it is installed.
fn run(page: &Page, language: &str, program: &OsString, option: &str, needed: &str, folder: &Path) -> Outcome {
    let call = |code: &str| Command::new(program).args([option, code]).current_dir(folder).output();
    let runs = |code: &str| call(code).is_ok_and(|said| said.status.success());
    if !runs(needed) {
        skipped(&format!("snippets in {language}: `{}` does not run `{needed}`", program.display()));
        return Ok(());
    }
    let arrow = "library(arrow)";
    let without_arrow = page.runnable(language).any(|block| block.content.contains(arrow)) && !runs(arrow);
    for block in page.runnable(language) {
        if without_arrow && block.content.contains(arrow) {
            skipped("a snippet in R: the package arrow is not installed");
            continue;
        }
        let said = call(&block.content)?;
        let complaint = String::from_utf8_lossy(&said.stderr);
        assert!(said.status.success(), "{complaint}\nin\n{}", block.content);
    }
    Ok(())
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skipped(what: &str) {
    eprintln!("skipped: {what}");
}
