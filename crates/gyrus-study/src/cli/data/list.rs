//! `gyrus data list` and `show`: what is known by name.

use clap::Args;
use gyrus_data::{Catalogue, DataSet};
use serde_json::json;

use super::super::say;

/// How the list is written.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Write a JSON array instead of a table separated by tabs.
    #[arg(long)]
    json: bool,
}

/// Which manifest.
#[derive(Debug, Args)]
pub struct Show {
    /// Name of the data set.
    name: String,
}

/// Writes a row for each data set: `bytes` are those of the files whose size is known, `unsized` the files without one.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let sets = Catalogue::names().map(Catalogue::open).collect::<Result<Vec<_>, _>>()?;
    if arguments.json {
        say(serde_json::to_string_pretty(&sets.iter().map(object).collect::<Vec<_>>())?);
        return Ok(());
    }
    say("name\ttitle\tlicence\tbytes\tfiles\tunsized\thashed\tfetched");
    for set in &sets {
        let (bytes, unsized_files, hashed) = sums(set);
        let fetched = if set.base.is_some() { "yes" } else { "no" };
        let (name, title, licence, files) = (&set.name, &set.title, &set.licence, set.files.len());
        say(format_args!("{name}\t{title}\t{licence}\t{bytes}\t{files}\t{unsized_files}\t{hashed}\t{fetched}"));
    }
    Ok(())
}

/// Writes the manifest as it was written.
pub fn show(arguments: &Show) -> anyhow::Result<()> {
    say(Catalogue::text(&arguments.name)?.trim_end());
    Ok(())
}

/// Bytes of the files whose size is known, files without a size, and files with a hash.
fn sums(set: &DataSet) -> (u64, usize, usize) {
    let bytes = set.files.iter().filter_map(|file| file.bytes).sum();
    let count = |of: fn(&gyrus_data::DataFile) -> bool| set.files.iter().filter(|file| of(file)).count();
    (bytes, count(|file| file.bytes.is_none()), count(|file| file.hash.is_some()))
}

fn object(set: &DataSet) -> serde_json::Value {
    let (bytes, unsized_files, hashed) = sums(set);
    let patterns = set.patterns.iter();
    let patterns = patterns.map(|of| json!({ "path": of.path, "count": of.count, "what": of.what }));
    json!({
        "name": set.name, "title": set.title, "licence": set.licence, "citation": set.citation, "doi": set.doi,
        "source": set.source, "base": set.base, "holds": set.holds, "clock": set.clock,
        "bytes": bytes, "files": set.files.len(), "unsized": unsized_files, "hashed": hashed,
        "patterns": patterns.collect::<Vec<_>>(),
    })
}
