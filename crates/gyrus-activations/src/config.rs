//! The keys of a `config.json`, each read as the kind of value it must be.
//!
//! A key that is absent or null has no value, so that the family's own default takes its place.
//! Which keys were asked for is remembered, so that those nobody asked for can be seen.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Error;

/// The largest count that is read: a file with a larger one is not a model.
const LARGEST: u64 = 1 << 31;

/// A JSON object and the file it came from.
///
/// A key with a dot is a key of an object inside this one: `attn_config.clip_qkv`.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    path: PathBuf,
    values: Map<String, Value>,
    asked: RefCell<BTreeSet<String>>,
}

impl Config {
    /// The object in the file `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let json = |reason| Error::Json { path: path.into(), reason };
        match serde_json::from_str(&text).map_err(|error| json(error.to_string()))? {
            Value::Object(values) => Ok(Self::new(path.into(), values)),
            other => Err(json(format!("found {other}"))),
        }
    }

    fn new(path: PathBuf, values: Map<String, Value>) -> Self {
        Self { path, values, asked: RefCell::default() }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every key with its value.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.values.iter()
    }

    /// Every key that has not been asked for, with its value; null ones are left out.
    pub(crate) fn unasked(&self) -> impl Iterator<Item = (&String, &Value)> {
        let asked = self.asked.borrow().clone();
        self.values.iter().filter(move |(key, value)| !asked.contains(*key) && !value.is_null())
    }

    /// The value of a key, null as well.
    pub(crate) fn value(&self, key: &str) -> Option<&Value> {
        self.asked.borrow_mut().insert(key.into());
        match key.split_once('.') {
            None => self.values.get(key),
            Some((outer, inner)) => {
                self.asked.borrow_mut().insert(outer.into());
                self.values.get(outer)?.get(inner)
            }
        }
    }

    /// Whether the key is there and null.
    pub(crate) fn is_null(&self, key: &str) -> bool {
        self.value(key).is_some_and(Value::is_null)
    }

    /// A positive whole number.
    pub(crate) fn count(&self, key: &str) -> Result<Option<usize>, Error> {
        let positive = |value: &Value| value.as_u64().filter(|n| (1..=LARGEST).contains(n)).map(|n| n as usize);
        self.read(key, "a positive whole number", positive)
    }

    /// A positive whole number under any of several names, which must agree.
    pub(crate) fn count_of(&self, keys: &[&str]) -> Result<Option<usize>, Error> {
        let mut found = None;
        for key in keys {
            match (found, self.count(key)?) {
                (Some((other, first)), Some(n)) if n != first => {
                    return Err(self.refuse(key, format!("the {first} of `{other}`")));
                }
                (None, Some(n)) => found = Some((key, n)),
                _ => {}
            }
        }
        Ok(found.map(|(_, n)| n))
    }

    /// A positive, finite number.
    pub(crate) fn number(&self, key: &str) -> Result<Option<f64>, Error> {
        self.read(key, "a positive number", |value| value.as_f64().filter(|x| x.is_finite() && *x > 0.0))
    }

    /// A positive, finite number, or zero for none.
    pub(crate) fn number_or_zero(&self, key: &str) -> Result<Option<f64>, Error> {
        if self.value(key).and_then(Value::as_f64) == Some(0.0) { Ok(None) } else { self.number(key) }
    }

    /// Positive, finite numbers.
    pub(crate) fn numbers(&self, key: &str) -> Result<Option<Vec<f64>>, Error> {
        let one = |value: &Value| value.as_f64().filter(|x| x.is_finite() && *x > 0.0);
        self.read(key, "a list of positive numbers", |value| value.as_array()?.iter().map(one).collect())
    }

    /// True or false.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, Error> {
        self.read(key, "true or false", Value::as_bool)
    }

    /// A list of true or false, as words or as 1 and 0.
    pub(crate) fn flags(&self, key: &str) -> Result<Option<Vec<bool>>, Error> {
        let one = |value: &Value| value.as_bool().or(value.as_u64().filter(|n| *n < 2).map(|n| n == 1));
        self.read(key, "a list of 0 and 1", |value| value.as_array()?.iter().map(one).collect())
    }

    /// A word.
    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, Error> {
        self.read(key, "a string", |value| value.as_str().map(String::from))
    }

    /// A list of words.
    pub(crate) fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        let one = |value: &Value| value.as_str().map(String::from);
        self.read(key, "a list of strings", |value| value.as_array()?.iter().map(one).collect())
    }

    /// An object inside this one.
    pub(crate) fn section(&self, key: &str) -> Result<Option<Self>, Error> {
        let values = self.read(key, "an object", |value| value.as_object().cloned())?;
        Ok(values.map(|values| Self::new(self.path.clone(), values)))
    }

    /// An object of the same file without any key.
    pub(crate) fn empty(&self) -> Self {
        Self::new(self.path.clone(), Map::new())
    }

    /// This object with the value of `key` from another one of the same file, where that has it.
    pub(crate) fn with(mut self, other: &Self, key: &str) -> Self {
        if let Some(value) = other.value(key) {
            self.values.insert(key.into(), value.clone());
        }
        self
    }

    /// The error of a key whose value has no meaning here.
    pub(crate) fn refuse(&self, key: &str, expected: impl Into<String>) -> Error {
        let value = self.value(key).map_or_else(|| "absent".into(), Value::to_string);
        Error::Key { path: self.path.clone(), key: key.into(), value, expected: expected.into() }
    }

    fn read<T>(&self, key: &str, expected: &str, kind: impl Fn(&Value) -> Option<T>) -> Result<Option<T>, Error> {
        match self.value(key) {
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
            Value::Object(values) => Config::new("config.json".into(), values),
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
    fn zero_layers_and_absurd_ones_are_refused() {
        for text in [r#"{"n": 0}"#, r#"{"n": -3}"#, r#"{"n": 1e3}"#, r#"{"n": 4294967296}"#] {
            assert!(check(text).count("n").is_err(), "{text}");
        }
    }

    #[test]
    fn two_names_of_one_number_must_agree() -> Result<(), Error> {
        assert_eq!(check(r#"{"n_head": 8, "heads": 8}"#).count_of(&["n_head", "heads"])?, Some(8));
        assert_eq!(check(r#"{"heads": 8}"#).count_of(&["n_head", "heads"])?, Some(8));
        let error = check(r#"{"n_head": 8, "heads": 9}"#).count_of(&["n_head", "heads"]).expect_err("two numbers");
        assert_eq!(error.to_string(), "`config.json` has `heads`: `9`, expected the 8 of `n_head`");
        Ok(())
    }

    #[test]
    fn a_dotted_key_is_inside_an_object() -> Result<(), Error> {
        let config = check(r#"{"attn_config": {"clip_qkv": 6}, "extra": 1, "nothing": null}"#);
        assert_eq!(config.number("attn_config.clip_qkv")?, Some(6.0));
        assert_eq!(config.unasked().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["extra"]);
        Ok(())
    }
}
