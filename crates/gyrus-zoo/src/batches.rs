//! Which sequences a step reads: drawn anew from the seed and the step's number, so that no order has to be remembered.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The ids that are learnt from, and how they are drawn.
#[derive(Debug, Clone)]
pub(crate) struct Batches {
    pub(crate) ids: Vec<u32>,
    /// Tokens in a sequence.
    pub(crate) length: usize,
    /// Sequences in a step.
    pub(crate) sequences: usize,
    pub(crate) seed: u64,
}

impl Batches {
    /// The sequences of step `step`, each with the token after it: `length + 1` ids from a place anywhere in the text.
    pub(crate) fn of(&self, step: u64) -> Vec<&[u32]> {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&step.to_le_bytes());
        key[16] = b'b';
        let mut random = StdRng::from_seed(key);
        let last = self.ids.len() - self.length;
        let one = |_| {
            let start = random.random_range(0..last);
            &self.ids[start..=start + self.length]
        };
        (0..self.sequences).map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_draws_the_same_sequences_every_time() {
        let batches = Batches { ids: (0..100).collect(), length: 9, sequences: 50, seed: 3 };
        assert_eq!(batches.of(7), batches.of(7));
        assert_ne!(batches.of(7), batches.of(8));
        assert!(batches.of(1).iter().all(|ids| ids.len() == 10 && ids.windows(2).all(|pair| pair[0] + 1 == pair[1])));
        assert_ne!(batches.of(7), Batches { seed: 4, ..batches.clone() }.of(7));
    }

    #[test]
    fn the_last_token_can_be_asked_for() {
        let batches = Batches { ids: (0..12).collect(), length: 9, sequences: 50, seed: 3 };
        assert!(batches.of(0).iter().any(|ids| ids[9] == 11));
    }
}
