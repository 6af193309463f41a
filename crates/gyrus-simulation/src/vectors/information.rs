//! How much more often two words stand near each other than their counts would have it.

use super::sparse::Sparse;

/// Positive pointwise mutual information of the `n` most common words, `(words, contexts)`.
///
/// n_ij counts how often words i and j stand at most `window` apart within a text, both ways, words beyond the first `n`
/// keeping their places; with n_i = sum_j n_ij and the contexts' counts smoothed by the power a (Levy et al. 2015):
///
/// m_ij = max(0, ln(n_ij sum_k n_k^a / (n_i n_j^a)))
pub(super) fn mutual_information(texts: &[Vec<u32>], n: usize, window: usize, a: f64) -> Sparse {
    let pairs = pairs(texts, n, window);
    let mut sums = vec![0.0; n];
    pairs.iter().for_each(|&(i, _, count)| sums[i as usize] += count);
    let smoothed: Vec<f64> = sums.iter().map(|sum: &f64| sum.powf(a)).collect();
    let total: f64 = smoothed.iter().sum();
    let information = |&(i, j, count): &(u32, u32, f64)| {
        let value = (count * total / (sums[i as usize] * smoothed[j as usize])).ln();
        (value > 0.0).then_some((i as usize, j, value))
    };
    Sparse::of_sorted((n, n), pairs.iter().filter_map(information))
}

/// Word, context and their count, in order.
fn pairs(texts: &[Vec<u32>], n: usize, window: usize) -> Vec<(u32, u32, f64)> {
    let is_common = |word: &u32| (*word as usize) < n;
    let mut seen: Vec<u64> = Vec::new();
    for text in texts {
        for (at, &i) in text.iter().enumerate().filter(|(_, word)| is_common(word)) {
            let near = &text[at + 1..text.len().min(at + 1 + window)];
            for &j in near.iter().filter(|word| is_common(word)) {
                seen.push(u64::from(i) << 32 | u64::from(j));
                seen.push(u64::from(j) << 32 | u64::from(i));
            }
        }
    }
    seen.sort_unstable();
    let runs = seen.chunk_by(|a, b| a == b);
    runs.map(|run| ((run[0] >> 32) as u32, run[0] as u32, run.len() as f64)).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn pairs_are_counted_both_ways_and_within_texts() {
        // Word 2 is not common and keeps its place: 0 and 1 are two apart.
        assert_eq!(pairs(&[vec![0, 2, 1], vec![1]], 2, 1), []);
        assert_eq!(pairs(&[vec![0, 2, 1], vec![1]], 2, 2), [(0, 1, 1.0), (1, 0, 1.0)]);
        assert_eq!(pairs(&[vec![0, 0, 1]], 2, 1), [(0, 0, 2.0), (0, 1, 1.0), (1, 0, 1.0)]);
    }

    /// Counts (0,0) 2, (0,1) 1, (1,0) 1: sums 3 and 1, with a = 1 the total 4.
    #[test]
    fn information_follows_its_formula() {
        let found = mutual_information(&[vec![0, 0, 1]], 2, 1, 1.0).dot(Array2::eye(2).view());
        let expected = array![[0.0, (4.0_f64 / 3.0).ln()], [(4.0_f64 / 3.0).ln(), 0.0]];
        assert_abs_diff_eq!(found, expected, epsilon = 1e-12);
        let smooth = mutual_information(&[vec![0, 0, 1]], 2, 1, 0.5).dot(Array2::eye(2).view());
        let total = 3.0_f64.sqrt() + 1.0;
        assert_abs_diff_eq!(smooth[[1, 0]], (total / 3.0_f64.sqrt()).ln(), epsilon = 1e-12);
        assert_abs_diff_eq!(smooth[[0, 1]], 0.0, epsilon = 1e-12);
    }
}
