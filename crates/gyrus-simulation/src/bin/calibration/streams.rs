//! Seeds for the parts of one simulated study, such that no two studies share one.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// `N` seeds drawn for study number `study` of the table number `table`.
pub fn seeds<const N: usize>(table: u64, study: usize) -> [u64; N] {
    let mut rng = StdRng::seed_from_u64((table << 32) + study as u64);
    std::array::from_fn(|_| rng.random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn studies_and_tables_share_no_seed() {
        let mut all: Vec<u64> = (0..4).flat_map(|table| (0..100).flat_map(move |s| seeds::<3>(table, s))).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 1200);
        assert_eq!(seeds::<2>(1, 5), seeds::<2>(1, 5));
    }
}
