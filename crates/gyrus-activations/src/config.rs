//! The keys of a `config.json`, each read as the kind of value it must be.
//!
//! A key that is absent or null has no value, so that the family's own default takes its place.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Error;

/// A JSON object and the file it came from.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    path: PathBuf,
    values: Map<String, Value>,
}

impl Config {
    /// The object in the file `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let json = |reason| Error::Json { path: path.into(), reason };
        match serde_json::from_str(&text).map_err(|error| json(error.to_string()))? {
            Value::Object(values) => Ok(Self { path: path.into(), values }),
            other => Err(json(format!("found {other}"))),
        }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every key with its value.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.values.iter()
    }

    /// A positive whole number.
    pub(crate) fn count(&self, key: &str) -> Result<Option<usize>, Error> {
        let positive = |value: &Value| value.as_u64().filter(|&n| n > 0).and_then(|n| usize::try_from(n).ok());
        self.read(key, "a positive whole number", positive)
    }

    /// A positive, finite number.
    pub(crate) fn number(&self, key: &str) -> Result<Option<f64>, Error> {
        self.read(key, "a positive number", |value| value.as_f64().filter(|x| x.is_finite() && *x > 0.0))
    }

    /// True or false.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Error> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// A word.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Error> {
        self.read(key, "a string", |value| value.as_str().map(String::from))
    }

    /// An object inside this one.
    pub(crate) fn section(&self, key: &str) -> Result<Option<Self>, Error> {
        let values = self.read(key, "an object", |value| value.as_object().cloned())?;
        Ok(values.map(|values| Self { path: self.path.clone(), values }))
    }

    /// The error of a key whose value has no meaning here.
    pub(crate) fn refuse(&self, key: &str, expected: impl Into<String>) -> Error {
        let value = self.values.get(key).map_or_else(|| "absent".into(), Value::to_string);
        Error::Key { path: self.path.clone(), key: key.into(), value, expected: expected.into() }
    }

    fn read<T>(&self, key: &str, expected: &str, kind: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Error> {
        match self.values.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => kind(value).map(Some).ok_or_else(|| self.refuse(key, expected)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Config {
        match serde_json::from_str(text).expect("JSON in the test") {
            Value::Object(values) => Config { path: "config.json".into(), values },
            _ => panic!("an object in the test"),
        }
    }

    #[test]
    fn null_is_absent() -> Result<(), Error> {
        assert_eq!(check(r#"{"head_dim": null}"#).count("head_dim")?, None);
        Ok(())
    }

    #[test]
    fn a_wrong_kind_names_file_key_and_value() {
        let error = check(r#"{"hidden_size": "wide"}"#).count("hidden_size").expect_err("a word for a number");
        assert_eq!(error.to_string(), r#"`config.json` has `hidden_size`: `"wide"`, expected a positive whole number"#);
    }

    #[test]
    fn zero_layers_are_refused() {
        assert!(check(r#"{"num_hidden_layers": 0}"#).count("num_hidden_layers").is_err());
    }
}
