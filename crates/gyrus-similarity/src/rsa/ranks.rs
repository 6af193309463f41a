//! Ranks of values, with the average rank where values are the same.

use rayon::prelude::*;

/// Ranks of finite values that are not negative, less their mean (n - 1) / 2, so that they sum to 0.
///
/// Such floats are in the order of their bits; each is sorted together with its place, so no two are the same.
pub(super) fn centred_ranks(values: &[f32]) -> Vec<f64> {
    let key = |(place, value): (usize, &f32)| u64::from(value.to_bits()) << 32 | place as u64;
    let mut order: Vec<u64> = values.par_iter().enumerate().map(key).collect();
    order.par_sort_unstable();
    let mut ranks = vec![0.0; values.len()];
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut first = 0;
    for tied in order.chunk_by(|a, b| a >> 32 == b >> 32) {
        let rank = first as f64 + (tied.len() as f64 - 1.0) / 2.0 - middle;
        tied.iter().for_each(|&key| ranks[(key & u64::from(u32::MAX)) as usize] = rank);
        first += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_the_average_of_their_ranks() {
        assert_eq!(centred_ranks(&[3.0, 0.0, 3.0, 1.5, 1e-40]), [1.5, -2.0, 1.5, 0.0, -1.0]);
        assert_eq!(centred_ranks(&[0.5; 4]), [0.0; 4]);
        assert!(centred_ranks(&[]).is_empty());
    }
}
