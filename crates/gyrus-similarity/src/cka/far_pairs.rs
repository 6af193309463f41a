//! How many pairs, triples and quadruples of rows an unbiased estimate averages over.

use std::ops::Range;

/// Numbers of ordered tuples of different rows. Rows a and b are far where |a - b| is more than the gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FarPairs {
    /// (a, b), far.
    pub(crate) pairs: f64,
    /// (a, b, c), b and c far from a.
    pub(crate) triples: f64,
    /// (a, b, c, d), far from a to b and from c to d.
    pub(crate) quadruples: f64,
}

impl FarPairs {
    /// Of `n` rows but those of `left_out`, which is empty where all are kept.
    pub(crate) fn new(n: usize, left_out: &Range<usize>, gap: usize) -> Self {
        let kept = |rows: Range<usize>| {
            let lost = rows.end.min(left_out.end).saturating_sub(rows.start.max(left_out.start));
            rows.len() - lost
        };
        let far = |row: &usize| (kept(0..n) - kept(near(*row, n, gap))) as f64;
        let far: Vec<f64> = (0..n).filter(|row| !left_out.contains(row)).map(|row| far(&row)).collect();
        let (pairs, squares) = far.iter().fold((0.0, 0.0), |(sum, squares), far| (sum + far, squares + far * far));
        Self { pairs, triples: squares - pairs, quadruples: pairs * pairs - 4.0 * squares + 2.0 * pairs }
    }

    /// Unbiased HSIC: the mean of K_ab L_ab over pairs, and of K_ab L_cd over quadruples, less twice that of K_ab L_ac over
    /// triples; without a gap it is that of Song et al. (2012).
    ///
    /// From tr(KL), (1'K1)(1'L1) and 1'KL1 with the entries of K and L for rows that are not far set to 0.
    pub(crate) fn unbiased(&self, trace: f64, totals: f64, rows: f64) -> f64 {
        trace / self.pairs + (totals - 4.0 * rows + 2.0 * trace) / self.quadruples - 2.0 * (rows - trace) / self.triples
    }

    /// Whether an estimate has anything to average over.
    pub(crate) fn suffice(&self) -> bool {
        self.pairs > 0.0 && self.triples > 0.0 && self.quadruples > 0.0
    }
}

/// The rows that are not far from `row`, itself among them.
pub(crate) fn near(row: usize, n: usize, gap: usize) -> Range<usize> {
    row.saturating_sub(gap)..row.saturating_add(gap).saturating_add(1).min(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts by looking at every tuple.
    fn counted(n: usize, left_out: &Range<usize>, gap: usize) -> FarPairs {
        let rows: Vec<usize> = (0..n).filter(|row| !left_out.contains(row)).collect();
        let far = |a: usize, b: usize| a.abs_diff(b) > gap;
        let pairs: Vec<(usize, usize)> =
            rows.iter().flat_map(|a| rows.iter().map(move |b| (*a, *b))).filter(|(a, b)| far(*a, *b)).collect();
        let of = |holds: &dyn Fn((usize, usize), (usize, usize)) -> bool| {
            pairs.iter().map(|one| pairs.iter().filter(|other| holds(*one, **other)).count()).sum::<usize>() as f64
        };
        FarPairs {
            pairs: pairs.len() as f64,
            triples: of(&|(a, b), (c, d)| a == c && b != d),
            quadruples: of(&|(a, b), (c, d)| a != c && a != d && b != c && b != d),
        }
    }

    #[test]
    fn tuples_are_counted() {
        for (n, left_out, gap) in [(4, 0..0, 0), (9, 0..0, 2), (9, 3..5, 1), (8, 6..8, 0), (5, 0..0, 4)] {
            assert_eq!(FarPairs::new(n, &left_out, gap), counted(n, &left_out, gap), "{n} {left_out:?} {gap}");
        }
        assert!(FarPairs::new(4, &(0..0), 0).suffice() && !FarPairs::new(5, &(0..0), 4).suffice());
    }

    #[test]
    fn without_a_gap_they_are_those_of_the_unbiased_estimate() {
        let m = 7.0;
        let found = FarPairs::new(7, &(0..0), 0);
        let triples = m * (m - 1.0) * (m - 2.0);
        assert_eq!(found, FarPairs { pairs: m * (m - 1.0), triples, quadruples: triples * (m - 3.0) });
    }
}
