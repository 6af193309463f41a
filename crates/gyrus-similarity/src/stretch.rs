//! Cuts rows into stretches of almost equal length.
//!
//! None is much shorter than the others: the product of a single row may be summed in another order than the rest.

use std::ops::Range;

/// As few stretches of at most `longest` rows as cover `n` rows; their lengths differ by at most 1.
pub(crate) fn even(n: usize, longest: usize) -> Vec<Range<usize>> {
    let count = n.div_ceil(longest.max(1));
    (0..count).map(|i| i * n / count..(i + 1) * n / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_cover_the_rows_and_none_is_short() {
        for n in [0, 1, 15, 16, 17, 33, 257, 1500] {
            let stretches = even(n, 16);
            assert_eq!(stretches.iter().cloned().flatten().collect::<Vec<_>>(), (0..n).collect::<Vec<_>>());
            assert!(stretches.iter().all(|rows| rows.len() <= 16 && (n < 16 || rows.len() >= 8)));
        }
    }
}
