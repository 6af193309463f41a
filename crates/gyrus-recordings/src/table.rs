//! Numbers in columns, without a header, as SPM, AFNI and Matlab write them.

use std::{fs, path::Path};

use ndarray::Array2;

use crate::Error;

/// The table in the file `path`, `(rows, columns)`, its fields separated by spaces or tabs.
///
/// Every row has `columns` fields, every field is a finite number, and there are `rows` rows where that is known.
///
/// # Errors
/// [`Error::Columns`], [`Error::Number`], [`Error::RowCount`] or [`Error::EmptyTable`], with the line and the value.
pub fn read_table(path: &Path, columns: usize, rows: Option<usize>) -> Result<Array2<f64>, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let mut values = Vec::with_capacity(lines.len() * columns);
    for (line, row) in lines.iter().enumerate() {
        values.extend(numbers(path, line + 1, row, columns)?);
    }
    if lines.is_empty() {
        return Err(Error::EmptyTable { path: path.into() });
    }
    match rows.filter(|&expected| expected != lines.len()) {
        Some(expected) => Err(Error::RowCount { path: path.into(), found: lines.len(), expected }),
        None => Ok(Array2::from_shape_vec((lines.len(), columns), values).expect("every row has its columns")),
    }
}

fn numbers(path: &Path, line: usize, row: &str, columns: usize) -> Result<Vec<f64>, Error> {
    let fields: Vec<&str> = row.split_whitespace().collect();
    if fields.len() != columns {
        let (found, row) = (fields.len(), row.trim().into());
        return Err(Error::Columns { path: path.into(), line, found, expected: columns, row });
    }
    let number = |(column, field): (usize, &&str)| match field.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(Error::Number { path: path.into(), line, column: column + 1, value: (*field).into() }),
    };
    fields.iter().enumerate().map(number).collect()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fixture;

    /// What reading `content` as a table of two columns says, after the path.
    fn check(content: &str, rows: Option<usize>, expected: &str) -> io::Result<()> {
        let (_folder, path) = fixture::file("t.txt", content)?;
        let said = match read_table(&path, 2, rows) {
            Ok(table) => format!("{table}"),
            Err(error) => error.to_string().replace(&format!("`{}`", path.display()), "it"),
        };
        assert_eq!(said, expected);
        Ok(())
    }

    #[test]
    fn spaces_tabs_and_line_ends_do_not_matter() -> io::Result<()> {
        check("  1.5e+00   2\r\n-3\t0\r\n\n", Some(2), "[[1.5, 2],\n [-3, 0]]")
    }

    #[test]
    fn short_and_long_rows_are_named() -> io::Result<()> {
        check("1 2\n3\n", None, "it line 2 has 1 columns instead of 2: `3`")?;
        check("1 2\n\n3 4\n", None, "it line 2 has 0 columns instead of 2: ``")?;
        check("1 2 3\n", None, "it line 1 has 3 columns instead of 2: `1 2 3`")
    }

    #[test]
    fn an_empty_field_is_a_missing_column() -> io::Result<()> {
        check("1\t\n", None, "it line 1 has 1 columns instead of 2: `1`")
    }

    #[test]
    fn what_is_not_a_number_is_named() -> io::Result<()> {
        check("1 2\n3 x4\n", None, "it line 2, column 2 (from 1) is not a finite number: `x4`")?;
        check("NaN 2\n", None, "it line 1, column 1 (from 1) is not a finite number: `NaN`")?;
        check("1 -inf\n", None, "it line 1, column 2 (from 1) is not a finite number: `-inf`")
    }

    #[test]
    fn wrong_number_of_rows_is_an_error() -> io::Result<()> {
        check("1 2\n3 4\n", Some(3), "it has 2 rows instead of 3")
    }

    #[test]
    fn empty_and_absent_files_are_errors() -> io::Result<()> {
        check("", None, "it has no rows")?;
        check(" \n\n", Some(2), "it has no rows")?;
        assert!(matches!(read_table(Path::new("nowhere.txt"), 2, None), Err(Error::Read { .. })));
        Ok(())
    }

    #[test]
    fn published_predictors_are_372_by_12() -> Result<(), Error> {
        let Some(folder) = fixture::alice() else { return Ok(()) };
        let name = "alice_data_shared/sept18-generic-predictors-under-hrf-with-logfrqhal.txt";
        assert_eq!(read_table(&folder.join(name), 12, Some(372))?.dim(), (372, 12));
        Ok(())
    }
}
