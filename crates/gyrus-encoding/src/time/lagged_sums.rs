//! Responses of words while the signal comes block by block, so that it need not be in memory.

use std::ops::Range;

use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;

use super::lags::samples_within;
use super::{LaggedResponses, Lags, Outside};
use crate::Error;

/// Sums of a signal over the windows around words, as far as it has come; [`Lags::responses`] is one block and its end.
#[derive(Debug, Clone)]
pub struct LaggedSums {
    /// `(words, lags x channels)`.
    values: Array2<f64>,
    /// The samples of each window, `(words, lags)`, word by word.
    windows: Vec<Option<Range<usize>>>,
    lags: usize,
    channels: usize,
    /// Samples that came.
    came: usize,
    /// Samples that there are.
    samples: usize,
}

impl LaggedSums {
    /// No sums yet, for words at `times` seconds in a signal of `samples` samples of `channels` channels.
    ///
    /// # Errors
    /// As [`Lags::responses`].
    pub fn new(
        lags: &Lags,
        sampling: Sampling,
        (samples, channels): (usize, usize),
        times: &[f64],
    ) -> Result<Self, Error> {
        if lags.window() < sampling.step() {
            return Err(Error::NarrowWindow { window: lags.window(), step: sampling.step() });
        }
        if let Some(row) = times.iter().position(|time| !time.is_finite()) {
            return Err(Error::NotFinite { what: "the list of word times", row, column: 0, value: times[row] });
        }
        let at = |time: &f64, lag: &f64| samples_within(time + lag, lags.window(), sampling, samples);
        let windows = times.iter().flat_map(|time| lags.lags().iter().map(move |lag| at(time, lag))).collect();
        let lags = lags.lags().len();
        Ok(Self { values: Array2::zeros((times.len(), lags * channels)), windows, lags, channels, came: 0, samples })
    }

    /// Takes the next samples, `(samples, channels)`.
    ///
    /// # Panics
    /// They are more than there are, or of other channels.
    pub fn push(&mut self, block: ArrayView2<f64>) {
        let here = self.came..self.came + block.nrows();
        assert!(here.end <= self.samples && block.ncols() == self.channels, "a block of the signal");
        self.came = here.end;
        let sums = self.values.as_slice_mut().expect("a new array is contiguous").par_chunks_mut(self.channels.max(1));
        sums.zip(&self.windows).for_each(|(sum, window)| {
            let Some(window) = window else { return };
            let (from, to) = (window.start.max(here.start), window.end.min(here.end));
            if from < to {
                add(block.slice(s![from - here.start..to - here.start, ..]), sum);
            }
        });
    }

    /// The means, when all samples have come.
    ///
    /// # Panics
    /// Some have not.
    pub fn finish(mut self) -> LaggedResponses {
        assert_eq!(self.came, self.samples, "all of the signal came");
        let sums = self.values.as_slice_mut().expect("a new array is contiguous").chunks_mut(self.channels.max(1));
        for (sum, window) in sums.zip(&self.windows) {
            let n = window.as_ref().map_or(f64::NAN, |window| window.len() as f64);
            sum.iter_mut().for_each(|sum| *sum /= n);
        }
        let outside = self.windows.chunks(self.lags).enumerate().map(|(word, windows)| {
            let missing = windows.iter().enumerate().filter(|(_, window)| window.is_none());
            Outside { word, lags: missing.map(|(lag, _)| lag).collect() }
        });
        LaggedResponses { outside: outside.filter(|word| !word.lags.is_empty()).collect(), values: self.values }
    }
}

/// Adds the rows of `some` to `sum`, one after the other.
fn add(some: ArrayView2<f64>, sum: &mut [f64]) {
    for row in some.rows() {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_any_length_give_the_same_to_the_last_bit() -> Result<(), Box<dyn std::error::Error>> {
        let signal = Array2::from_shape_fn((400, 3), |(i, j)| ((i * (j + 3)) as f64).sin() / 3.0);
        let (lags, sampling) = (Lags::epoch(-0.2, 0.2, 0.1, 0.1)?, Sampling::new(5.0, 0.01)?);
        let times = [5.1, 5.4, 5.401, 7.7, 6.2, 8.95];
        let whole = lags.responses(signal.view(), sampling, &times)?;
        assert_eq!(whole.outside.iter().map(|outside| outside.word).collect::<Vec<_>>(), [0, 5]);
        for length in [1, 7, 64, 399] {
            let mut sums = LaggedSums::new(&lags, sampling, signal.dim(), &times)?;
            (0..400).step_by(length).for_each(|from| sums.push(signal.slice(s![from..(from + length).min(400), ..])));
            let found = sums.finish();
            assert_eq!(found.outside, whole.outside);
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(found.values.iter().zip(&whole.values).all(same), "{length}");
        }
        Ok(())
    }

    #[test]
    fn missing_values_stay_in_their_windows() -> Result<(), Box<dyn std::error::Error>> {
        let mut signal = Array2::from_elem((100, 2), 1.0);
        signal[[50, 1]] = f64::NAN;
        let found = Lags::new(vec![0.0], 0.1)?.responses(signal.view(), Sampling::new(0.0, 0.01)?, &[0.3, 0.5])?;
        assert!(found.values[[1, 1]].is_nan());
        assert_eq!(found.values.iter().filter(|value| **value == 1.0).count(), 3);
        Ok(())
    }
}
