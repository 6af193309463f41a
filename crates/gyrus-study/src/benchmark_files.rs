//! The items of a benchmark from files of several kinds, as commands and studies read them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gyrus_benchmarks::{Item, Place, Record, Task, items, read_json_lines, with_labels};
use gyrus_recordings::{Field, read_fields};
use serde_json::{Map, Value};

use crate::Error;
use crate::hash::file_hash;

/// Endings of tables.
const TABLES: [&str; 3] = ["tsv", "csv", "parquet"];
/// Endings of files of JSON.
const JSON: [&str; 3] = ["jsonl", "json", "ndjson"];

/// The files of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkFiles {
    /// The files with items, in order.
    pub data: Vec<PathBuf>,
    /// A file with a label for each item, in order, where the items have none of their own.
    pub labels: Option<PathBuf>,
}

impl BenchmarkFiles {
    /// These files; a folder stands for the tables and files of JSON lines in it, in order of their names.
    ///
    /// # Errors
    /// [`Error::Read`] for a folder that cannot be read, [`Error::Benchmarks`] for one without such a file.
    pub fn new(paths: &[PathBuf], labels: Option<PathBuf>) -> Result<Self, Error> {
        let mut data = Vec::new();
        for path in paths {
            if path.is_dir() { data.extend(files_in(path)?) } else { data.push(path.clone()) }
        }
        Ok(Self { data, labels })
    }

    /// The hash of every file.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn hashes(&self) -> Result<BTreeMap<PathBuf, String>, Error> {
        self.data.iter().chain(&self.labels).map(|path| Ok((path.clone(), file_hash(path)?))).collect()
    }
}

/// The items of `task` in `files`: JSON lines, or a table (.tsv, .csv, .parquet).
///
/// # Errors
/// A file that cannot be read, without items or with a wrong one, by file and line.
pub fn benchmark_items(task: &Task, files: &BenchmarkFiles) -> Result<Vec<Item>, Error> {
    let mut records = Vec::new();
    for path in &files.data {
        let is_table = ending(path).is_some_and(|ending| TABLES.contains(&ending));
        records.extend(if is_table { table(path)? } else { read_json_lines(path)? });
    }
    let records = match &files.labels {
        Some(labels) => with_labels(task, records, labels)?,
        None => records,
    };
    Ok(items(task, &records)?)
}

/// Each of `files` as one text.
///
/// # Errors
/// [`Error::Read`].
pub fn benchmark_texts(files: &BenchmarkFiles) -> Result<Vec<String>, Error> {
    let read =
        |path: &PathBuf| std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source });
    files.data.iter().map(read).collect()
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::Read { path: folder.into(), source };
    let paths = std::fs::read_dir(folder).map_err(failed)?.map(|entry| Ok(entry.map_err(failed)?.path()));
    let mut paths = paths.collect::<Result<Vec<_>, Error>>()?;
    paths.retain(|path| ending(path).is_some_and(|ending| TABLES.contains(&ending) || JSON.contains(&ending)));
    paths.sort();
    match paths.is_empty() {
        true => Err(gyrus_benchmarks::Error::Empty { path: folder.into() }.into()),
        false => Ok(paths),
    }
}

fn ending(path: &Path) -> Option<&str> {
    path.extension().and_then(|extension| extension.to_str())
}

/// A record for each row of a table.
fn table(path: &Path) -> Result<Vec<Record>, Error> {
    let (table, path) = (read_fields(path)?, Arc::<Path>::from(path));
    if table.rows.is_empty() {
        return Err(gyrus_benchmarks::Error::Empty { path: path.to_path_buf() }.into());
    }
    let record = |(number, row): (usize, Vec<Field>)| {
        let fields: Map<String, Value> = table.names.iter().cloned().zip(row.into_iter().map(value)).collect();
        Record::new(Place::row(&path, number), fields)
    };
    Ok((1..).zip(table.rows).map(record).collect())
}

fn value(field: Field) -> Value {
    match field {
        Field::Missing => Value::Null,
        Field::Text(text) => text.into(),
        Field::Texts(texts) => texts.into(),
    }
}
