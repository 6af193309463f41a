//! Sentences with something missing: in the middle (WinoGrande), or at the end (COPA, LAMBADA).

use crate::{Choice, Error, Item, Record};

/// WinoGrande: each choice fills the blank, and what stands after it is scored.
pub(crate) fn winogrande(record: &Record) -> Result<Item, Error> {
    let sentence = record.text(&["sentence"])?;
    let (before, after) =
        sentence.split_once('_').ok_or_else(|| record.wrong("sentence", &sentence.into(), "a blank `_`"))?;
    let choices = ["option1", "option2"].map(|name| {
        let option = record.text(&[name])?;
        Ok(Choice { text: option.into(), ..Choice::new(&format!("{before}{option}"), after.trim()) })
    });
    let choices = choices.into_iter().collect::<Result<_, Error>>()?;
    Ok(Item::new(record, choices, record.index(&["answer"], &["1", "2"])?))
}

/// COPA; as in the harness, two spaces stand before a choice.
pub(crate) fn copa(record: &Record) -> Result<Item, Error> {
    let connector = ["because", "therefore"][record.index(&["question"], &["cause", "effect"])?];
    let premise = record.text(&["premise"])?.trim();
    let last = premise.char_indices().last().map_or(0, |(last, _)| last);
    let context = format!("{} {connector}", &premise[..last]);
    let choices = ["choice1", "choice2"].map(|name| {
        let mut letters = record.text(&[name])?.chars();
        let first = letters.next().into_iter().flat_map(char::to_lowercase);
        Ok(Choice::new(&context, &format!(" {}{}", first.collect::<String>(), letters.as_str())))
    });
    let choices = choices.into_iter().collect::<Result<_, Error>>()?;
    Ok(Item::new(record, choices, record.index(&["label"], &["0", "1"])?))
}

/// LAMBADA: the last word, which is right if it is what the model would have written.
pub(crate) fn lambada(record: &Record) -> Result<Item, Error> {
    let text = record.text(&["text"])?;
    let (context, word) = text.rsplit_once(' ').unwrap_or(("", text));
    Ok(Item::new(record, vec![Choice::new(context, word)], 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn a_blank_is_filled_and_the_rest_is_scored() -> Result<(), Error> {
        let line =
            r#"{"sentence": "Ann thanked Bo because _ was kind. ", "option1": "Ann", "option2": "Bo", "answer": "2"}"#;
        let item = winogrande(&record(line))?;
        let contexts: Vec<_> = item.choices.iter().map(|choice| choice.context.as_str()).collect();
        assert_eq!(contexts, ["Ann thanked Bo because Ann", "Ann thanked Bo because Bo"]);
        assert!(item.choices.iter().all(|choice| choice.continuation == " was kind."));
        assert_eq!(item.gold, 1);
        assert!(winogrande(&record(r#"{"sentence": "no blank"}"#)).is_err());
        Ok(())
    }

    #[test]
    fn a_premise_goes_on() -> Result<(), Error> {
        let line = r#"{"premise": "I fell. ", "question": "cause", "choice1": "The ice was thin.", "choice2": "I sat.", "label": 0}"#;
        let item = copa(&record(line))?;
        assert_eq!(item.choices[1].context, "I fell because");
        assert_eq!(item.choices[0].continuation, "  the ice was thin.");
        Ok(())
    }

    #[test]
    fn the_last_word_is_what_follows_the_last_space() -> Result<(), Error> {
        let item = lambada(&record(r#"{"text": "\"Come,\" said she"}"#))?;
        assert_eq!(
            (item.choices[0].context.as_str(), item.choices[0].continuation.as_str()),
            ("\"Come,\" said", " she")
        );
        Ok(())
    }
}
