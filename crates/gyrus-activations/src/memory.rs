//! How much memory an extraction takes, computed before it begins.
//!
//! All figures are bytes; `docs/METHODS.md` derives them for a model of 7 billion weights.

use std::path::PathBuf;

use crate::Error;
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::inventory::{BlockSlots, LinearSlots, Slot};
use crate::streams;

/// How much memory an extraction may take, and where what does not fit is put.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memory {
    /// Bytes, apart from mapped files; as many as it takes if none.
    pub limit: Option<u64>,
    /// Folder for a temporary file of states that do not fit.
    pub scratch: PathBuf,
}

/// What an extraction needs: bytes, and the tokens that it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Tokens that are read, those of prefixes included.
    pub tokens: u64,
    /// The weights of one block in f32.
    pub weights: u64,
    /// The largest product of a block once more while it is loaded, before and after its rows are put in order.
    pub loading: u64,
    /// Arrays of the batches that are being computed.
    pub working: u64,
    /// Token ids and kept rows of all batches.
    pub passes: u64,
    /// The program itself, its tokenizer and its tables.
    pub program: u64,
    /// States of every token between two blocks: what a temporary file can take.
    pub streams: u64,
}

/// What is computed at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AtOnce {
    /// Batches inside a block.
    pub(crate) threads: usize,
    /// Batches of which the states before and after the block are held.
    pub(crate) batches: usize,
}

/// The program, a tokenizer of a large vocabulary and the tables of a story.
const PROGRAM: u64 = 96 << 20;

impl Need {
    /// What `batches` need with one block of the model in memory.
    pub(crate) fn new(checkpoint: &Checkpoint, batches: &[Batch], at_once: AtOnce) -> Self {
        let architecture = checkpoint.architecture();
        let blocks = &checkpoint.inventory().blocks;
        let longest = batches.iter().map(|batch| batch.ids().len()).max().unwrap_or(0) as u64;
        let (attention, inner, width) = (&architecture.attention, &architecture.feed_forward, architecture.width);
        let joined = attention.joined_width();
        // Two arrays of states, queries with keys and values, what the heads see, the inside twice where it is gated.
        let inside = 2 * width + joined + attention.query_width() + 2 * inner.width;
        let columns = at_once.threads * inside + at_once.batches * 2 * width;
        let passes = |batch: &Batch| size_of_val(batch.ids()) + batch.n_kept() * size_of::<usize>();
        Self {
            tokens: batches.iter().map(|batch| batch.ids().len() as u64).sum(),
            weights: blocks.iter().map(|block| floats(&block.slots())).max().unwrap_or(0),
            loading: 2 * blocks.iter().map(largest).max().unwrap_or(0),
            working: longest * (columns * size_of::<f32>()) as u64,
            passes: batches.iter().map(passes).sum::<usize>() as u64,
            program: PROGRAM,
            streams: batches.iter().map(|batch| streams::bytes(batch, architecture.width)).sum(),
        }
    }

    /// All but what a temporary file can take.
    pub fn least(&self) -> u64 {
        self.weights + self.loading + self.working + self.passes + self.program
    }

    /// Bytes that go to a temporary file under `limit`.
    pub fn spilled(&self, limit: Option<u64>) -> u64 {
        limit.map_or(0, |limit| self.streams.saturating_sub(limit.saturating_sub(self.least())))
    }

    /// Bytes of memory left for the streams.
    pub(crate) fn room(&self, limit: Option<u64>) -> Result<Option<u64>, Error> {
        let left = |limit: u64| limit.checked_sub(self.least()).ok_or(Error::Memory { limit, least: self.least() });
        limit.map(left).transpose()
    }
}

fn floats(slots: &[&Slot]) -> u64 {
    slots.iter().map(|slot| (slot.shape.iter().product::<usize>() * size_of::<f32>()) as u64).sum()
}

/// The largest product of a block.
fn largest(block: &BlockSlots) -> u64 {
    let linears: [&LinearSlots; 4] =
        [&block.attention_input, &block.attention_output, &block.feed_forward_input, &block.feed_forward_output];
    linears.into_iter().map(|linear| floats(&linear.slots())).max().unwrap_or(0)
}
