//! `gyrus data fetch`: what is missing, from a server.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use gyrus_data::{DataFile, DataSet, FetchOptions, Fetcher, Outcome, Selection, Standing, standing};

use super::super::{note, say};
use super::bar::Bar;
use super::open;

/// The data set, where from and where to.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Name of the data set, or path of its manifest.
    set: String,
    /// Folder for its files; the data set's name if absent.
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Fetch only the files that this pattern, or one of several, describes: `*` and `?` within a folder, `**` for any folders.
    #[arg(long, value_name = "GLOB")]
    only: Vec<String>,
    /// Say what would be fetched, from where, and fetch nothing.
    #[arg(long)]
    dry_run: bool,
    /// Address of a folder with the same files, instead of the manifest's.
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Address of a proxy; variables of the environment are not read.
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Certificates in PEM form that are trusted instead of those built in, for a proxy or a server of one's own.
    #[arg(long, value_name = "FILE")]
    certificates: Option<PathBuf>,
}

/// Runs the command: fails where a file could not be fetched, after all others were.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let set = open(&arguments.set)?;
    let files = set.chosen(&Selection::new(&arguments.only)?);
    if files.is_empty() {
        bail!("`--only` describes no file of `{}` that is known by name", set.name);
    }
    let folder = arguments.to.clone().unwrap_or_else(|| PathBuf::from(&set.name));
    let addressed = files.into_iter().map(|file| Ok((file, set.address(file, arguments.base.as_deref())?)));
    let addressed = addressed.collect::<Result<Vec<_>, gyrus_data::Error>>()?;
    if arguments.dry_run {
        plan(&addressed, &folder);
        return Ok(());
    }
    fetch(&set, &addressed, &folder, &options(arguments)?)
}

fn options(arguments: &Arguments) -> anyhow::Result<FetchOptions> {
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("read `{}`", path.display()));
    let certificates = arguments.certificates.as_ref().map(read).transpose()?;
    Ok(FetchOptions { proxy: arguments.proxy.clone(), certificates, ..FetchOptions::default() })
}

/// Says what would happen to every file, and how much there is to fetch.
fn plan(files: &[(&DataFile, String)], folder: &Path) {
    say("state\tpath\tbytes\tfrom");
    let (mut bytes, mut unknown) = (0, 0);
    for (file, url) in files {
        let known = file.bytes.map_or_else(|| "unknown".into(), |bytes| bytes.to_string());
        let state = match standing(folder, file) {
            Standing::Whole => "there",
            Standing::Other => "another",
            Standing::Part(done) => {
                bytes += file.bytes.map_or(0, |bytes| bytes.saturating_sub(done));
                unknown += usize::from(file.bytes.is_none());
                if done > 0 { "begun" } else { "missing" }
            }
        };
        say(format_args!("{state}\t{}\t{known}\t{url}", file.path));
    }
    note(format!("{bytes} bytes to fetch into `{}`, and {unknown} files of unknown size", folder.display()));
}

fn fetch(set: &DataSet, files: &[(&DataFile, String)], folder: &Path, options: &FetchOptions) -> anyhow::Result<()> {
    let fetcher = Fetcher::new(options)?;
    let (mut bar, mut failed) = (Bar::new(), 0);
    say("state\tpath\tbytes\tverified\tfrom");
    for (file, url) in files {
        let outcome = fetcher.fetch(url, file, folder, &mut |progress| bar.show(progress));
        bar.clear();
        match outcome {
            Ok(outcome) => say(row(file, url, outcome)),
            Err(error) if error.is_of_all() => return Err(error.into()),
            Err(error) => {
                failed += 1;
                let error = anyhow::Error::from(error);
                note(format!("`{}` was not fetched: {error:#}", file.path));
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => bail!("{failed} of {} files of `{}` were not fetched", files.len(), set.name),
    }
}

fn row(file: &DataFile, url: &str, outcome: Outcome) -> String {
    let (state, bytes, verified, from) = match outcome {
        Outcome::Kept { verified } => ("kept", file.bytes, verified, ""),
        Outcome::Fetched { bytes, resumed: 0, verified } => ("fetched", Some(bytes), verified, url),
        Outcome::Fetched { bytes, verified, .. } => ("finished", Some(bytes), verified, url),
    };
    let bytes = bytes.map(|bytes| bytes.to_string()).unwrap_or_default();
    format!("{state}\t{}\t{bytes}\t{}\t{from}", file.path, if verified { "hash" } else { "no" })
}
