//! `gyrus table`: a Parquet file as text, for programs that read no Parquet.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use gyrus_study::csv;

/// Which table.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The Parquet file.
    table: PathBuf,
    /// Columns, separated by commas [default: all].
    #[arg(long, value_delimiter = ',')]
    columns: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let text = csv(&arguments.table, &arguments.columns)?;
    std::io::stdout().write_all(&text).context("could not write to standard output")
}
