//! Parquet files, damaged ones too: the library that reads them is not at ease with every one.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use polars::prelude::{Column, DataFrame, DataType, ParquetReader, PolarsError, SerReader};
use polars_parquet::parquet::metadata::ColumnChunkMetadata;
use polars_parquet::parquet::read::read_metadata;
use polars_parquet_format::PageHeader;
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;

/// Rows that a file may have for each of its bytes, and in any case: columns that say the same everywhere take no room.
const ROWS: (u64, u64) = (64, 1 << 16);

/// Bytes that a page may have for each byte that it takes in the file, and in any case.
const PAGE: (u64, u64) = (1 << 12, 1 << 20);

/// The table in the Parquet file `path`.
///
/// # Errors
/// Those of the file, of a file that is no Parquet table, of one whose pages claim more than it has room for, and of one that
/// makes the library panic: its footer or a header of a page is then damaged, and the library has said so on standard error.
pub fn read_parquet(path: &Path) -> Result<DataFrame, PolarsError> {
    // Nothing of the table outlives a panic.
    let read = catch_unwind(AssertUnwindSafe(|| {
        check_claims(&mut File::open(path)?)?;
        ParquetReader::new(File::open(path)?).finish()
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

/// Refuses a file whose footer or pages claim more than it has room for: the library makes room for what they claim.
fn check_claims(file: &mut File) -> Result<(), PolarsError> {
    let length = file.metadata()?.len();
    let footer = read_metadata(file).map_err(damaged)?;
    let rows: u64 = footer.row_groups.iter().map(|group| group.num_rows() as u64).fold(0, u64::saturating_add);
    if rows > length.saturating_mul(ROWS.0).saturating_add(ROWS.1) || rows != footer.num_rows as u64 {
        return Err(damaged(format_args!(
            "{} rows are claimed by a file of {length} bytes",
            rows.max(footer.num_rows as u64)
        )));
    }
    for group in &footer.row_groups {
        for column in group.parquet_columns() {
            check_column(file, length, group.num_rows(), column)?;
        }
    }
    Ok(())
}

/// Refuses a column whose pages claim more values than its rows, or more bytes than they have room for.
fn check_column(file: &mut File, length: u64, rows: usize, column: &ColumnChunkMetadata) -> Result<(), PolarsError> {
    let (at, flat) = (column.byte_range(), column.descriptor().descriptor.max_rep_level == 0);
    let name = column.descriptor().path_in_schema.join(".");
    if at.end > length || (flat && column.num_values() != rows as i64) {
        return Err(damaged(format_args!("column `{name}` claims bytes or values that are not there")));
    }
    let mut bytes = vec![0; (at.end - at.start) as usize];
    file.seek(SeekFrom::Start(at.start))?;
    file.read_exact(&mut bytes)?;
    let (mut rest, mut left) = (bytes.as_slice(), column.num_values());
    while left > 0 && !rest.is_empty() {
        let mut protocol = TCompactInputProtocol::new(&mut rest, bytes.len());
        let page = PageHeader::read_from_in_protocol(&mut protocol).map_err(damaged)?;
        let packed = usize::try_from(page.compressed_page_size).ok().filter(|packed| *packed <= rest.len());
        let packed =
            packed.ok_or_else(|| damaged(format_args!("a page of column `{name}` is longer than the column")))?;
        rest = &rest[packed..];
        let values = values_of(&page);
        // An entry of a dictionary takes a byte or more.
        let entries = page.dictionary_page_header.as_ref().map_or(0, |header| i64::from(header.num_values));
        let unpacked = i64::from(page.uncompressed_page_size).max(entries);
        let most = (packed as u64).saturating_mul(PAGE.0).saturating_add(PAGE.1);
        left -= values;
        if values < 0 || left < 0 || !(0..=most as i64).contains(&unpacked) {
            return Err(damaged(format_args!("a page of column `{name}` claims {values} values and {unpacked} bytes")));
        }
    }
    Ok(())
}

/// Values of a page of data; 0 of any other.
fn values_of(page: &PageHeader) -> i64 {
    let first = page.data_page_header.as_ref().map(|header| header.num_values);
    let second = page.data_page_header_v2.as_ref().map(|header| header.num_values);
    i64::from(first.or(second).unwrap_or(0))
}
