//! A signal as a table: a row per sample, a column per channel.

use std::path::Path;

use ndarray::Array2;

use crate::Error;
use crate::text_columns::{TextColumns, field};

/// Samples of named channels.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleTable {
    /// Names of the channels.
    pub names: Vec<String>,
    /// `(samples, channels)`.
    pub values: Array2<f64>,
}

/// The signal in the CSV, TSV or Parquet file `path`, whose header names the channels.
///
/// # Errors
/// [`Error::Read`], [`Error::Table`]; [`Error::Row`] with the row (from 1) and what stands there for a field that is no number.
pub fn read_samples(path: &Path) -> Result<SampleTable, Error> {
    let table = TextColumns::read(path)?;
    let names: Vec<String> = table.columns().iter().map(|column| column.name().to_string()).collect();
    let mut values = Array2::zeros((table.rows(), names.len()));
    for (mut channel, column) in values.columns_mut().into_iter().zip(table.columns()) {
        for (row, value) in channel.iter_mut().enumerate() {
            let text = field(column, row);
            let wrong = "has a sample that is no finite number";
            *value = text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| Error::Row {
                path: path.into(),
                row: row + 1,
                wrong,
                value: format!("{}: {text}", column.name()),
            })?;
        }
    }
    Ok(SampleTable { names, values })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::fixture::file;

    #[test]
    fn columns_are_channels() -> Result<(), Box<dyn std::error::Error>> {
        for (name, text) in [("a.csv", "G1,G2\n1.5,-2\n3e-6,0\n"), ("a.tsv", "G1\tG2\n1.5\t-2\n3e-6\t0\n")] {
            let (_folder, path) = file(name, text)?;
            let found = read_samples(&path)?;
            assert_eq!((found.names, found.values), (vec!["G1".into(), "G2".into()], array![[1.5, -2.0], [3e-6, 0.0]]));
        }
        Ok(())
    }

    #[test]
    fn what_is_no_number_is_named() -> Result<(), Box<dyn std::error::Error>> {
        for bad in ["n/a", "", "NaN", "inf"] {
            let (_folder, path) = file("a.csv", format!("G1,G2\n1,2\n3,{bad}\n"))?;
            let error = read_samples(&path).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("row 2") && error.contains("G2"), "{error}");
        }
        Ok(())
    }
}
