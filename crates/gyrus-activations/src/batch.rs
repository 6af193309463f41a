//! Sequences of equal length that go through the model together, without padding.
//!
//! The size of a batch depends on the lengths alone, never on threads or the machine, so the numbers do not either.

use std::ops::Range;

use burn::tensor::{Int, Tensor, TensorData};

use crate::architecture::Attention;
use crate::device::Device;

/// Tokens in a batch at most (one sequence may have more): its states stay in the processor's cache.
const TOKENS: usize = 4096;

/// Attention scores of a batch at most (one sequence may have more): 64 MiB of f32 where a backend keeps them.
const SCORES: usize = 1 << 24;

/// Sequences of equal length.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    ids: Vec<u32>,
    length: usize,
    /// Rows of `(sequences * length)` whose states are wanted, ascending.
    kept: Vec<usize>,
}

/// Which rows of a batch are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Every token.
    All,
    /// Those whose states are wanted.
    Kept,
}

/// The most sequences of `length` tokens that go together.
pub(crate) fn capacity(length: usize, attention: &Attention) -> usize {
    let scores = attention.heads * length * length;
    (TOKENS / length).min(SCORES / scores).max(1)
}

impl Batch {
    /// Sequences of `length` tokens, one after the other in `ids`, of whose rows `kept` (ascending) are wanted.
    pub(crate) fn new(ids: Vec<u32>, length: usize, kept: Vec<usize>) -> Self {
        Self { ids, length, kept }
    }

    /// Sequences of `length` tokens of which every row is wanted.
    pub(crate) fn whole(ids: Vec<u32>, length: usize) -> Self {
        let kept = (0..ids.len()).collect();
        Self { ids, length, kept }
    }

    pub(crate) fn ids(&self) -> &[u32] {
        &self.ids
    }

    pub(crate) fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn sequences(&self) -> usize {
        self.ids.len() / self.length
    }

    /// Positions in a sequence that `rows` means.
    pub(crate) fn positions(&self, sequence: usize, rows: Rows) -> Vec<usize> {
        let of: Range<usize> = sequence * self.length..(sequence + 1) * self.length;
        match rows {
            Rows::All => (0..self.length).collect(),
            Rows::Kept => {
                let first = self.kept.partition_point(|&row| row < of.start);
                let last = self.kept.partition_point(|&row| row < of.end);
                self.kept[first..last].iter().map(|row| row - of.start).collect()
            }
        }
    }

    /// The rows that `rows` means of a tensor with a row per token.
    pub(crate) fn select(&self, x: Tensor<2>, rows: Rows, device: &Device) -> Tensor<2> {
        if rows == Rows::All || self.kept.len() == self.ids.len() {
            return x;
        }
        let kept: Vec<i32> = self.kept.iter().map(|&row| row as i32).collect();
        let kept = TensorData::new(kept, [self.kept.len()]);
        x.select(0, Tensor::<1, Int>::from_data(kept, device.inner()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(length: usize, heads: usize) -> usize {
        let attention =
            Attention { heads, kv_heads: heads, head_dim: 8, scale: 1.0, input_bias: false, output_bias: false };
        capacity(length, &attention)
    }

    #[test]
    fn a_batch_is_bounded_by_tokens_then_by_scores() {
        assert_eq!(check(100, 8), 40);
        assert_eq!(check(2048, 32), 1);
        assert_eq!(check(1 << 20, 64), 1);
    }

    #[test]
    fn kept_positions_count_from_their_sequence() {
        let batch = Batch::new(vec![0; 12], 4, vec![3, 4, 6, 11]);
        let positions: Vec<_> = (0..3).map(|sequence| batch.positions(sequence, Rows::Kept)).collect();
        assert_eq!(positions, [vec![3], vec![0, 2], vec![3]]);
    }
}
