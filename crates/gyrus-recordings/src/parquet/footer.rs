//! The footer of a Parquet file: what the file says of its rows, columns and pages.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use polars::prelude::PolarsError;
use polars_parquet::parquet::metadata::FileMetadata;
use polars_parquet::parquet::read::deserialize_metadata;
use polars_parquet_format::FileMetaData;
use polars_parquet_format::thrift::protocol::{TCompactInputProtocol, TCompactOutputProtocol};

use super::damaged;

/// What ends a file, and starts it.
const MAGIC: &[u8; 4] = b"PAR1";

/// Bytes after the footer: its length and [`MAGIC`].
const TAIL: usize = 8;

/// What a footer may count for each of its bytes: an item of a list, of a byte or more, counts eight and a structure two.
const COUNTED: usize = 16;

/// The footer of `file`, none of whose lists is longer than its bytes.
///
/// The reader of polars makes room for as many items as a list claims before it reads one. So another reader, which keeps
/// count, goes first, and polars sees what that one understood and wrote anew.
pub(super) fn read_footer(file: &mut File) -> Result<FileMetadata, PolarsError> {
    let bytes = read_bytes(file)?;
    let mut counting = TCompactInputProtocol::new(bytes.as_slice(), bytes.len().saturating_mul(COUNTED));
    let footer = FileMetaData::read_from_in_protocol(&mut counting).map_err(damaged)?;
    let mut plain = Vec::with_capacity(bytes.len() + TAIL);
    footer.write_to_out_protocol(&mut TCompactOutputProtocol::new(&mut plain)).map_err(damaged)?;
    deserialize_metadata(plain.into()).map_err(damaged)
}

/// The bytes of the footer of `file`.
fn read_bytes(file: &mut File) -> Result<Vec<u8>, PolarsError> {
    let length = file.metadata()?.len();
    let mut tail = [0; TAIL];
    if length < (MAGIC.len() + TAIL) as u64 {
        return Err(damaged(format_args!("a file of {length} bytes has no footer")));
    }
    file.seek(SeekFrom::Start(length - TAIL as u64))?;
    file.read_exact(&mut tail)?;
    let (claimed, magic) = tail.split_at(4);
    let claimed = u32::from_le_bytes(claimed.try_into().expect("four bytes"));
    if magic != MAGIC {
        return Err(damaged("the file does not end as a Parquet file does"));
    }
    let room = length - (MAGIC.len() + TAIL) as u64;
    if u64::from(claimed) > room {
        return Err(damaged(format_args!("the footer claims {claimed} bytes, the file has room for {room}")));
    }
    let mut bytes = vec![0; claimed as usize];
    file.seek(SeekFrom::Start(length - TAIL as u64 - u64::from(claimed)))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
