//! A CSV, TSV or Parquet file with named columns, every field as text.

use std::path::{Path, PathBuf};
use std::{fs, io::Cursor};

use polars::prelude::{Column, CsvReadOptions, DataFrame, DataType, PolarsError, SerReader};

use crate::Error;
use crate::parquet::read_parquet;

/// Named columns of text; the separator is a tab if the header has one, else a comma.
///
/// A file that begins as Parquet does is read as that. Fields may stand in quotation marks. Where that makes no sense in a table with tabs, its quotation marks are letters.
pub(crate) struct TextColumns {
    path: PathBuf,
    table: DataFrame,
}

/// The first bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

impl TextColumns {
    /// Reads the file `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let nested = Self::read_nested(path)?;
        let failed = |source| Error::Table { path: path.into(), source: Box::new(source) };
        let table = nested.table;
        let texts = table.columns().iter().map(|column| column.cast(&DataType::String));
        let texts = texts.collect::<Result<_, _>>().map_err(failed)?;
        Ok(Self { path: nested.path, table: DataFrame::new(table.height(), texts).map_err(failed)? })
    }

    /// Reads the file `path`; columns of Parquet stay what they are.
    pub fn read_nested(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let failed = |source| Error::Table { path: path.into(), source: Box::new(source) };
        if bytes.starts_with(PARQUET) {
            let table = read_parquet(path).map_err(failed)?;
            return Ok(Self { path: path.into(), table });
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).to_vec();
        let header = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let separator = if header.contains(&b'\t') { b'\t' } else { b',' };
        let table = match parse(&bytes, separator, Some(b'"')) {
            Ok(table) if !holds_lines(&table) => table,
            // Tables with tabs need no quotation marks, so theirs may be those of the words.
            _ if separator == b'\t' => parse(&bytes, separator, None).map_err(failed)?,
            answer => answer.map_err(failed)?,
        };
        Ok(Self { path: path.into(), table })
    }

    /// Rows below the header.
    pub fn rows(&self) -> usize {
        self.table.height()
    }

    /// Every column.
    pub fn columns(&self) -> &[Column] {
        self.table.columns()
    }

    /// The column `name`.
    pub fn column(&self, name: &str) -> Result<&Column, Error> {
        self.optional(name).ok_or_else(|| Error::MissingColumn {
            path: self.path.clone(),
            column: name.to_owned(),
            found: self.table.get_column_names().into_iter().map(ToString::to_string).collect(),
        })
    }

    /// The column `name`, if there is one.
    pub fn optional(&self, name: &str) -> Option<&Column> {
        self.table.column(name).ok()
    }
}

fn parse(bytes: &[u8], separator: u8, quote: Option<u8>) -> Result<DataFrame, PolarsError> {
    CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .map_parse_options(|options| options.with_separator(separator).with_quote_char(quote))
        .into_reader_with_file_handle(Cursor::new(bytes))
        .finish()
}

/// Whether a field holds a whole line, as it does between the quotation marks of different words.
fn holds_lines(table: &DataFrame) -> bool {
    let fields = table.columns().iter().filter_map(|column| column.str().ok());
    fields.flat_map(|column| column.iter().flatten()).any(|field| field.contains(['\n', '\t']))
}

/// The field of a column of text, without white space around it; nothing if it is empty.
pub(crate) fn field(column: &Column, row: usize) -> &str {
    column.str().ok().and_then(|fields| fields.get(row)).unwrap_or_default().trim()
}
