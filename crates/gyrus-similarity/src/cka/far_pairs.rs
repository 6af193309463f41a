//! Which pairs of rows an unbiased estimate is made of, and what their products owe to single rows.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayViewMut1, s};
use rayon::prelude::*;

/// The part of a right side, in its squares, that may be left when the margins' share is solved for.
const LEFT: f64 = 1e-22;

/// Most steps of that.
const STEPS: usize = 1000;

/// Pairs (a, b) of rows that are kept and far from each other: |a - b| is more than the gap.
///
/// An entry of K = XX' for a far pair is k(a, b) and something of a and of b alone, which the mean of X makes, and which
/// says nothing of what X represents. f_a + f_b is the sum of that kind nearest to K over the far pairs W: with r the sums
/// of rows of W o K and D = diag(W 1), f = S r and S = (D + W)^-1. What is left of K has the products
///
/// sum over far pairs of (K_ab - f_a - f_b) (L_ab - g_a - g_b) = tr(KL) - 2 r_K' S r_L, K and L 0 where rows are not far.
///
/// Without a gap that is the unbiased HSIC of Song et al. (2012) times n (n - 3). With one it is unbiased for independent
/// rows, up to the same factor, it is never negative for K = L, and it does not change where X is moved.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FarPairs {
    n: usize,
    gap: usize,
    left_out: Range<usize>,
    /// How many rows are far from each, 0 for those left out.
    far: Array1<f64>,
}

impl FarPairs {
    /// Of `n` rows but those of `left_out`, which is empty where all are kept.
    pub(crate) fn new(n: usize, left_out: &Range<usize>, gap: usize) -> Self {
        let kept = |rows: Range<usize>| {
            let lost = rows.end.min(left_out.end).saturating_sub(rows.start.max(left_out.start));
            rows.len() - lost
        };
        let far = |row: usize| match left_out.contains(&row) {
            true => 0.0,
            false => (kept(0..n) - kept(near(row, n, gap))) as f64,
        };
        Self { n, gap, left_out: left_out.clone(), far: (0..n).map(far).collect() }
    }

    /// Whether anything can be left of a matrix once a sum for each row is taken away.
    pub(crate) fn suffice(&self) -> bool {
        self.far.sum() / 2.0 > self.far.iter().filter(|far| **far > 0.0).count() as f64
    }

    /// HSIC, times a factor that is the same for all, from tr(KL) and r_K' S r_L.
    pub(crate) fn unbiased(trace: f64, margins: f64) -> f64 {
        trace - 2.0 * margins
    }

    /// S r for each row r of `sums` (layers, n), which are 0 for rows that are left out.
    pub(crate) fn shares(&self, sums: &Array2<f64>) -> Array2<f64> {
        let mut shares = Array2::zeros(sums.dim());
        let both: Vec<_> = shares.outer_iter_mut().zip(sums.outer_iter()).collect();
        both.into_par_iter().for_each(|(mut to, sums)| to.assign(&self.share(sums)));
        shares
    }

    /// S r for one r.
    pub(crate) fn share(&self, sums: ArrayView1<f64>) -> Array1<f64> {
        if self.gap > 0 {
            return self.solved(sums);
        }
        let m = (self.n - self.left_out.len()) as f64;
        let mut share = (&sums - sums.sum() / (2.0 * m - 2.0)) / (m - 2.0);
        self.leave_out(share.view_mut());
        share
    }

    /// The same by conjugate gradients, with D as a first guess of D + W.
    ///
    /// W is all ones but for a band, so few steps suffice. Where no row is far the share is 0.
    fn solved(&self, sums: ArrayView1<f64>) -> Array1<f64> {
        let inverse = self.far.mapv(|far| if far > 0.0 { 1.0 / far } else { 0.0 });
        let mut rest = sums.to_owned();
        let mut share = Array1::zeros(self.n);
        let mut direction = &rest * &inverse;
        let mut size = rest.dot(&direction);
        let enough = size * LEFT;
        for _ in 0..STEPS {
            let moved = self.sums(&direction) + &direction * &self.far;
            let along = direction.dot(&moved);
            if size <= enough || along <= 0.0 {
                break;
            }
            share.scaled_add(size / along, &direction);
            rest.scaled_add(-size / along, &moved);
            let guess = &rest * &inverse;
            let next = rest.dot(&guess);
            direction = guess + direction * (next / size);
            size = next;
        }
        share
    }

