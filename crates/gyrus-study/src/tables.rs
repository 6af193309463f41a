//! Tables as Parquet files, written whole.

use std::path::Path;

use gyrus_recordings::read_parquet;
use polars::prelude::{Column, CsvWriter, DataFrame, NamedFrom, ParquetWriter, PolarsError, SerWriter, Series};

use crate::Error;
use crate::store::write_whole;

/// The Parquet file at `path` as comma-separated text with headings; `columns` in their order, or all if none are named.
///
/// # Errors
/// [`Error::Table`] naming the file, for a file that is no Parquet table or a column that it does not have.
pub fn csv(path: &Path, columns: &[String]) -> Result<Vec<u8>, Error> {
    let read = || -> Result<Vec<u8>, PolarsError> {
        let mut frame = frame(path)?;
        if !columns.is_empty() {
            frame = frame.select(columns)?;
        }
        let mut text = Vec::new();
        CsvWriter::new(&mut text).finish(&mut frame)?;
        Ok(text)
    };
    read().map_err(|source| Error::Table { path: path.to_owned(), source: Box::new(source) })
}

/// The Parquet file at `path` as polars has it.
///
/// # Errors
/// Those of the file, and of a file that is no Parquet table.
pub fn frame(path: &Path) -> Result<DataFrame, PolarsError> {
    read_parquet(path)
}

/// A table that an earlier step left.
///
/// # Errors
/// [`Error::Table`] naming the file.
pub fn read_table(path: &Path) -> Result<Table, Error> {
    let read = frame(path).map_err(|source| Error::Table { path: path.to_owned(), source: Box::new(source) })?;
    Ok(Table { columns: read.into_columns() })
}

/// A table that grows column by column; all columns have the same length.
#[derive(Debug, Default)]
pub struct Table {
    columns: Vec<Column>,
}

impl Table {
    /// A table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a column of texts.
    pub fn texts(mut self, name: &str, values: &[String]) -> Self {
        self.columns.push(Series::new(name.into(), values).into());
        self
    }

    /// With a column of numbers; NaN stays NaN: undefined.
    pub fn numbers(mut self, name: &str, values: &[f64]) -> Self {
        self.columns.push(Series::new(name.into(), values).into());
        self
    }

    /// With a column of counts of which some do not exist.
    pub fn optional_counts(mut self, name: &str, values: &[Option<u32>]) -> Self {
        self.columns.push(Series::new(name.into(), values).into());
        self
    }

    /// With the rows of `other`, which has the same columns, below its own; a table without columns becomes `other`.
    ///
    /// # Errors
    /// polars' error where the columns differ.
    pub fn below(mut self, other: Self) -> Result<Self, PolarsError> {
        if self.columns.is_empty() {
            return Ok(other);
        }
        for (column, own) in self.columns.iter_mut().zip(other.columns) {
            column.append_owned(own)?;
        }
        Ok(self)
    }

    /// With a column of counts.
    pub fn counts(mut self, name: &str, values: &[u32]) -> Self {
        self.columns.push(Series::new(name.into(), values).into());
        self
    }
}

/// Writes `table` to `path` as Parquet.
///
/// # Errors
/// [`Error::Table`] if the columns differ in length, [`Error::Write`] if the file cannot be written.
pub fn write_table(path: &Path, table: Table) -> Result<(), Error> {
    let failed = |source| Error::Table { path: path.to_owned(), source: Box::new(source) };
    let rows = table.columns.first().map_or(0, Column::len);
    let mut frame = DataFrame::new(rows, table.columns).map_err(failed)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).map_err(failed)?;
    write_whole(path, &bytes)
}
