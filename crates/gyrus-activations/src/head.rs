//! From final states to logits, some rows of states and some columns of logits at a time.
//!
//! The matrix of a large vocabulary never stands in memory whole.

use crate::Error;
use crate::checkpoint::Checkpoint;
use crate::engine::{Engine, LinearWeights};

/// Weights of the output product in memory at once: 64 MiB of f32, which every GPU can bind.
const WEIGHTS: usize = 1 << 24;

/// Logits made at once at most.
const LOGITS: usize = 1 << 22;

/// Some logits of some states.
pub(crate) struct Tile<'a> {
    /// Index of the first state.
    pub(crate) row: usize,
    /// Id of the first token.
    pub(crate) id: usize,
    /// Number of ids.
    pub(crate) n_ids: usize,
    /// `(states, n_ids)`, every value finite.
    pub(crate) logits: &'a [f32],
}

impl Tile<'_> {
    /// Each state's index with its logits.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> {
        (self.row..).zip(self.logits.chunks_exact(self.n_ids))
    }
}

/// Gives `visit` the logits of final states `(rows, embedding width)`: all states for some ids, then for the next ids.
pub(crate) fn logits<E: Engine>(
    checkpoint: &Checkpoint,
    engine: &E,
    states: &[f32],
    visit: &mut dyn FnMut(Tile<'_>),
) -> Result<(), Error> {
    let architecture = checkpoint.architecture();
    let (width, vocabulary) = (architecture.embedding.width, architecture.vocabulary);
    let together = (WEIGHTS / width).clamp(1, vocabulary);
    for id in (0..vocabulary).step_by(together) {
        let ids = id..(id + together).min(vocabulary);
        let part = engine.linear(part(checkpoint, ids.clone())?);
        let n_rows = (LOGITS / ids.len()).max(1);
        for (row, states) in (0..).step_by(n_rows).zip(states.chunks(n_rows * width)) {
            let x = engine.upload(states.to_vec(), width);
            let mut logits = engine.download(&engine.product(&x, &part))?;
            if let Some(cap) = architecture.output.softcap {
                logits.iter_mut().for_each(|s| *s = (cap * (f64::from(*s) / cap).tanh()) as f32);
            }
            if let Some(&value) = logits.iter().find(|x| !x.is_finite()) {
                return Err(Error::NotFinite { layer: architecture.n_layers() + 1, value });
            }
            visit(Tile { row, id, n_ids: ids.len(), logits: &logits });
        }
    }
    Ok(())
}

/// The output weights of some ids.
fn part(checkpoint: &Checkpoint, ids: std::ops::Range<usize>) -> Result<LinearWeights, Error> {
    let inventory = checkpoint.inventory();
    let rows: Vec<u32> = ids.clone().map(|id| id as u32).collect();
    let bias = inventory.output_bias().map(|slot| checkpoint.values(slot)).transpose()?;
    Ok(LinearWeights {
        values: checkpoint.rows(inventory.output(), &rows)?,
        inputs: checkpoint.architecture().embedding.width,
        outputs: ids.len(),
        transposed: false,
        bias: bias.map(|bias| bias[ids].to_vec()),
    })
}
