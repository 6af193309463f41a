//! Intervals and nulls.

use clap::ValueEnum;
use gyrus_encoding::{Error, LEAST_SHIFT, RowOrder, Runs, block_permutations, shifts_within_runs};
use serde::{Deserialize, Serialize};

/// Intervals and nulls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InferenceSettings {
    /// Bootstrap draws for the intervals of peak layers.
    pub draws: usize,
    /// What a null does to recordings.
    #[serde(default)]
    pub null: NullMoves,
    /// Circular shifts, or permutations.
    pub shifts: usize,
    /// Fewest rows by which a shift moves the recording, from either end of its run.
    #[serde(default = "least_shift")]
    pub least_shift: usize,
    /// Fewest rows of a block that changes places, longer than the responses' autocorrelation.
    #[serde(default = "null_block")]
    pub null_block: usize,
    /// Penalties of moved recordings.
    #[serde(default)]
    pub null_penalties: NullPenalties,
}

fn least_shift() -> usize {
    LEAST_SHIFT
}

fn null_block() -> usize {
    20
}

/// What a null does to recordings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NullMoves {
    /// Each run goes around by a shift of its own.
    #[default]
    Shifts,
    /// The blocks of each run change places.
    Permutations,
}

/// Penalties of recordings that have been moved for a null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NullPenalties {
    /// Chosen in the inner folds as those of the recording itself: the null of the whole analysis.
    #[default]
    Anew,
    /// Those of the recording itself, which is faster; a test of what features add to controls then says too rarely that
    /// they do.
    Stay,
}

impl InferenceSettings {
    /// `n` orders in which a null tries the rows of `runs`, decided by `seed`; fewer if there are fewer.
    ///
    /// # Errors
    /// A run too short to be moved.
    pub fn orders(&self, runs: &Runs, n: usize, seed: u64) -> Result<Vec<RowOrder>, Error> {
        match self.null {
            NullMoves::Shifts => shifts_within_runs(runs, self.least_shift, n, seed),
            NullMoves::Permutations => block_permutations(runs, self.null_block, n, seed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_around_or_blocks_change_places() -> Result<(), Error> {
        let read = |null: &str| toml::from_str::<InferenceSettings>(&format!("draws = 100\nshifts = 9\n{null}"));
        let orders = |null: &str| read(null).expect("settings").orders(&Runs::unbroken(60), 9, 1);
        assert_eq!(orders("")?, shifts_within_runs(&Runs::unbroken(60), 1, 9, 1)?);
        let permuted = orders("null = \"permutations\"\nnull_block = 10")?;
        assert_eq!(permuted, block_permutations(&Runs::unbroken(60), 10, 9, 1)?);
        Ok(())
    }
}
