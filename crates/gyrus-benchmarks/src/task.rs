//! The tasks: a row each.

use crate::prompts::{blanks, how_to, ours, questions};
use crate::{Error, Item, Record};

/// The version of lm-evaluation-harness that is mirrored.
pub const HARNESS: &str = "0.4.13";

/// What is measured of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Which of several texts is the likeliest after one context.
    Choices,
    /// After which of several contexts one text is the likeliest.
    Contexts,
    /// As choices, and whether the context moves a pair of items the right way.
    Pairs,
    /// Whether a word is what the model would have written.
    Word,
    /// Bits for a whole text.
    Text,
}

/// A benchmark: where its items come from and how they are put.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// Its name, where there is one that of lm-evaluation-harness.
    pub name: &'static str,
    /// Where its items come from.
    pub source: &'static str,
    /// The part of the source that is scored.
    pub split: &'static str,
    /// The fields that an item must have.
    pub fields: &'static str,
    /// The field that a file of labels fills.
    pub label: Option<&'static str>,
    /// What is measured.
    pub measure: Measure,
    /// The score that counts: what lm-evaluation-harness reports, normalised where it reports both.
    pub metric: &'static str,
    pub(crate) prompt: fn(&Record) -> Result<Item, Error>,
}

/// Fields of items with labelled choices.
const LABELLED: &str = "question, choices {text, label}, answerKey";
/// Fields of minimal pairs.
const SENTENCES: &str = "sentence_good, sentence_bad; UID or kind if there is one";
/// Fields of items whose choices stand in two contexts.
const QUERIES: &str = "query, choices, gold, pair; kind if there is one";

/// Every task.
pub const TASKS: [Task; 20] = [
    mirrored("arc_easy", "allenai/ai2_arc ARC-Easy", "test", LABELLED, "answerKey", questions::arc),
    mirrored("arc_challenge", "allenai/ai2_arc ARC-Challenge", "test", LABELLED, "answerKey", questions::arc),
    mirrored(
        "hellaswag",
        "Rowan/hellaswag",
        "validation",
        "activity_label, ctx_a, ctx_b, endings, label",
        "label",
        how_to::hellaswag,
    ),
    mirrored("piqa", "PIQA", "validation", "goal, sol1, sol2, label", "label", questions::piqa),
    mirrored(
        "openbookqa",
        "allenai/openbookqa main",
        "test",
        "question_stem, choices {text, label}, answerKey",
        "answerKey",
        questions::openbookqa,
    ),
    Task { measure: Measure::Contexts, ..winogrande() },
    by_sum("boolq", "SuperGLUE BoolQ", "validation", "passage, question, label", "label", questions::boolq),
    by_sum(
        "social_iqa",
        "Social IQa",
        "validation",
        "context, question, answerA, answerB, answerC, label",
        "label",
        questions::social_iqa,
    ),
    by_sum("commonsense_qa", "tau/commonsense_qa", "validation", LABELLED, "answerKey", questions::commonsense_qa),
    unlabelled(mirrored(
        "sciq",
        "allenai/sciq",
        "test",
        "support, question, distractor1, distractor2, distractor3, correct_answer",
        "",
        questions::sciq,
    )),
    by_sum("copa", "SuperGLUE COPA", "validation", "premise, question, choice1, choice2, label", "label", blanks::copa),
    lambada("lambada_openai", "EleutherAI/lambada_openai"),
    lambada("lambada_standard", "cimec/lambada"),
    sentences("blimp", "BLiMP, 67 files of 1,000 pairs", "all"),
    sentences("agreement", "datasets/benchmarks/agreement.jsonl", "all"),
    sentences("word-order", "datasets/benchmarks/word-order.jsonl", "all"),
    paired("plausibility", "datasets/benchmarks/plausibility.jsonl"),
    paired("coreference", "datasets/benchmarks/coreference.jsonl"),
    paired("story-cloze", "datasets/benchmarks/story-cloze.jsonl"),
    Task {
        measure: Measure::Text,
        metric: "bits_per_character",
        ..unlabelled(mirrored("text", "any text", "whole files", "none: a file is one text", "", blanks::lambada))
    },
];

/// Choices of which the harness reports both scores.
const fn mirrored(
    name: &'static str,
    source: &'static str,
    split: &'static str,
    fields: &'static str,
    label: &'static str,
    prompt: fn(&Record) -> Result<Item, Error>,
) -> Task {
    Task { name, source, split, fields, label: Some(label), measure: Measure::Choices, metric: "acc_norm", prompt }
}

/// Choices of which the harness reports the score by sums alone.
const fn by_sum(
    name: &'static str,
    source: &'static str,
    split: &'static str,
    fields: &'static str,
    label: &'static str,
    prompt: fn(&Record) -> Result<Item, Error>,
) -> Task {
    Task { metric: "acc", ..mirrored(name, source, split, fields, label, prompt) }
}

const fn unlabelled(task: Task) -> Task {
    Task { label: None, ..task }
}

const fn winogrande() -> Task {
    let fields = "sentence, option1, option2, answer";
    by_sum("winogrande", "allenai/winogrande xl", "validation", fields, "answer", blanks::winogrande)
}

const fn lambada(name: &'static str, source: &'static str) -> Task {
    Task { measure: Measure::Word, ..unlabelled(by_sum(name, source, "test", "text", "", blanks::lambada)) }
}

const fn sentences(name: &'static str, source: &'static str, split: &'static str) -> Task {
    unlabelled(by_sum(name, source, split, SENTENCES, "", ours::sentences))
}

const fn paired(name: &'static str, source: &'static str) -> Task {
    let task = unlabelled(by_sum(name, source, "all", QUERIES, "", ours::queries));
    Task { measure: Measure::Pairs, metric: "acc_pair", ..task }
}

impl Task {
    /// The task of this name.
    ///
    /// # Errors
    /// [`Error::Task`] with the names there are.
    pub fn named(name: &str) -> Result<&'static Self, Error> {
        TASKS.iter().find(|task| task.name == name).ok_or_else(|| {
            let known = TASKS.iter().map(|task| format!("`{}`", task.name)).collect::<Vec<_>>().join(", ");
            Error::Task { task: name.into(), known }
        })
    }

    /// Whether it is a task of lm-evaluation-harness, whose scores are mirrored.
    pub fn is_mirrored(&self) -> bool {
        !self.source.starts_with("datasets/") && self.measure != Measure::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() -> Result<(), Error> {
        for task in &TASKS {
            assert_eq!(Task::named(task.name)?.source, task.source);
        }
        let error = Task::named("pica").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("there is no task `pica`; the tasks are `arc_easy`, `arc_challenge`"), "{error}");
        Ok(())
    }
}
