//! Parquet files, damaged ones too: the library that reads them is not at ease with every one.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::prelude::{DataFrame, ParquetReader, PolarsError, SerReader};

/// The table in the Parquet file `path`.
///
/// # Errors
/// Those of the file, of a file that is no Parquet table, and of one that makes the library panic: its footer or a header of a page is then
/// damaged, and the library has said so on standard error.
pub fn read_parquet(path: &Path) -> Result<DataFrame, PolarsError> {
    let file = File::open(path)?;
    // Nothing of the table outlives a panic.
    let read = catch_unwind(AssertUnwindSafe(|| ParquetReader::new(file).finish()));
    let table =
        read.unwrap_or_else(|_| Err(PolarsError::ComputeError("parquet: a header or a page is damaged".into())))?;
    let rows = table.height();
    match table.columns().iter().find(|column| column.len() != rows) {
        None => Ok(table),
        Some(column) => {
            let said = format!("parquet: column `{}` has {} of {rows} rows", column.name(), column.len());
            Err(PolarsError::ShapeMismatch(said.into()))
        }
    }
}
