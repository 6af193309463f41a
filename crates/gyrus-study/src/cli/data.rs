//! `gyrus data`: looks at a data set.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use gyrus_recordings::{Manifest, check};
use gyrus_study::file_hash;

use super::say;

/// What to do with the data set.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare the files on disk with the manifest: presence, size and SHA-256.
    Check(Check),
}

/// The data set.
#[derive(Debug, Args)]
pub struct Check {
    /// The data set's manifest.
    manifest: PathBuf,
    /// The folder with its files.
    folder: PathBuf,
}

/// Runs the command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Check(Check { manifest: path, folder }) = command;
    let manifest = Manifest::read(path)?;
    let wrong = check(folder, &manifest);
    let mut problems: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    for file in &manifest.files {
        let path = folder.join(&file.path);
        let is_listed = wrong.iter().any(|problem| problem.path == path);
        if !is_listed && file_hash(&path)? != file.sha256 {
            problems.push(format!("`{}` has another SHA-256 than the manifest", path.display()));
        }
    }
    problems.iter().for_each(say);
    match problems.len() {
        0 => {
            say(format_args!("{}: {} files as the manifest describes them", manifest.name, manifest.files.len()));
            Ok(())
        }
        n => {
            bail!("{n} of {} files of `{}` are not as the manifest describes them", manifest.files.len(), manifest.name)
        }
    }
}
