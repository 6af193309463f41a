//! A table of items of any kind, its fields as they stand: what a benchmark asks, for example.
//!
//! Nothing is known here of what the columns mean.

use std::path::Path;

use polars::prelude::{Column, DataType, PolarsError, Series};

use crate::Error;
use crate::text_columns::TextColumns;

/// A field of a [`FieldTable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// Nothing stands there.
    Missing,
    /// A text, with the white space around it; numbers are texts too, truths are `true` and `false`.
    Text(String),
    /// Several texts, as Parquet has them.
    Texts(Vec<String>),
}

/// Rows of named fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTable {
    /// Names of the columns; a part of a column of structures is `column.part`.
    pub names: Vec<String>,
    /// The fields of every row, one for each name.
    pub rows: Vec<Vec<Field>>,
}

/// The table in the file `path`: Parquet, or text with a header and tabs or else commas between fields.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`].
pub fn read_fields(path: &Path) -> Result<FieldTable, Error> {
    let table = TextColumns::read_nested(path)?;
    let failed = |source| Error::Table { path: path.into(), source: Box::new(source) };
    let (mut names, mut columns) = (Vec::new(), Vec::new());
    for column in table.columns() {
        for part in parts(column).map_err(failed)? {
            names.push(part.name().to_string());
            columns.push(fields(&part).map_err(failed)?);
        }
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let row = |_| columns.iter_mut().map(|column| column.next().expect("a field in every row")).collect();
    Ok(FieldTable { names, rows: (0..table.rows()).map(row).collect() })
}

/// A column of structures taken apart, any other as it is.
fn parts(column: &Column) -> Result<Vec<Series>, PolarsError> {
    let series = column.as_materialized_series();
    if !matches!(series.dtype(), DataType::Struct(_)) {
        return Ok(vec![series.clone()]);
    }
    let renamed = |part: Series| {
        let name = format!("{}.{}", series.name(), part.name());
        part.with_name(name.into())
    };
    Ok(series.struct_()?.fields_as_series().into_iter().map(renamed).collect())
}

/// A field for each row.
fn fields(series: &Series) -> Result<Vec<Field>, PolarsError> {
    if matches!(series.dtype(), DataType::List(_)) {
        let list = series.list()?;
        let texts = |row| match list.get_as_series(row) {
            Some(own) => Ok(Field::Texts(self::texts(&own)?.into_iter().map(Option::unwrap_or_default).collect())),
            None => Ok(Field::Missing),
        };
        return (0..series.len()).map(texts).collect();
    }
    Ok(texts(series)?.into_iter().map(|text| text.map_or(Field::Missing, Field::Text)).collect())
}

fn texts(series: &Series) -> Result<Vec<Option<String>>, PolarsError> {
    let texts = series.cast(&DataType::String)?;
    Ok(texts.str()?.iter().map(|text| text.map(String::from)).collect())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::{DataFrame, IntoColumn, IntoSeries, NamedFrom, ParquetWriter, StructChunked};

    use super::*;
    use crate::fixture;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn text(text: &str) -> Field {
        Field::Text(text.into())
    }

    #[test]
    fn fields_keep_their_white_space() -> Outcome {
        let (_folder, path) = fixture::file("items.tsv", "ID\tStem\n1\t What is it? \n2\t\n")?;
        let table = read_fields(&path)?;
        assert_eq!(table.names, ["ID", "Stem"]);
        assert_eq!(table.rows, [[text("1"), text(" What is it? ")], [text("2"), Field::Missing]]);
        Ok(())
    }

    #[test]
    fn parquet_gives_lists_and_parts_of_structures() -> Outcome {
        let (_folder, path) = fixture::file("items.parquet", "")?;
        let list = |name: &str, a: [&str; 2], b: [&str; 1]| {
            Series::new(name.into(), [Series::new("".into(), a), Series::new("".into(), b)])
        };
        let parts = [list("text", ["cat", "dog"], ["bee"]), list("label", ["A", "B"], ["A"])];
        let choices = StructChunked::from_series("choices".into(), 2, parts.iter())?.into_series().into_column();
        let label = Series::new("label".into(), [1_i64, 0]).into_column();
        let truth = Series::new("answer".into(), [true, false]).into_column();
        ParquetWriter::new(File::create(&path)?).finish(&mut DataFrame::new(2, vec![label, choices, truth])?)?;
        let table = read_fields(&path)?;
        assert_eq!(table.names, ["label", "choices.text", "choices.label", "answer"]);
        let texts = |texts: &[&str]| Field::Texts(texts.iter().map(ToString::to_string).collect());
        assert_eq!(table.rows[0], [text("1"), texts(&["cat", "dog"]), texts(&["A", "B"]), text("true")]);
        assert_eq!(table.rows[1], [text("0"), texts(&["bee"]), texts(&["A"]), text("false")]);
        Ok(())
    }
}
