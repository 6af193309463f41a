//! Items through a model, and what it makes of them.

use gyrus_activations::{Checkpoint, Device, Memory, log_likelihoods};
use gyrus_types::Progress;
use gyrus_windows::Tokenizer;

use crate::encoded::{Encoded, Encoder};
use crate::metrics::{groups, scores};
use crate::{Error, Group, Item, Score, Task};

/// A model, how it reads, and where it runs.
#[derive(Debug, Clone, Copy)]
pub struct Model<'a> {
    /// The model.
    pub checkpoint: &'a Checkpoint,
    /// Its tokenizer; what this puts before every input stands before every context.
    pub tokenizer: &'a Tokenizer,
    /// Where it runs.
    pub device: &'a Device,
    /// How much memory it may take.
    pub memory: &'a Memory,
}

impl Model<'_> {
    pub(crate) fn encoder(&self) -> Result<Encoder<'_>, Error> {
        let (begin, limit) = (self.tokenizer.begin()?, self.checkpoint.architecture().limit);
        Ok(Encoder { tokenizer: self.tokenizer, begin, limit })
    }
}

/// What a model makes of a choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// The natural log of its probability, summed over its tokens.
    pub log_likelihood: f64,
    /// Whether every token is the likeliest in its place.
    pub is_greedy: bool,
    /// Tokens that were scored.
    pub tokens: usize,
    /// Characters of the choice, without the space before it.
    pub characters: usize,
    /// Bytes of the choice in UTF-8.
    pub bytes: usize,
    /// Tokens of the context that the model had no room for.
    pub dropped: usize,
    /// Tokens of the choice itself that it had no room for, without a score.
    pub unscored: usize,
}

/// What a model makes of the items of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Every score that the task has.
    pub scores: Vec<Score>,
    /// `acc` of the items of each kind, where their file names kinds.
    pub groups: Vec<Group>,
    /// For each item what becomes of its choices.
    pub answers: Vec<Vec<Answer>>,
    /// The token that stands for an empty context.
    pub begin: u32,
}

impl Scores {
    /// Items with a choice whose context lost tokens to the model's limit.
    pub fn truncated(&self) -> usize {
        self.answers.iter().filter(|answers| answers.iter().any(|answer| answer.dropped > 0)).count()
    }

    /// Items with a choice that is itself longer than the model can read, which lm-evaluation-harness refuses.
    pub fn overlong(&self) -> usize {
        self.answers.iter().filter(|answers| answers.iter().any(|answer| answer.unscored > 0)).count()
    }
}

/// The scores of `items` of `task`; progress counts tokens times layers.
///
/// Choices that read the same tokens, such as those of one token after the same context, are read once.
/// What is longer than the model reads loses tokens at its beginning, and is counted.
///
/// # Errors
/// [`Error::NoItems`]; [`Error::NoToken`] for a choice of which the tokenizer keeps nothing; a failure of tokenizer or model.
pub fn score(
    model: &Model<'_>,
    task: &Task,
    items: &[Item],
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Scores, Error> {
    if items.is_empty() {
        return Err(Error::NoItems);
    }
    let encoder = model.encoder()?;
    let encoded = items.iter().map(|item| encode(&encoder, item)).collect::<Result<Vec<_>, _>>()?;
    let continuations: Vec<_> = encoded.iter().flatten().map(|encoded| encoded.continuation.clone()).collect();
    let (checkpoint, device, memory) = (model.checkpoint, model.device, model.memory);
    let mut found = log_likelihoods(checkpoint, device, &continuations, memory, on_progress)?.into_iter();
    let answers: Vec<Vec<Answer>> = items
        .iter()
        .zip(&encoded)
        .map(|(item, encoded)| {
            let choices = item.choices.iter().zip(encoded).zip(found.by_ref());
            choices
                .map(|((choice, encoded), found)| Answer {
                    log_likelihood: found.log_likelihood,
                    is_greedy: found.is_greedy,
                    tokens: encoded.continuation.n_asked(),
                    characters: choice.text.chars().count(),
                    bytes: choice.text.len(),
                    dropped: encoded.dropped,
                    unscored: encoded.unscored,
                })
                .collect()
        })
        .collect();
    let (scores, groups) = (scores(task.measure, items, &answers), groups(items, &answers));
    Ok(Scores { scores, groups, answers, begin: encoder.begin })
}

/// The choices of an item as tokens.
fn encode(encoder: &Encoder<'_>, item: &Item) -> Result<Vec<Encoded>, Error> {
    let choices = (1..).zip(&item.choices).map(|(number, choice)| {
        let none = || Error::NoToken { place: item.place.clone(), choice: number, text: choice.text.clone() };
        if choice.text.is_empty() {
            return Err(none());
        }
        encoder.encode(&choice.context, &choice.continuation)?.ok_or_else(none)
    });
    choices.collect()
}
