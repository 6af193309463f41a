//! `gyrus report`: the page of a study again, from the files of its results alone.

use std::path::PathBuf;

use clap::Args;
use gyrus_study::{report, write_whole};

use super::say;

/// Which results, and where the page goes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The folder of results that `gyrus run` wrote; what is missing in it is named on the page.
    results: PathBuf,
    /// The page [default: RESULTS/report.html].
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let page = report(&arguments.results)?;
    let out = arguments.out.clone().unwrap_or_else(|| arguments.results.join("report.html"));
    write_whole(&out, page.as_bytes())?;
    say(out.display());
    Ok(())
}
