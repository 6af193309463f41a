//! The null of a score: the same analysis on a recording whose blocks have changed places.
//!
//! Blocks longer than the autocorrelation keep it, but for the seams: on AR(1) noise (coefficient .9) in runs of 120 to
//! 200 rows with blocks of 40, p <= .05 happens 5.6 times in 100 (10,000 seeds of `tests/nulls.rs`);
//! a run of n blocks has n! orders, where a circular shift has only as many as rows.

use std::ops::Range;

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::rows::row_order::different;
use crate::{Error, RowOrder, Runs};

/// `n` different orders in which the blocks of each run have changed places, decided by `seed`; fewer if there are fewer.
///
/// A run of l rows is cut into k = floor(l / `block`) blocks, as even as whole rows allow, each at least `block` long.
/// The order in which nothing has moved is never drawn.
///
/// # Errors
/// [`Error::ShortRun`] if a run has fewer than two blocks, and so could not be moved.
pub fn block_permutations(runs: &Runs, block: usize, n: usize, seed: u64) -> Result<Vec<RowOrder>, Error> {
    let block = block.max(1);
    runs.at_least(block.saturating_mul(2))?;
    let blocks: Vec<Vec<Range<usize>>> = runs.stretches().iter().map(|run| blocks(run, block)).collect();
    let orders = blocks.iter().flat_map(|run| 1..=run.len()).fold(1, usize::saturating_mul);
    let unmoved = RowOrder::new(blocks.concat());
    let mut rng = StdRng::seed_from_u64(seed);
    let mut draw = || {
        let moved = blocks.iter().cloned().flat_map(|mut run| {
            run.shuffle(&mut rng);
            run
        });
        RowOrder::new(moved.collect())
    };
    Ok(different(n, orders - 1, || std::iter::repeat_with(&mut draw).find(|order| *order != unmoved).expect("endless")))
}

/// `run` in floor(rows / `block`) blocks.
fn blocks(run: &Range<usize>, block: usize) -> Vec<Range<usize>> {
    let k = run.len() / block;
    let edge = |i: usize| run.start + run.len() * i / k;
    (0..k).map(|i| edge(i)..edge(i + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_long_enough_and_change_places_within_their_run() -> Result<(), Error> {
        let runs = Runs::new(&[50, 23])?;
        for order in block_permutations(&runs, 7, 100, 1)? {
            let rows = order.rows();
            for run in runs.stretches() {
                let mut inside = rows[run.clone()].to_vec();
                let moved = inside.chunk_by(|a, b| a + 1 == *b);
                assert!(moved.into_iter().all(|block| block.len() >= 7));
                inside.sort_unstable();
                assert!(inside.into_iter().eq(run.clone()), "each row once, in its own run");
            }
        }
        Ok(())
    }

    #[test]
    fn all_orders_but_the_identity_are_drawn() -> Result<(), Error> {
        let runs = Runs::new(&[9, 6])?;
        let orders: std::collections::BTreeSet<Vec<usize>> =
            block_permutations(&runs, 3, 1000, 5)?.iter().map(RowOrder::rows).collect();
        assert_eq!(orders.len(), 6 * 2 - 1);
        assert!(!orders.contains(&(0..15).collect::<Vec<_>>()));
        Ok(())
    }

    #[test]
    fn orders_are_decided_by_the_seed() -> Result<(), Error> {
        let draw = |seed| block_permutations(&Runs::unbroken(100), 10, 5, seed);
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        Ok(())
    }

    #[test]
    fn a_run_of_one_block_cannot_be_moved() -> Result<(), Error> {
        let error = block_permutations(&Runs::new(&[30, 15])?, 10, 5, 0).expect_err("a short run");
        assert_eq!(error.to_string(), "run 1 (from 0) has 15 rows, a null needs 20 to move them");
        Ok(())
    }

    #[test]
    fn no_rows_have_no_orders() -> Result<(), Error> {
        assert!(block_permutations(&Runs::unbroken(0), 10, 5, 0)?.is_empty());
        Ok(())
    }
}
