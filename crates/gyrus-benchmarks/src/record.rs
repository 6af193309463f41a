//! An item as its file has it: named values, and where they stand.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::Error;

/// Where an item stands: "`FILE` line 3", or a row of a table, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    path: Arc<Path>,
    unit: &'static str,
    number: usize,
}

impl Place {
    /// Line `number`, from 1, of a file of text.
    pub fn line(path: &Arc<Path>, number: usize) -> Self {
        Self { path: path.clone(), unit: "line", number }
    }

    /// Row `number`, from 1 below the header, of a table.
    pub fn row(path: &Arc<Path>, number: usize) -> Self {
        Self { path: path.clone(), unit: "row", number }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line or row, from 1.
    pub fn number(&self) -> usize {
        self.number
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} {}", self.path.display(), self.unit, self.number)
    }
}

/// An item before a task has made sense of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    place: Place,
    fields: Map<String, Value>,
}

impl Record {
    /// The item at `place`; a field `a.b` is the same as `b` in an object `a`.
    pub fn new(place: Place, fields: Map<String, Value>) -> Self {
        Self { place, fields }
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Gives the field `name` a value, whatever it had before.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.fields.insert(name.into(), value);
    }

    /// The value of the first of `names` that there is.
    pub(crate) fn optional(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.at(name)).filter(|value| !value.is_null())
    }

    /// The text of the first of `names` that there is.
    pub(crate) fn text(&self, names: &[&str]) -> Result<&str, Error> {
        let value = self.value(names)?;
        value.as_str().ok_or_else(|| self.wrong(names[0], value, "a text"))
    }

    /// The texts of the first of `names` that there is.
    pub(crate) fn texts(&self, names: &[&str]) -> Result<Vec<String>, Error> {
        let value = self.value(names)?;
        let texts = value.as_array().and_then(|values| values.iter().map(word).collect::<Option<Vec<_>>>());
        texts.ok_or_else(|| self.wrong(names[0], value, "a list of texts"))
    }

    /// A text, number or truth as a word, without white space around it; truths are `1` and `0`.
    pub(crate) fn label(&self, names: &[&str]) -> Result<String, Error> {
        let value = self.value(names)?;
        let label = word(value).ok_or_else(|| self.wrong(names[0], value, "a label"))?;
        Ok(match label.trim() {
            "true" => "1".into(),
            "false" => "0".into(),
            label => label.into(),
        })
    }

    /// The index of the label among `labels`.
    pub(crate) fn index(&self, names: &[&str], labels: &[&str]) -> Result<usize, Error> {
        let label = self.label(names)?;
        let found = labels.iter().position(|known| *known == label);
        found.ok_or_else(|| self.unknown_label(names[0], &label, labels))
    }

    pub(crate) fn unknown_label(&self, field: &str, label: &str, known: &[&str]) -> Error {
        let expected = format!("one of `{}`", known.join("`, `"));
        Error::Field { place: self.place.clone(), field: field.into(), value: label.into(), expected }
    }

    pub(crate) fn wrong(&self, field: &str, value: &Value, expected: &str) -> Error {
        let value = value.as_str().map_or_else(|| value.to_string(), String::from);
        Error::Field { place: self.place.clone(), field: field.into(), value, expected: expected.into() }
    }

    fn value(&self, names: &[&str]) -> Result<&Value, Error> {
        self.optional(names).ok_or_else(|| Error::MissingField {
            place: self.place.clone(),
            field: names.join("` or `"),
            found: self.fields.keys().cloned().collect(),
        })
    }

    /// The field of this name, or the part of an object where the name has a dot.
    fn at(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).or_else(|| {
            let (object, part) = name.split_once('.')?;
            self.fields.get(object)?.get(part)
        })
    }
}

/// A text, number or truth as a text.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The record of a line, as if it were the third of `items.jsonl`.
    pub(crate) fn record(line: &str) -> Record {
        let place = Place::line(&Path::new("items.jsonl").into(), 3);
        Record::new(place, serde_json::from_str(line).expect("an object"))
    }

    #[test]
    fn parts_of_objects_have_names_with_a_dot() -> Result<(), Error> {
        for line in [r#"{"question": {"stem": "Why?"}}"#, r#"{"question.stem": "Why?"}"#, r#"{"stem": "Why?"}"#] {
            assert_eq!(record(line).text(&["question.stem", "stem"])?, "Why?");
        }
        Ok(())
    }

    #[test]
    fn labels_are_words_whatever_their_kind() -> Result<(), Error> {
        for line in [r#"{"label": 1}"#, r#"{"label": " 1 "}"#, r#"{"label": true}"#, r#"{"label": "true"}"#] {
            assert_eq!(record(line).index(&["label"], &["0", "1"])?, 1);
        }
        Ok(())
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let said = |answer: Result<usize, Error>| answer.expect_err("wrong").to_string();
        let found = said(record(r#"{"a": 1, "b": 2}"#).index(&["label", "answer"], &["0"]));
        assert_eq!(found, "`items.jsonl` line 3 has no field `label` or `answer`, only: `a`, `b`");
        let found = said(record(r#"{"label": "E"}"#).index(&["label"], &["A", "B"]));
        assert_eq!(found, "`items.jsonl` line 3 has `label`: `E`, expected one of `A`, `B`");
        let found = said(record(r#"{"goal": [1]}"#).text(&["goal"]).map(str::len));
        assert_eq!(found, "`items.jsonl` line 3 has `goal`: `[1]`, expected a text");
    }
}
