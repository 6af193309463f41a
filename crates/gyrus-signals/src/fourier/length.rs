//! Lengths for which Fourier transforms are fast.

/// Longest transform of stretches that still lies in a processor's own memory.
const NEAR: usize = 1 << 15;

/// The least number that is at least `least` and a product of twos, threes and fives.
pub(crate) fn good_length(least: usize) -> usize {
    let mut best = least.next_power_of_two();
    let mut fives = 1;
    while fives < best {
        let mut threes = fives;
        while threes < best {
            let twos = least.div_ceil(threes).next_power_of_two();
            best = best.min(threes * twos);
            threes *= 3;
        }
        fives *= 5;
    }
    best.max(1)
}

/// Length of transforms that give all but 2 `margin` of their samples: the even one with the least work for each of
/// these, n log n / (n - 2 margin), that lies in near memory or is four margins long.
pub(super) fn block_length(margin: usize) -> usize {
    let longest = NEAR.max((4 * margin).next_power_of_two());
    let work = |n: usize| (n as f64).log2() * n as f64 / (n - 2 * margin) as f64;
    let lengths = (6..40).flat_map(|k| [8, 9, 10, 12].map(|m| m << (k - 3)));
    let fitting = lengths.filter(|&n| n <= longest && n > 2 * margin + margin / 2 + 8);
    fitting.min_by(|&a, &b| work(a).total_cmp(&work(b))).unwrap_or(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_lengths_have_small_factors() {
        let by_hand =
            [(1, 1), (7, 8), (11, 12), (13, 15), (17, 18), (101, 108), (921_600, 921_600), (921_601, 933_120)];
        for (least, good) in by_hand {
            assert_eq!(good_length(least), good);
        }
    }

    #[test]
    fn blocks_are_longer_than_their_margins() {
        for margin in [0, 1, 10, 1_700, 20_000, 1 << 20] {
            let n = block_length(margin);
            assert!(
                n > 2 * margin + margin / 2 && n.is_multiple_of(2) && n <= (1 << 15).max(8 * margin),
                "{margin} {n}"
            );
        }
    }
}
