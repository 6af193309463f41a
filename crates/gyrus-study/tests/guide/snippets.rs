//! Snippets in Python and R, run where these and their packages are at hand.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::Outcome;
use crate::page::{Page, path};

/// Names another Python than `python3`.
const PYTHON: &str = "GYRUS_PYTHON";

/// Runs every snippet of `page` in `folder`.
pub fn run_all(page: &Page, folder: &Path) -> Outcome {
    let python = env::var_os(PYTHON).unwrap_or_else(|| "python3".into());
    run(page, "python", &python, "-c", "import polars, safetensors, numpy", folder)?;
    run(page, "r", &"Rscript".into(), "-e", "stopifnot(requireNamespace('jsonlite'))", folder)
}

/// Runs those in `language` by `program`, if `needed` runs.
fn run(page: &Page, language: &str, program: &OsString, option: &str, needed: &str, folder: &Path) -> Outcome {
    let path = path()?;
    let call = |code: &str| Command::new(program).args([option, code]).current_dir(folder).env("PATH", &path).output();
    if !call(needed).is_ok_and(|said| said.status.success()) {
        skipped(&format!("snippets in {language}: `{}` does not run `{needed}`", program.display()));
        return Ok(());
    }
    for block in page.runnable(language) {
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
