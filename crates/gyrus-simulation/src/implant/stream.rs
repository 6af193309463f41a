//! Random numbers that depend on what they are for and not on when they are drawn.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// A stream of its own for each place, for instance patient, electrode and use.
pub(super) fn stream(seed: u64, place: &[u64]) -> StdRng {
    StdRng::seed_from_u64(place.iter().fold(scrambled(seed), |state, &part| scrambled(state.wrapping_add(part))))
}

/// One step of SplitMix64 (Steele et al. 2014).
fn scrambled(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn every_place_and_seed_has_a_stream_of_its_own() {
        let first = |seed, place: &[u64]| stream(seed, place).random::<u64>();
        let drawn =
            [first(1, &[]), first(2, &[]), first(1, &[0]), first(1, &[0, 1]), first(1, &[1, 0]), first(1, &[1, 1])];
        let different: std::collections::BTreeSet<u64> = drawn.into();
        assert_eq!((different.len(), first(1, &[0, 1])), (6, drawn[3]));
    }

    /// The first number of the reference program from state 0.
    #[test]
    fn scrambling_is_that_of_its_source() {
        assert_eq!(scrambled(0), 0xe220_a839_7b1d_cdaf);
    }
}
