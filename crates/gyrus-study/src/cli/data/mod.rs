//! `gyrus data`: which data sets there are, whether one on disk is whole, and what is missing from a server.

mod bar;
mod check;
mod fetch;
mod list;

use std::path::Path;

use anyhow::Context;
use clap::Subcommand;
use gyrus_data::{Catalogue, DataSet};

use super::examples;

/// What to do with data sets.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The data sets that are known by name: title, licence, size, files.
    #[command(after_help = examples::DATA_LIST)]
    List(list::Arguments),
    /// The manifest of a data set: what it holds, its clock, its oddities and its files.
    #[command(after_help = examples::DATA_SHOW)]
    Show(list::Show),
    /// Compare the files on disk with the manifest: presence, size and hash.
    #[command(after_help = examples::DATA_CHECK)]
    Check(check::Arguments),
    /// Fetch the files of a data set, whole and checked; what is there stays, and what was interrupted is gone on with.
    #[command(after_help = examples::DATA_FETCH)]
    Fetch(fetch::Arguments),
}

/// Runs the command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => list::show(arguments),
        Command::Check(arguments) => check::run(arguments).context("could not vouch for the data"),
        Command::Fetch(arguments) => fetch::run(arguments).context("could not fetch the data"),
    }
}

/// The data set of that name, or of the manifest at that path.
fn open(name: &str) -> Result<DataSet, gyrus_data::Error> {
    let is_path = name.ends_with(".toml") || Path::new(name).is_file();
    if is_path { DataSet::read(name.as_ref()) } else { Catalogue::open(name) }
}
