//! Questions about single tokens, answered from the last states of a plan's kept rows.

use gyrus_types::Progress;
use rayon::prelude::*;

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::decoder::{Decoder, Kept, Layers, at_once};
use crate::distribution::Distribution;
use crate::engine::Engine;
use crate::head::logits;
use crate::memory::{Memory, Need};
use crate::passes::Plan;

/// A token, and the kept row that predicts it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    /// Index among the kept rows of all batches.
    pub(crate) row: usize,
    /// Index of the word or continuation that asks.
    pub(crate) asker: usize,
    /// Place of the token among those that are asked about.
    pub(crate) token: usize,
    pub(crate) id: u32,
}

/// What a model says of a token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    /// The natural log of its probability.
    pub(crate) log_probability: f64,
    /// The entropy of its row in nats.
    pub(crate) entropy: f64,
    /// Whether no other token is likelier.
    pub(crate) is_likeliest: bool,
}

/// The last states of the kept rows of every batch, one batch after the other.
pub(crate) fn last_states<E: Engine>(
    checkpoint: &Checkpoint,
    engine: &E,
    plan: &Plan,
    memory: &Memory,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<f32>, Error> {
    let need = Need::new(checkpoint, &plan.batches, at_once(engine));
    let room = (need.room(memory.limit)?, memory.scratch.clone());
    let mut states = Vec::new();
    let mut visit = |kept: Kept<'_>| {
        states.extend_from_slice(kept.states);
        Ok(())
    };
    Decoder::streamed(checkpoint, engine, room).run(&plan.batches, Layers::Last, &mut visit, on_progress)?;
    Ok(states)
}

/// The answer to each question, in their order; `states` are `(rows, embedding width)`.
pub(crate) fn answers<E: Engine>(
    checkpoint: &Checkpoint,
    engine: &E,
    states: &[f32],
    questions: &[Question],
) -> Result<Vec<Answer>, Error> {
    let n_rows = states.len() / checkpoint.architecture().embedding.width;
    let mut rows = vec![Distribution::default(); n_rows];
    let mut asked = vec![f64::NAN; questions.len()];
    logits(checkpoint, engine, states, &mut |tile| {
        let heard = tile.logits.par_chunks_exact(tile.n_ids);
        rows[tile.row..].par_iter_mut().zip(heard).for_each(|(row, logits)| row.hear(logits));
        let last = tile.row + tile.logits.len() / tile.n_ids;
        for (asked, question) in asked.iter_mut().zip(questions) {
            let column = (question.id as usize).wrapping_sub(tile.id);
            if (tile.row..last).contains(&question.row) && column < tile.n_ids {
                *asked = f64::from(tile.logits[(question.row - tile.row) * tile.n_ids + column]);
            }
        }
    })?;
    let answer = |(question, logit): (&Question, &f64)| {
        let row = &rows[question.row];
        let (log_probability, entropy) = (row.log_probability(*logit), row.entropy());
        Answer { log_probability, entropy, is_likeliest: row.is_likeliest(*logit) }
    };
    Ok(questions.iter().zip(&asked).map(answer).collect())
}
