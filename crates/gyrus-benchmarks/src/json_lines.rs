//! Records from a file with a JSON object in each line, or one JSON array of objects.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::{Error, Place, Record};

/// The records of the file `path`, in order; empty lines are passed over. In an array the place of a record is its number.
///
/// # Errors
/// [`Error::Read`], [`Error::Json`] with the line, [`Error::Empty`] if there are none.
pub fn read_json_lines(path: &Path) -> Result<Vec<Record>, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
    let (text, path) = (text.strip_prefix('\u{feff}').unwrap_or(&text), Arc::<Path>::from(path));
    let records = if text.trim_start().starts_with('[') { array(text, &path)? } else { lines(text, &path)? };
    if records.is_empty() { Err(Error::Empty { path: path.to_path_buf() }) } else { Ok(records) }
}

fn lines(text: &str, path: &Arc<Path>) -> Result<Vec<Record>, Error> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| record(serde_json::from_str(line), Place::line(path, number))).collect()
}

fn array(text: &str, path: &Arc<Path>) -> Result<Vec<Record>, Error> {
    let values: Vec<Value> = serde_json::from_str(text)
        .map_err(|source| Error::Json { place: Place::line(path, source.line()), reason: source.to_string() })?;
    (1..).zip(values).map(|(number, value)| record(Ok(value), Place::row(path, number))).collect()
}

fn record(value: Result<Value, serde_json::Error>, place: Place) -> Result<Record, Error> {
    match value {
        Ok(Value::Object(fields)) => Ok(Record::new(place, fields)),
        Ok(other) => Err(Error::Json { place, reason: format!("it is `{other}`") }),
        Err(source) => Err(Error::Json { place, reason: source.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of the records of a file, or what is wrong with it, after the path.
    fn check(content: &str, expected: &str) -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("items.jsonl");
        fs::write(&path, content)?;
        let said = match read_json_lines(&path) {
            Ok(records) => records.iter().map(|record| record.place().to_string()).collect::<Vec<_>>().join(", "),
            Err(error) => error.to_string(),
        };
        assert_eq!(said.replace(&format!("`{}`", path.display()), "it"), expected);
        Ok(())
    }

    #[test]
    fn lines_and_arrays_are_read() -> std::io::Result<()> {
        check("\u{feff}{\"a\": 1}\r\n\n{\"a\": 2}\n", "it line 1, it line 3")?;
        check("[{\"a\": 1},\n {\"a\": 2}]", "it row 1, it row 2")
    }

    #[test]
    fn what_is_no_object_is_named_with_its_line() -> std::io::Result<()> {
        check(
            "{\"a\": 1}\n{\"a\": \n",
            "it line 2 is not a JSON object: EOF while parsing a value at line 1 column 6",
        )?;
        check("{\"a\": 1}\n\n7\n", "it line 3 is not a JSON object: it is `7`")?;
        check("\n \n", "it has no items")?;
        check("[]", "it has no items")
    }
}
