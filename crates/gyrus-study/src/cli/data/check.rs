//! `gyrus data check`: the files on disk beside those of the manifest.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use gyrus_data::{Check, DataSet, Depth, Selection, check};

use super::super::say;
use super::bar::Bar;
use super::open;

/// The data set and where it is.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Name of the data set, or path of its manifest.
    set: String,
    /// The folder with its files.
    folder: PathBuf,
    /// Look at names and sizes only.
    #[arg(long)]
    quick: bool,
    /// Look only at the files that this pattern, or one of several, describes, for example `sub-03/**/*`.
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
}

/// Runs the command: fails where a file is missing or differs.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let set = open(&arguments.set)?;
    let depth = if arguments.quick { Depth::Sizes } else { Depth::Hashes };
    let mut bar = Bar::new();
    let chosen = Selection::new(&arguments.only)?;
    let found = check(&arguments.folder, &set, &chosen, depth, &mut |progress| bar.show(progress));
    bar.clear();
    tell(&found, depth);
    let (wrong, all) = (found.wrong().count(), found.findings.len());
    match (wrong, all) {
        (_, 0) => bail!("`--only` describes no file of `{}`", set.name),
        (0, _) => {
            say(sum_up(&set, &found, depth));
            Ok(())
        }
        _ => bail!("{wrong} of {all} files of `{}` are missing or not as the manifest describes them", set.name),
    }
}

/// Says what is wrong or not verified, file by file, and counts the rest.
fn tell(found: &Check, depth: Depth) {
    found.wrong().for_each(say);
    if depth == Depth::Hashes {
        found.not_verified().for_each(say);
    }
    for (pattern, count) in &found.patterns {
        let expected = pattern.count.map(|expected| format!(" of {expected}")).unwrap_or_default();
        say(format_args!("`{}`: {count}{expected} files ({})", pattern.path, pattern.what));
    }
    if found.extra > 0 {
        say(format_args!("{} files of the folder are not of the data set", found.extra));
    }
}

/// What is said of a data set in which nothing is wrong.
fn sum_up(set: &DataSet, found: &Check, depth: Depth) -> String {
    let (name, all, unverified) = (&set.name, found.findings.len(), found.not_verified().count());
    match (depth, unverified) {
        (Depth::Sizes, _) => format!("{name}: {all} files are there, none of another size; hashes were not compared"),
        (Depth::Hashes, 0) => format!("{name}: {all} files as the manifest describes them"),
        (Depth::Hashes, _) => format!(
            "{name}: {all} files are there, {} as the manifest describes them and {unverified} not verified",
            all - unverified
        ),
    }
}
