//! A question, and answers after the word `Answer:`.

use crate::choices::Choices;
use crate::{Choice, Error, Item, Record};

/// Every text after the same context.
fn after<T: AsRef<str>>(context: &str, texts: &[T]) -> Vec<Choice> {
    texts.iter().map(|text| Choice::new(context, text.as_ref())).collect()
}

/// ARC, easy and challenge.
pub(crate) fn arc(record: &Record) -> Result<Item, Error> {
    let (choices, question) = (Choices::of(record)?, record.text(&["question.stem", "question"])?);
    let gold = choices.index(record, &["answerKey"])?;
    Ok(Item::new(record, after(&format!("Question: {question}\nAnswer:"), &choices.texts), gold))
}

/// PIQA.
pub(crate) fn piqa(record: &Record) -> Result<Item, Error> {
    let context = format!("Question: {}\nAnswer:", record.text(&["goal"])?);
    let choices = after(&context, &[record.text(&["sol1"])?, record.text(&["sol2"])?]);
    Ok(Item::new(record, choices, record.index(&["label"], &["0", "1"])?))
}

/// OpenBookQA: the choices go on with the question.
pub(crate) fn openbookqa(record: &Record) -> Result<Item, Error> {
    let choices = Choices::of(record)?;
    let stem = record.text(&["question_stem", "question.stem", "Question Stem"])?;
    let gold = choices.index(record, &["answerKey", "Answer Key"])?;
    Ok(Item::new(record, after(stem, &choices.texts), gold))
}

/// BoolQ.
pub(crate) fn boolq(record: &Record) -> Result<Item, Error> {
    let (passage, question) = (record.text(&["passage"])?, record.text(&["question"])?);
    let choices = after(&format!("{passage}\nQuestion: {question}?\nAnswer:"), &["no", "yes"]);
    Ok(Item::new(record, choices, record.index(&["label", "answer"], &["0", "1"])?))
}

/// Social IQa.
pub(crate) fn social_iqa(record: &Record) -> Result<Item, Error> {
    let context = format!("Q: {} {}\nA:", record.text(&["context"])?, record.text(&["question"])?);
    let answers = [record.text(&["answerA"])?, record.text(&["answerB"])?, record.text(&["answerC"])?];
    Ok(Item::new(record, after(&context, &answers), record.index(&["label"], &["1", "2", "3"])?))
}

/// CommonsenseQA: the answers stand in the question, and its letters are chosen from.
pub(crate) fn commonsense_qa(record: &Record) -> Result<Item, Error> {
    let (choices, question) = (Choices::of(record)?, record.text(&["question.stem", "question"])?);
    let letters = ["A", "B", "C", "D", "E"];
    if choices.texts.len() != letters.len() {
        let value = choices.texts.join("`, `").into();
        return Err(record.wrong("choices", &value, "five choices"));
    }
    let lines = letters.iter().zip(&choices.texts).map(|(letter, text)| format!("{letter}. {text}\n"));
    let context = format!("Question: {}\n{}Answer:", question.trim(), lines.collect::<String>());
    Ok(Item::new(record, after(&context, &letters), record.index(&["answerKey"], &letters)?))
}

/// SciQ: the right answer is the last.
pub(crate) fn sciq(record: &Record) -> Result<Item, Error> {
    let (support, question) = (record.text(&["support"])?.trim_start(), record.text(&["question"])?);
    let names = ["distractor1", "distractor2", "distractor3", "correct_answer"];
    let answers = names.iter().map(|name| record.text(&[name])).collect::<Result<Vec<_>, _>>()?;
    Ok(Item::new(record, after(&format!("{support}\nQuestion: {question}\nAnswer:"), &answers), 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    /// The context, the continuations and the answer of a line.
    fn check(prompt: fn(&Record) -> Result<Item, Error>, line: &str, context: &str, texts: &[&str], gold: usize) {
        let item = prompt(&record(line)).expect("an item");
        assert!(item.choices.iter().all(|choice| choice.context == context), "{item:?}");
        assert_eq!(item.choices.iter().map(|choice| choice.continuation.as_str()).collect::<Vec<_>>(), texts);
        assert_eq!(item.gold, gold);
    }

    #[test]
    fn questions_are_put_as_the_harness_puts_them() {
        let choices = r#""choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2""#;
        let line = format!(r#"{{"question": "Why?", {choices}}}"#);
        check(arc, &line, "Question: Why?\nAnswer:", &[" x", " y"], 1);
        let line = r#"{"goal": "To go", "sol1": " walk", "sol2": "run", "label": 0}"#;
        check(piqa, line, "Question: To go\nAnswer:", &["  walk", " run"], 0);
        check(openbookqa, &format!(r#"{{"question_stem": "Fog is", {choices}}}"#), "Fog is", &[" x", " y"], 1);
        let line = r#"{"passage": "It is.", "question": "is it", "answer": true}"#;
        check(boolq, line, "It is.\nQuestion: is it?\nAnswer:", &[" no", " yes"], 1);
        let line =
            r#"{"context": "A.", "question": "B?", "answerA": "x", "answerB": "y", "answerC": "z", "label": "3"}"#;
        check(social_iqa, line, "Q: A. B?\nA:", &[" x", " y", " z"], 2);
        let line = r#"{"support": " S.", "question": "Q?", "distractor1": "a", "distractor2": "b", "distractor3": "c",
            "correct_answer": "d"}"#;
        check(sciq, line, "S.\nQuestion: Q?\nAnswer:", &[" a", " b", " c", " d"], 3);
        let line = r#"{"question": " Q? ", "choices": {"text": ["v","w","x","y","z"], "label": ["A","B","C","D","E"]},
            "answerKey": "D"}"#;
        let context = "Question: Q?\nA. v\nB. w\nC. x\nD. y\nE. z\nAnswer:";
        check(commonsense_qa, line, context, &[" A", " B", " C", " D", " E"], 3);
    }
}
