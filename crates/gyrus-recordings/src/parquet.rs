//! Parquet files, damaged ones too: the library that reads them is not at ease with every one.

mod claims;
mod footer;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::{Column, DataFrame, DataType, ParquetReader, PolarsError, SerReader};

use claims::check_claims;
use footer::read_footer;

/// The table in the Parquet file `path`.
///
/// # Errors
/// Those of the file, of a file that is no Parquet table, of one whose footer or pages claim more than it has room for, and of one that
/// makes the library panic: its footer or a header of a page is then damaged, and the library has said so on standard error.
pub fn read_parquet(path: &Path) -> Result<DataFrame, PolarsError> {
    // Nothing of the table outlives a panic.
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut file = File::open(path)?;
        let footer = read_footer(&mut file)?;
        check_claims(&mut file, &footer)?;
        let mut reader = ParquetReader::new(file);
        reader.set_metadata(Arc::new(footer));
        reader.finish()
    }));
    let table = read.unwrap_or_else(|_| Err(damaged("a header or a page is damaged")))?;
    table.columns().iter().try_for_each(check_type)?;
    let rows = table.height();
    match table.columns().iter().find(|column| column.len() != rows) {
        None => Ok(table),
        Some(column) => {
            let said = format!("parquet: column `{}` has {} of {rows} rows", column.name(), column.len());
            Err(PolarsError::ShapeMismatch(said.into()))
        }
    }
}

/// Refuses a column of a type that the library was built without: it panics at the first use of one.
fn check_type(column: &Column) -> Result<(), PolarsError> {
    let of = || if let DataType::List(inner) = column.dtype() { (**inner).clone() } else { column.dtype().clone() };
    let none = || Column::new_empty(column.name().clone(), &of()).cast(&DataType::String).map(drop);
    let plain = !of().is_nested();
    match plain && !matches!(catch_unwind(AssertUnwindSafe(none)), Ok(Ok(()))) {
        false => Ok(()),
        true => {
            let (name, found) = (column.name(), of());
            let said = format!("parquet: column `{name}` has the type {found}; numbers have 32 or 64 bits here");
            Err(PolarsError::SchemaMismatch(said.into()))
        }
    }
}

fn damaged(what: impl std::fmt::Display) -> PolarsError {
    PolarsError::ComputeError(format!("parquet: {what}").into())
}
