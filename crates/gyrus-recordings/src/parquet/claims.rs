//! What a Parquet file claims to hold, against the room that it has.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use polars::prelude::PolarsError;
use polars_parquet::parquet::metadata::{ColumnChunkMetadata, FileMetadata};
use polars_parquet_format::PageHeader;
use polars_parquet_format::thrift::protocol::TCompactInputProtocol;

use super::damaged;

/// Rows that a file may have for each of its bytes, and in any case: columns that say the same everywhere take no room.
const ROWS: (u64, u64) = (64, 1 << 16);

/// Bytes that a page may have for each byte that it takes in the file, and in any case.
const PAGE: (u64, u64) = (1 << 12, 1 << 20);

/// Refuses a `file` whose `footer` or pages claim more than it has room for: the library makes room for what they claim.
pub(super) fn check_claims(file: &mut File, footer: &FileMetadata) -> Result<(), PolarsError> {
    let length = file.metadata()?.len();
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