    /// W f: the sum over the rows far from each that is kept, of f that is 0 for rows left out.
    pub(crate) fn sums(&self, f: &Array1<f64>) -> Array1<f64> {
        let mut before = Vec::with_capacity(self.n + 1);
        before.push(0.0);
        before.extend(f.iter().scan(0.0, |sum, f| {
            *sum += f;
            Some(*sum)
        }));
        let sum = |row: usize| {
            let window = near(row, self.n, self.gap);
            before[self.n] - before[window.end] + before[window.start]
        };
        let mut sums: Array1<f64> = (0..self.n).map(sum).collect();
        self.leave_out(sums.view_mut());
        sums
    }

    /// Sets rows that are left out to 0.
    pub(crate) fn leave_out(&self, mut values: ArrayViewMut1<f64>) {
        values.slice_mut(s![self.left_out.clone()]).fill(0.0);
    }

    /// Number of rows, with those left out.
    pub(crate) fn n(&self) -> usize {
        self.n
    }
}

/// The rows that are not far from `row`, itself among them.
pub(crate) fn near(row: usize, n: usize, gap: usize) -> Range<usize> {
    row.saturating_sub(gap)..row.saturating_add(gap).saturating_add(1).min(n)
}

#[cfg(test)]
pub(crate) mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Axis, Zip};

    use super::*;

    /// What is left of K for far pairs once the nearest f_a + f_b is taken away, by fitting one f after the other.
    pub(crate) fn left_over(k: &Array2<f64>, kept: &[usize], gap: usize) -> Array2<f64> {
        let mut rest = Array2::zeros(k.dim());
        let far = |a: usize, b: usize| a.abs_diff(b) > gap && kept.contains(&a) && kept.contains(&b);
        Zip::indexed(&mut rest).and(k).for_each(|(a, b), rest, k| *rest = if far(a, b) { *k } else { 0.0 });
        for _ in 0..400 {
            for a in 0..k.nrows() {
                let others: Vec<usize> = (0..k.nrows()).filter(|b| far(a, *b)).collect();
                let f = others.iter().map(|b| rest[[a, *b]]).sum::<f64>() / others.len().max(1) as f64;
                for b in others {
                    rest[[a, b]] -= f;
                    rest[[b, a]] -= f;
                }
            }
        }
        rest
    }

    #[test]
    fn what_rows_say_alone_is_what_fits_best() {
        let k = Array2::from_shape_fn((14, 14), |(a, b)| ((a * b) % 7) as f64 + (a + b) as f64);
        for (left_out, gap) in [(0..0, 0), (3..5, 0), (0..0, 2), (3..6, 1), (11..14, 3)] {
            let kept: Vec<usize> = (0..14).filter(|row| !left_out.contains(row)).collect();
            let far = FarPairs::new(14, &left_out, gap);
            let is_far = |a: usize, b: usize| a.abs_diff(b) > gap && kept.contains(&a) && kept.contains(&b);
            let masked = Array2::from_shape_fn((14, 14), |(a, b)| if is_far(a, b) { k[[a, b]] } else { 0.0 });
            let sums = masked.sum_axis(Axis(1));
            let expected = left_over(&k, &kept, gap).mapv(|x| x * x).sum();
            for share in [far.share(sums.view()), far.solved(sums.view())] {
                let found = FarPairs::unbiased((&masked * &masked).sum(), sums.dot(&share));
                assert_abs_diff_eq!(found, expected, epsilon = 1e-8);
            }
        }
    }

    #[test]
    fn without_a_gap_it_is_the_unbiased_estimate() {
        let (n, trace, sums) = (6.0, 50.0, Array1::from_shape_fn(6, |row| (row * row) as f64));
        let share = FarPairs::new(6, &(0..0), 0).share(sums.view());
        let total = sums.sum();
        let expected = trace + total * total / ((n - 1.0) * (n - 2.0)) - 2.0 / (n - 2.0) * sums.dot(&sums);
        assert_abs_diff_eq!(FarPairs::unbiased(trace, sums.dot(&share)), expected, epsilon = 1e-10);
    }

    #[test]
    fn there_must_be_more_pairs_than_rows() {
        let suffice = |n, gap| FarPairs::new(n, &(0..0), gap).suffice();
        assert_eq!(
            [(4, 0), (3, 0), (5, 4), (6, 3), (60, 58), (60, 20)].map(|(n, gap)| suffice(n, gap)),
            [true, false, false, false, false, true]
        );
    }
}
