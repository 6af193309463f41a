//! Halves of repeats, for correlating one with the other.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::Error;

/// Which pairs of halves of the repeats are correlated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Splits {
    /// All there are: 3 for 4 repeats, 126 for 10, 6,435 for 16.
    All,
    /// Some drawn at random.
    Random {
        /// How many.
        splits: usize,
        /// What decides them.
        seed: u64,
    },
}

/// Most repeats of which all splits are taken.
const ALL: usize = 16;

/// One half weighted 1 and its counterpart, over repeats.
pub(crate) type Halves = [Vec<f64>; 2];

/// Pairs of halves of `n` repeats.
pub(crate) fn halves(n: usize, splits: Splits) -> Result<Vec<Halves>, Error> {
    match splits {
        _ if n < 2 => Err(Error::Repeats { repeats: n }),
        Splits::All if n > ALL => Err(Error::Splits { repeats: n }),
        Splits::Random { splits: 0, .. } => Err(Error::Splits { repeats: n }),
        Splits::All => Ok(all_halves(n)),
        Splits::Random { splits, seed } => Ok(random_halves(n, splits, seed)),
    }
}

/// Every pair of disjoint halves of n / 2 repeats, each pair once: the lowest repeat that is used is in the first.
fn all_halves(n: usize) -> Vec<Halves> {
    let left_out = if n.is_multiple_of(2) { vec![None] } else { (0..n).map(Some).collect() };
    let mut halves = Vec::new();
    for left_out in left_out {
        let used: Vec<usize> = (0..n).filter(|repeat| Some(*repeat) != left_out).collect();
        // Bit i of a choice says that used[i] is in the first half.
        let choices = (0..1_u32 << used.len()).filter(|choice| choice % 2 == 1);
        halves.extend(choices.filter(|choice| choice.count_ones() as usize == n / 2).map(|choice| {
            let half = |bit: u32| used.iter().enumerate().filter(move |(i, _)| choice >> i & 1 == bit).map(|(_, r)| *r);
            [indicator(n, half(1)), indicator(n, half(0))]
        }));
    }
    halves
}

/// `splits` pairs of disjoint halves of n / 2 repeats.
fn random_halves(n: usize, splits: usize, seed: u64) -> Vec<Halves> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..n).collect();
    let mut draw = |_| {
        order.shuffle(&mut rng);
        let (first, second) = (&order[..n / 2], &order[n / 2..n / 2 * 2]);
        [indicator(n, first.iter().copied()), indicator(n, second.iter().copied())]
    };
    (0..splits).map(&mut draw).collect()
}

/// 1 at `members`, else 0.
fn indicator(n: usize, members: impl Iterator<Item = usize>) -> Vec<f64> {
    let mut indicator = vec![0.0; n];
    members.for_each(|member| indicator[member] = 1.0);
    indicator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_counted_once_and_do_not_overlap() -> Result<(), Error> {
        for (n, expected) in [(2, 1), (3, 3), (4, 3), (5, 15), (6, 10), (10, 126)] {
            let all = halves(n, Splits::All)?;
            assert_eq!(all.len(), expected);
            let some = halves(n, Splits::Random { splits: 7, seed: 1 })?;
            for [a, b] in all.iter().chain(&some) {
                assert_eq!((a.iter().sum::<f64>(), b.iter().sum::<f64>()), ((n / 2) as f64, (n / 2) as f64));
                assert!(a.iter().zip(b).all(|(a, b)| a * b == 0.0));
            }
        }
        Ok(())
    }
}
