//! The tables of docs/RESULTS.md against those of real results.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use polars::prelude::{DataFrame, DataType, ParquetReader, SerReader};

use crate::Outcome;

/// Columns and types by table, as they are described or as they are.
type Tables = BTreeMap<String, Vec<(String, String)>>;

/// Every table of `results` has the columns that `page` describes, in order, and the schema is the one it names.
pub fn check(page: &str, results: &Path) -> Outcome {
    let (described, found) = (described(page), found(results)?);
    for (name, columns) in &found {
        let told = described.get(name).ok_or_else(|| format!("docs/RESULTS.md does not describe `{name}`"))?;
        assert_eq!(told, columns, "`{name}` is not as docs/RESULTS.md describes it");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&fs::read(results.join("manifest.json"))?)?;
    let said = format!("It is {}, and so is `schema` in study files.", manifest["schema"]);
    assert!(page.contains(&said), "docs/RESULTS.md does not say: {said}");
    Ok(())
}

/// Sections `### NAME.parquet` and the first two cells of their rows.
fn described(page: &str) -> Tables {
    let mut tables = Tables::new();
    let mut now = None;
    for line in page.lines() {
        if line.starts_with('#') {
            now = line.strip_prefix("### ").filter(|heading| heading.ends_with(".parquet"));
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let (Some(table), [_, column, kind, ..]) = (now, cells.as_slice())
            && column.starts_with('`')
        {
            tables.entry(table.into()).or_default().push((column.trim_matches('`').into(), (*kind).into()));
        }
    }
    tables
}

fn found(results: &Path) -> Result<Tables, Box<dyn std::error::Error>> {
    let mut tables = Tables::new();
    for entry in fs::read_dir(results)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "parquet") {
            let table = ParquetReader::new(File::open(&path)?).finish()?;
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            tables.insert(name.into(), columns(&table));
        }
    }
    assert!(tables.len() > 15, "few tables: {tables:?}");
    Ok(tables)
}

fn columns(table: &DataFrame) -> Vec<(String, String)> {
    let kind = |kind: &DataType| match kind {
        DataType::String => "text".into(),
        DataType::Float64 => "f64".into(),
        DataType::UInt32 => "u32".into(),
        other => other.to_string(),
    };
    table.schema().iter().map(|(name, of)| (name.to_string(), kind(of))).collect()
}
