//! Whole sentences of which one is right, as BLiMP has them, and questions with choices of our own.

use serde_json::Value;

use crate::{Choice, Error, Item, Record};

/// A right and a wrong sentence, nothing before them.
pub(crate) fn sentences(record: &Record) -> Result<Item, Error> {
    let names = ["sentence_good", "sentence_bad"];
    let choices = names.map(|name| Ok(Choice::new("", record.text(&[name])?)));
    let choices = choices.into_iter().collect::<Result<_, Error>>()?;
    Ok(Item { group: name(record, &["UID", "kind"]), ..Item::new(record, choices, 0) })
}

/// A query that goes on with one of its choices, and the same choices elsewhere the other way round.
pub(crate) fn queries(record: &Record) -> Result<Item, Error> {
    let (query, texts) = (record.text(&["query"])?, record.texts(&["choices"])?);
    let labels: Vec<String> = (0..texts.len()).map(|i| i.to_string()).collect();
    let gold = record.index(&["gold"], &labels.iter().map(String::as_str).collect::<Vec<_>>())?;
    let choices = texts.iter().map(|text| Choice::new(query, text)).collect();
    let (group, pair) = (name(record, &["kind"]), Some(record.label(&["pair"])?));
    Ok(Item { group, pair, ..Item::new(record, choices, gold) })
}

/// A text that names something, if there is one.
fn name(record: &Record, names: &[&str]) -> Option<String> {
    record.optional(names).and_then(Value::as_str).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn sentences_stand_alone() -> Result<(), Error> {
        let item = sentences(&record(r#"{"sentence_good": "It is.", "sentence_bad": "It are.", "UID": "agreement"}"#))?;
        let choices = ["It is.", "It are."].map(|text| Choice::new("", text));
        assert_eq!((item.choices, item.gold, item.group), (choices.into(), 0, Some("agreement".into())));
        Ok(())
    }

    #[test]
    fn queries_know_their_pair() -> Result<(), Error> {
        let line = r#"{"query": "He was", "choices": ["in", "out"], "gold": 1, "kind": "k", "pair": 7}"#;
        let item = queries(&record(line))?;
        assert_eq!((item.gold, item.pair.as_deref(), item.group.as_deref()), (1, Some("7"), Some("k")));
        assert_eq!(item.choices[0], Choice::new("He was", "in"));
        Ok(())
    }
}
