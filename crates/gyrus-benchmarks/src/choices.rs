//! The answers that an item lets one choose from, in the forms that are about.

use serde_json::Value;

use crate::{Error, Record};

/// Names of the field with the choices, those of AI2's own files after the usual one.
const NAMES: [&str; 3] = ["choices", "question.choices", "Choices"];

/// Letters of choices that have no label of their own.
const LETTERS: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];

/// Labels and texts of the choices of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Choices {
    labels: Vec<String>,
    /// The texts, in order.
    pub(crate) texts: Vec<String>,
}

impl Choices {
    /// The choices of `record`: lists `text` and `label`, a list of objects with both, a list of texts,
    /// or one text `(A) this (B) that`.
    pub(crate) fn of(record: &Record) -> Result<Self, Error> {
        let choices = if record.optional(&["choices.text"]).is_some() {
            Self { labels: record.texts(&["choices.label"])?, texts: record.texts(&["choices.text"])? }
        } else {
            match record.optional(&NAMES) {
                Some(Value::Array(values)) if values.iter().all(Value::is_object) => Self::objects(record, values)?,
                Some(Value::String(text)) => Self::lettered(text),
                _ => Self::plain(record.texts(&NAMES)?),
            }
        };
        if choices.texts.is_empty() || choices.labels.len() != choices.texts.len() {
            let value = record.optional(&NAMES).cloned().unwrap_or_default();
            return Err(record.wrong("choices", &value, "a label for each choice, `(A) this (B) that` in a table"));
        }
        Ok(choices)
    }

    /// The index of the choice whose label stands in the first field of `names` that there is.
    pub(crate) fn index(&self, record: &Record, names: &[&str]) -> Result<usize, Error> {
        record.index(names, &self.labels.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn plain(texts: Vec<String>) -> Self {
        Self { labels: LETTERS.iter().take(texts.len()).map(ToString::to_string).collect(), texts }
    }

    fn objects(record: &Record, values: &[Value]) -> Result<Self, Error> {
        let mut choices = Self::default();
        for value in values {
            let part = |name: &str| value.get(name).and_then(Value::as_str).map(String::from);
            let (label, text) = part("label")
                .zip(part("text"))
                .ok_or_else(|| record.wrong("choices", value, "an object with the texts `label` and `text`"))?;
            choices.labels.push(label);
            choices.texts.push(text);
        }
        Ok(choices)
    }

    /// Of "(A) this (B) that"; without a choice if it does not begin so.
    fn lettered(text: &str) -> Self {
        let (mut choices, mut rest) = (Self::default(), text.trim());
        for (i, letter) in LETTERS.iter().enumerate() {
            let Some(own) = rest.strip_prefix(&format!("({letter}) ")) else { break };
            let next = LETTERS.get(i + 1).and_then(|next| own.find(&format!(" ({next}) ")));
            choices.labels.push(letter.to_string());
            choices.texts.push(own[..next.unwrap_or(own.len())].trim().into());
            rest = next.map_or("", |next| own[next..].trim_start());
        }
        choices
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn every_form_gives_the_same_choices() -> Result<(), Error> {
        for line in [
            r#"{"choices": {"text": ["a marsh", "the plains"], "label": ["A", "B"]}, "answerKey": "B"}"#,
            r#"{"choices.text": ["a marsh", "the plains"], "choices.label": ["A", "B"], "answerKey": " B"}"#,
            r#"{"question": {"choices": [{"text": "a marsh", "label": "A"}, {"text": "the plains", "label": "B"}]},
                "answerKey": "B"}"#,
            r#"{"Choices": "(A) a marsh (B) the plains", "answerKey": "B"}"#,
            r#"{"choices": ["a marsh", "the plains"], "answerKey": "B"}"#,
        ] {
            let record = record(line);
            let choices = Choices::of(&record)?;
            assert_eq!(choices.texts, ["a marsh", "the plains"], "{line}");
            assert_eq!(choices.index(&record, &["answerKey"])?, 1);
        }
        Ok(())
    }

    #[test]
    fn labels_are_those_of_the_item() {
        let record = record(r#"{"choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "A"}"#);
        let error = Choices::of(&record).and_then(|choices| choices.index(&record, &["answerKey"]));
        let expected = "`items.jsonl` line 3 has `answerKey`: `A`, expected one of `1`, `2`";
        assert_eq!(error.expect_err("no such label").to_string(), expected);
    }

    #[test]
    fn choices_without_letters_are_refused() {
        assert!(Choices::of(&record(r#"{"Choices": "this or that"}"#)).is_err());
        assert!(Choices::of(&record(r#"{"choices": {"text": ["x", "y"], "label": ["1"]}}"#)).is_err());
    }
}
