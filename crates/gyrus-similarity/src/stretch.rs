//! Cuts rows into stretches of almost equal length.
//!
//! None is much shorter than the others: the product of a single row may be summed in another order than the rest.

use std::ops::Range;

/// As few stretches of at most `longest` rows as cover `n` rows; their lengths differ by at most 1.
pub(crate) fn even(n: usize, longest: usize) -> Vec<Range<usize>> {
    parts(0..n, n.div_ceil(longest.max(1)))
}

/// `rows` cut into `count` parts, the first ones a row longer where they cannot be equal.
pub(crate) fn parts(rows: Range<usize>, count: usize) -> Vec<Range<usize>> {
    let (size, longer) = (rows.len() / count.max(1), rows.len() % count.max(1));
    let start = |part: usize| rows.start + part * size + part.min(longer);
    (0..count).map(|part| start(part)..start(part + 1)).collect()
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
