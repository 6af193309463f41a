//! Sequences of equal length that go through the model together, without padding.
//!
//! The size of a batch depends on the lengths alone, never on threads or the machine, so the numbers do not either.

use std::ops::Range;

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

    /// Number of rows whose states are wanted.
    pub(crate) fn n_kept(&self) -> usize {
        self.kept.len()
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

    /// The rows that `rows` means, none if that is every row.
    pub(crate) fn chosen(&self, rows: Rows) -> Option<&[usize]> {
        (rows == Rows::Kept && self.kept.len() < self.ids.len()).then_some(self.kept.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_positions_count_from_their_sequence() {
        let batch = Batch::new(vec![0; 12], 4, vec![3, 4, 6, 11]);
        let positions: Vec<_> = (0..3).map(|sequence| batch.positions(sequence, Rows::Kept)).collect();
        assert_eq!(positions, [vec![3], vec![0, 2], vec![3]]);
    }
}
