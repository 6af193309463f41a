//! A weight for every sample of a recording, the same over whole stretches: a mean over some less a mean over others.

use std::ops::Range;

/// Stretches of samples and the weight of each sample in them; all others weigh nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces(Vec<(Range<usize>, f64)>);

/// A recording that goes around, ready for sums over stretches: `sums[i]` is the sum of its first i samples.
pub(super) struct Around {
    sums: Vec<f64>,
}

impl Pieces {
    /// The mean of the means over `windows`.
    pub fn mean_of_means(windows: &[Range<usize>]) -> Self {
        let n = windows.len() as f64;
        Self(windows.iter().map(|window| (window.clone(), 1.0 / (n * window.len() as f64))).collect())
    }

    /// The mean over all samples of `stretches`.
    pub fn mean(stretches: &[Range<usize>]) -> Self {
        let n = stretches.iter().map(ExactSizeIterator::len).sum::<usize>() as f64;
        Self(stretches.iter().map(|stretch| (stretch.clone(), 1.0 / n)).collect())
    }

    /// These weights less `others`.
    pub fn less(mut self, others: Self) -> Self {
        self.0.extend(others.0.into_iter().map(|(stretch, weight)| (stretch, -weight)));
        self
    }

    /// The weighted sum of a recording, the weights moved on by `shift` samples and around its end.
    pub fn apply(&self, recording: &Around, shift: usize) -> f64 {
        self.0.iter().map(|(stretch, weight)| weight * recording.sum(stretch, shift)).sum()
    }
}

impl Around {
    pub fn new(samples: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        let sums = samples.map(|sample| {
            sum += sample;
            sum
        });
        Self { sums: std::iter::once(0.0).chain(sums.collect::<Vec<_>>()).collect() }
    }

    /// The sum over `stretch`, moved on by `shift`, less than the recording is long.
    fn sum(&self, stretch: &Range<usize>, shift: usize) -> f64 {
        let n = self.sums.len() - 1;
        let (from, to) = (stretch.start + shift, stretch.end + shift);
        let up_to = |at: usize| if at > n { self.sums[n] + self.sums[at - n] } else { self.sums[at] };
        up_to(to) - up_to(from)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn weights_go_around() {
        let y = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0, 2.0];
        let recording = Around::new(y.iter().copied());
        let weights = Pieces::mean_of_means(&[0..2, 1..4]).less(Pieces::mean(&[3..4, 5..7]));
        for shift in 0..7 {
            let at = |i: usize| y[(i + shift) % 7];
            let means = ((at(0) + at(1)) / 2.0 + (at(1) + at(2) + at(3)) / 3.0) / 2.0;
            let expected = means - (at(3) + at(5) + at(6)) / 3.0;
            assert_abs_diff_eq!(weights.apply(&recording, shift), expected, epsilon = 1e-12);
        }
    }
}
