//! A JSON object beside a recording.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Error;

/// The fields of one note, or of several of which the last says what holds.
#[derive(Debug, Default)]
pub(super) struct Note {
    fields: Map<String, Value>,
    path: PathBuf,
}

impl Note {
    /// Adds what the file `path` says.
    pub fn read(&mut self, path: &Path) -> Result<(), Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let fields: Map<String, Value> =
            serde_json::from_slice(bytes).map_err(|source| Error::Json { path: path.into(), source })?;
        self.fields.extend(fields);
        self.path = path.to_owned();
        Ok(())
    }

    /// The last file that was read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text of a field, if it is there and is one.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.fields.get(field).and_then(Value::as_str)
    }

    /// The number of a field, if it is there; `n/a` is not.
    pub fn number(&self, field: &'static str) -> Result<Option<f64>, Error> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text == "n/a" => Ok(None),
            Some(value) => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(field, "is no number", value.to_string())),
            },
        }
    }

    /// That a field is wrong.
    pub fn wrong(&self, field: &'static str, wrong: &'static str, value: impl Into<String>) -> Error {
        Error::JsonField { path: self.path.clone(), field, wrong, value: value.into() }
    }
}
