//! Removes what is slower than the story: scanner drift.
//!
//! The same linear filter goes over responses, features and controls, so that none keeps what the others lost.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis, s};

use crate::{Error, Runs};

/// A high-pass filter: what a constant and the first cosines explain is taken away, in each run by itself.
#[derive(Debug, Clone)]
pub struct HighPass {
    /// Each run's rows with orthonormal columns: the constant and the cosines, `(rows, cosines + 1)`.
    runs: Vec<(Range<usize>, Array2<f64>)>,
}

/// What is too slow to stay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slow {
    /// So many cosines in every run, however long it is.
    Cosines(usize),
    /// What takes longer than `seconds` to come back, in rows that are `step` seconds apart.
    Longer {
        /// The longest period that stays.
        seconds: f64,
        /// From one row to the next.
        step: f64,
    },
}

/// Standard deviation, as a fraction of the largest value before the filter, below which nothing but rounding is left.
const ROUNDING: f64 = 1e-12;

impl HighPass {
    /// A filter for `rows` samples that removes the mean and `cosines` slow cosines,
    /// c_k(i) = cos(pi k (i + 1/2) / rows), k = 1 ... cosines (the discrete cosine basis of SPM).
    ///
    /// Periods above 2 rows / cosines samples are removed.
    pub fn new(rows: usize, cosines: usize) -> Self {
        Self { runs: vec![(0..rows, basis(rows, cosines))] }
    }

    /// A filter that removes what is `slow` from each of `runs`, and each run's mean.
    ///
    /// # Errors
    /// [`Error::Cosines`] if that leaves nothing of a run, [`Error::Period`] if the longest period is not positive.
    pub fn within(runs: &Runs, slow: Slow) -> Result<Self, Error> {
        let filter = |(run, rows): (usize, &Range<usize>)| match slow.cosines(rows.len())? {
            cosines if cosines >= rows.len() => Err(Error::Cosines { run, rows: rows.len(), cosines }),
            cosines => Ok((rows.clone(), basis(rows.len(), cosines))),
        };
        Ok(Self { runs: runs.stretches().iter().enumerate().map(filter).collect::<Result<_, _>>()? })
    }

    /// `y` without drift: y - Q Q'y in each run, shape `(rows, columns)`.
    ///
    /// # Panics
    /// `y` has fewer rows than the runs.
    pub fn apply(&self, y: ArrayView2<f64>) -> Array2<f64> {
        let mut fast = Array2::zeros(y.dim());
        for (run, q) in &self.runs {
            let y = y.slice(s![run.clone(), ..]);
            fast.slice_mut(s![run.clone(), ..]).assign(&(&y - &q.dot(&q.t().dot(&y))));
        }
        fast
    }

    /// The same, with exact zeros in columns that were constant or slow: what is left of those is rounding, not signal.
    ///
    /// # Panics
    /// As [`Self::apply`].
    pub fn without_drift(&self, y: ArrayView2<f64>) -> Array2<f64> {
        let mut clean = self.apply(y);
        for (mut clean, y) in clean.axis_iter_mut(Axis(1)).zip(y.axis_iter(Axis(1))) {
            let largest = y.fold(0.0_f64, |largest, value| largest.max(value.abs()));
            if clean.std(0.0) <= ROUNDING * largest {
                clean.fill(0.0);
            }
        }
        clean
    }
}

impl Slow {
    /// Cosines of a run of `rows` rows: those of periods above P are the first 2 rows step / P.
    fn cosines(self, rows: usize) -> Result<usize, Error> {
        match self {
            Self::Cosines(cosines) => Ok(cosines),
            Self::Longer { seconds, .. } if !(seconds.is_finite() && seconds > 0.0) => Err(Error::Period(seconds)),
            Self::Longer { seconds, step } => Ok((2.0 * rows as f64 * step / seconds) as usize),
        }
    }
}

/// The constant and the cosines of a run, orthonormal.
fn basis(rows: usize, cosines: usize) -> Array2<f64> {
    let n = rows as f64;
    Array2::from_shape_fn((rows, cosines + 1), |(i, k)| match k {
        0 => (1.0 / n).sqrt(),
        _ => (2.0 / n).sqrt() * (std::f64::consts::PI * k as f64 * (i as f64 + 0.5) / n).cos(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;

    #[test]
    fn basis_is_orthonormal() {
        let q = basis(362, 11);
        assert_abs_diff_eq!(q.t().dot(&q), Array2::eye(12), epsilon = 1e-12);
    }

    #[test]
    fn slow_goes_and_fast_stays() {
        let wave = |k: f64| {
            Array2::from_shape_fn((200, 1), |(i, _)| (std::f64::consts::PI * k * (i as f64 + 0.5) / 200.0).cos())
        };
        let filter = HighPass::new(200, 5);
        assert_abs_diff_eq!(filter.apply(wave(3.0).view()), Array2::zeros((200, 1)), epsilon = 1e-12);
        assert_abs_diff_eq!(filter.apply(wave(20.0).view()), wave(20.0), epsilon = 1e-12);
    }

    #[test]
    fn filtering_twice_is_filtering_once() {
        let ramp = Array2::from_shape_fn((50, 2), |(i, j)| (i * i + j) as f64);
        let filter = HighPass::new(50, 3);
        let once = filter.apply(ramp.view());
        assert_abs_diff_eq!(filter.apply(once.view()), once, epsilon = 1e-9);
    }

    #[test]
    fn each_run_loses_its_own_drift() -> Result<(), Error> {
        let runs = Runs::new(&[40, 60])?;
        let y = Array2::from_shape_fn((100, 2), |(i, j)| ((i * (j + 3)) as f64).sin() + i as f64);
        let whole = HighPass::within(&runs, Slow::Longer { seconds: 20.0, step: 2.0 })?.apply(y.view());
        // 8 cosines of 80 s and 12 of 120 s.
        for (rows, cosines) in [(0..40, 8), (40..100, 12)] {
            let own = HighPass::new(rows.len(), cosines).apply(y.slice(s![rows.clone(), ..]));
            assert_abs_diff_eq!(whole.slice(s![rows, ..]), own, epsilon = 1e-12);
        }
        Ok(())
    }

    #[test]
    fn a_constant_is_exactly_zero_and_a_tiny_signal_is_kept() {
        let wave = |i: usize| if i.is_multiple_of(2) { 1e-15 } else { -1e-15 };
        let y = Array2::from_shape_fn((40, 2), |(i, column)| if column == 0 { 5.0 } else { wave(i) });
        let clean = HighPass::new(40, 2).without_drift(y.view());
        assert!(clean.column(0).iter().all(|value| *value == 0.0) && clean.column(1).std(0.0) > 0.9e-15);
    }

    #[test]
    fn nothing_is_left_of_a_short_run() -> Result<(), Error> {
        let runs = Runs::new(&[40, 6])?;
        let error = HighPass::within(&runs, Slow::Cosines(6)).expect_err("six cosines of six rows");
        let said = "run 1 (from 0) has 6 rows, and removing 6 slow cosines leaves nothing of them";
        assert_eq!(error.to_string(), said);
        assert!(matches!(HighPass::within(&runs, Slow::Longer { seconds: 0.0, step: 1.0 }), Err(Error::Period(_))));
        Ok(())
    }
}
