//! HellaSwag: how a description goes on, cleaned of the marks of the pages it was taken from.

use crate::{Choice, Error, Item, Record};

/// HellaSwag.
pub(crate) fn hellaswag(record: &Record) -> Result<Item, Error> {
    let part = |name: &str| record.text(&[name]);
    let (activity, a) = (part("activity_label")?, part("ctx_a")?);
    let b = if record.optional(&["ctx_b"]).is_some() { part("ctx_b")? } else { "" };
    let context = cleaned(&format!("{activity}: {a} {}", capitalised(b)));
    let endings = record.texts(&["endings"])?;
    let labels: Vec<String> = (0..endings.len()).map(|i| i.to_string()).collect();
    let gold = record.index(&["label"], &labels.iter().map(String::as_str).collect::<Vec<_>>())?;
    let choices = endings.iter().map(|ending| Choice::new(&context, &cleaned(ending))).collect();
    Ok(Item::new(record, choices, gold))
}

/// Titles are sentences, what stands in brackets is left out, and two spaces become one, once.
fn cleaned(text: &str) -> String {
    without_brackets(&text.trim().replace(" [title]", ". ")).replace("  ", " ")
}

/// The text without every stretch of a line from `[` to the next `]`.
fn without_brackets(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some(open) = rest.find('[') {
        let inside = &rest[open..];
        match inside.find([']', '\n']).filter(|&end| inside[end..].starts_with(']')) {
            Some(close) => {
                kept.push_str(&rest[..open]);
                rest = &inside[close + 1..];
            }
            None => {
                kept.push_str(&rest[..=open]);
                rest = &inside[1..];
            }
        }
    }
    kept + rest
}

/// The first letter large, all others small.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn descriptions_are_cleaned() -> Result<(), Error> {
        let line = r#"{"activity_label": "Hair", "ctx_a": "[header] How to [title] Comb.", "ctx_b": "the Man",
            "endings": ["takes [substeps] a comb.", "  runs    off"], "label": "1"}"#;
        let item = hellaswag(&record(line))?;
        assert_eq!(item.choices[0].context, "Hair: How to. Comb. The man");
        assert_eq!(
            item.choices.iter().map(|choice| choice.text.as_str()).collect::<Vec<_>>(),
            ["takes a comb.", "runs  off"]
        );
        assert_eq!(item.gold, 1);
        Ok(())
    }

    #[test]
    fn brackets_close_on_their_own_line() {
        for (text, expected) in [("a[b]c[d", "ac[d"), ("[[a]]", "]"), ("[a\n]b[c]", "[a\n]b"), ("]a", "]a")] {
            assert_eq!(without_brackets(text), expected);
        }
    }
}
