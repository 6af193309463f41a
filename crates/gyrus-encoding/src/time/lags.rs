//! From a continuous signal to words: the mean signal around each word, before it, during it and after it.
//!
//! y(w, l, c) = mean of signal c over the samples s with |time(s) - (t_w + l)| <= window / 2.
//! A word whose window leaves the recording keeps its row; what is missing there is undefined and listed.

use std::ops::Range;

use gyrus_types::Sampling;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3};

use super::LaggedSums;
use crate::Error;

/// Lags after a word, and the window around each of them in which the signal is averaged, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Lags {
    lags: Vec<f64>,
    window: f64,
}

/// What one column of word-aligned responses is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaggedTarget {
    /// Channel of the signal, from 0.
    pub channel: usize,
    /// Seconds after the word.
    pub lag: f64,
}

/// Responses of words at lags.
#[derive(Debug, Clone, PartialEq)]
pub struct LaggedResponses {
    /// `(words, lags x channels)`, the lag as the slow axis; NaN where the window leaves the recording.
    pub values: Array2<f64>,
    /// The words that have undefined values, in order.
    pub outside: Vec<Outside>,
}

/// A word whose window leaves the recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// The word, from 0.
    pub word: usize,
    /// Positions in the list of lags at which its window leaves the recording.
    pub lags: Vec<usize>,
}

/// In samples: how close to a sample the edge of a window is taken to be on it, because 0.57 x 100 is less than 57.
const ROUNDING: f64 = 1e-6;

impl Lags {
    /// Any list of lags, with a window of `window` seconds around each.
    ///
    /// # Errors
    /// [`Error::Lag`] if a lag is no number, [`Error::NoLags`] if there is none,
    /// [`Error::Window`] if the window is not positive and finite.
    pub fn new(lags: Vec<f64>, window: f64) -> Result<Self, Error> {
        if !(window.is_finite() && window > 0.0) {
            return Err(Error::Window(window));
        }
        match lags.iter().find(|lag| !lag.is_finite()) {
            Some(lag) => Err(Error::Lag(*lag)),
            None if lags.is_empty() => Err(Error::NoLags),
            None => Ok(Self { lags, window }),
        }
    }

    /// The epoch `from`, `from + step`, ... up to and including `to`, in seconds.
    ///
    /// # Errors
    /// [`Error::Epoch`] if the bounds are not finite or reversed or the step is not positive, [`Error::Window`] as above.
    pub fn epoch(from: f64, to: f64, step: f64, window: f64) -> Result<Self, Error> {
        let steps = ((to - from) / step + ROUNDING).floor();
        if !(step > 0.0 && steps.is_finite() && steps >= 0.0) {
            return Err(Error::Epoch { from, to, step });
        }
        Self::new((0..=steps as usize).map(|i| from + step * i as f64).collect(), window)
    }

    /// The lags in seconds.
    pub fn lags(&self) -> &[f64] {
        &self.lags
    }

    /// The window in seconds.
    pub fn window(&self) -> f64 {
        self.window
    }

    /// What each column of the responses of `channels` channels is: all channels at the first lag, then at the next.
    pub fn targets(&self, channels: usize) -> Vec<LaggedTarget> {
        self.lags.iter().flat_map(|&lag| (0..channels).map(move |channel| LaggedTarget { channel, lag })).collect()
    }

    /// Scores `(layers, lags x channels)` as one map per channel, `(channels, layers, lags)`.
    ///
    /// # Errors
    /// [`Error::Entries`] if the columns are not those of [`Self::targets`].
    pub fn maps(&self, scores: ArrayView2<f64>, channels: usize) -> Result<Array3<f64>, Error> {
        let (found, expected) = (scores.ncols(), self.lags.len() * channels);
        if found != expected {
            return Err(Error::Entries { what: "columns of scores", found, expected });
        }
        let score = |(channel, layer, lag)| scores[[layer, lag * channels + channel]];
        Ok(Array3::from_shape_fn((channels, scores.nrows(), self.lags.len()), score))
    }

    /// Responses to words at `times` seconds in `signal`, `(samples, channels)`.
    ///
    /// # Errors
    /// [`Error::NarrowWindow`] if the window could fall between two samples, [`Error::NotFinite`] if a time is no number.
    pub fn responses(
        &self,
        signal: ArrayView2<f64>,
        sampling: Sampling,
        times: &[f64],
    ) -> Result<LaggedResponses, Error> {
        let mut sums = LaggedSums::new(self, sampling, signal.dim(), times)?;
        sums.push(signal);
        Ok(sums.finish())
    }
}

impl LaggedResponses {
    /// The words that have a value at every lag, in order: the rows that can be encoded.
    pub fn complete(&self) -> Vec<usize> {
        let outside = |word: &usize| self.outside.binary_search_by_key(word, |outside| outside.word).is_ok();
        (0..self.values.nrows()).filter(|word| !outside(word)).collect()
    }

    /// The responses as epochs, `(words, channels, lags)`, if they are those at `lags`.
    ///
    /// # Errors
    /// [`Error::Entries`] if the columns are not channels at so many lags.
    pub fn epochs(&self, lags: &Lags) -> Result<ArrayView3<'_, f64>, Error> {
        let (words, columns) = self.values.dim();
        let n = lags.lags.len();
        let epochs = self.values.view().into_shape_with_order((words, n, columns / n)).ok();
        let epochs = epochs.filter(|epochs| epochs.len() == self.values.len());
        let wrong = Error::Entries { what: "columns of responses", found: columns, expected: columns / n * n };
        Ok(epochs.ok_or(wrong)?.permuted_axes([0, 2, 1]))
    }
}

/// The samples in [t - w/2, t + w/2], if the recording, from its first to its last sample, holds all of it.
pub(crate) fn samples_within(t: f64, w: f64, sampling: Sampling, samples: usize) -> Option<Range<usize>> {
    let position = |time: f64| (time - sampling.time(0)) / sampling.step();
    let (from, to) = (position(t - w / 2.0) - ROUNDING, position(t + w / 2.0) + ROUNDING);
    let inside = from >= -2.0 * ROUNDING && to <= samples as f64 - 1.0 + 2.0 * ROUNDING;
    inside.then(|| from.ceil().max(0.0) as usize..(to.floor() as usize + 1).min(samples))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Axis, array, s};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    /// The definition: every sample is asked whether it lies in the window.
    fn by_definition(signal: &Array2<f64>, sampling: Sampling, t: f64, w: f64) -> Vec<f64> {
        let inside: Vec<usize> =
            (0..signal.nrows()).filter(|&s| (sampling.time(s) - t).abs() <= w / 2.0 + 1e-9).collect();
        let mean = signal.select(Axis(0), &inside).mean_axis(Axis(0));
        let last = sampling.time(signal.nrows() - 1);
        let whole = t - w / 2.0 >= sampling.time(0) - 1e-9 && t + w / 2.0 <= last + 1e-9;
        mean.filter(|_| whole).map_or(vec![f64::NAN; signal.ncols()], |mean| mean.to_vec())
    }

    fn check(rate: f64, first: f64, window: f64) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(2);
        let signal = Array2::from_shape_fn((700, 3), |_| rng.random_range(-1.0..1.0));
        let sampling = Sampling::new(first, 1.0 / rate)?;
        let lags = Lags::epoch(-0.5, 0.5, 0.125, window)?;
        let times: Vec<f64> = (0..60).map(|_| first + rng.random_range(-0.2..1.2) * 700.0 / rate).collect();
        let found = lags.responses(signal.view(), sampling, &times)?;
        for (word, &time) in times.iter().enumerate() {
            for (lag, &after) in lags.lags().iter().enumerate() {
                let expected = by_definition(&signal, sampling, time + after, window);
                let undefined = expected[0].is_nan();
                assert_eq!(found.outside.iter().any(|o| o.word == word && o.lags.contains(&lag)), undefined);
                for (channel, expected) in expected.into_iter().enumerate() {
                    let value = found.values[[word, lag * 3 + channel]];
                    assert!(value.is_nan() && undefined || (value - expected).abs() < 1e-12);
                }
            }
        }
        let complete = found.complete();
        assert!(!complete.is_empty() && complete.len() < times.len());
        let no_gaps = |word: &usize| found.values.row(*word).iter().all(|value| value.is_finite());
        assert_eq!(complete, (0..times.len()).filter(no_gaps).collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn responses_are_means_over_their_windows() -> Result<()> {
        check(100.0, 0.0, 0.1)?;
        check(512.0, 3.7, 0.02)?;
        check(64.0, -2.0, 1.0 / 64.0)
    }

    #[test]
    fn both_edges_of_a_window_belong_to_it() -> Result<()> {
        let signal = Array2::from_shape_fn((200, 1), |(i, _)| (i * i) as f64);
        let lags = Lags::new(vec![0.0], 0.02)?;
        for word in 1..199 {
            let time = word as f64 / 100.0;
            let found = lags.responses(signal.view(), Sampling::new(0.0, 0.01)?, &[time])?.values[[0, 0]];
            let expected = signal.slice(s![word - 1..=word + 1, 0]).mean().ok_or("three samples")?;
            assert_abs_diff_eq!(found, expected, epsilon = 1e-9);
        }
        Ok(())
    }

    #[test]
    fn a_pulse_appears_at_its_lag() -> Result<()> {
        let mut signal = Array2::zeros((300, 2));
        signal.slice_mut(s![130..=140, 1]).fill(1.0);
        let lags = Lags::epoch(-0.5, 0.5, 0.25, 0.1)?;
        let found = lags.responses(signal.view(), Sampling::new(0.0, 0.01)?, &[1.1])?;
        assert_abs_diff_eq!(found.values, array![[0., 0., 0., 0., 0., 0., 0., 1., 0., 0.]], epsilon = 1e-12);
        assert_eq!(lags.targets(2)[7], LaggedTarget { channel: 1, lag: 0.25 });
        Ok(())
    }

    #[test]
    fn maps_put_every_score_under_its_channel_layer_and_lag() -> Result<()> {
        let lags = Lags::new(vec![0.0, 0.1, 0.4], 0.1)?;
        let scores = Array2::from_shape_fn((4, 6), |(layer, column)| {
            let target = lags.targets(2)[column];
            100.0 * layer as f64 + 10.0 * target.channel as f64 + target.lag
        });
        let maps = lags.maps(scores.view(), 2)?;
        assert_eq!(maps.dim(), (2, 4, 3));
        for ((channel, layer, lag), score) in maps.indexed_iter() {
            assert_eq!(*score, 100.0 * layer as f64 + 10.0 * channel as f64 + lags.lags()[lag]);
        }
        assert!(matches!(lags.maps(scores.view(), 3), Err(Error::Entries { found: 6, expected: 9, .. })));
        Ok(())
    }

    #[test]
    fn epochs_have_every_channel_at_every_lag() -> Result<()> {
        let signal = Array2::from_shape_fn((300, 3), |(sample, channel)| (sample * 10 + channel) as f64);
        let (lags, sampling) = (Lags::epoch(-0.2, 0.2, 0.1, 0.02)?, Sampling::new(0.0, 0.01)?);
        let found = lags.responses(signal.view(), sampling, &[1.0, 2.0])?;
        let epochs = found.epochs(&lags)?;
        assert_eq!(epochs.dim(), (2, 3, 5));
        for ((word, channel, lag), value) in epochs.indexed_iter() {
            let sample = 100.0 * (word + 1) as f64 + 10.0 * lag as f64 - 20.0;
            assert_abs_diff_eq!(*value, 10.0 * sample + channel as f64, epsilon = 1e-9);
        }
        assert!(matches!(found.epochs(&Lags::epoch(0.0, 0.3, 0.1, 0.1)?), Err(Error::Entries { .. })));
        Ok(())
    }

    #[test]
    fn words_beyond_the_recording_are_listed() -> Result<()> {
        let signal = Array2::ones((101, 1));
        let lags = Lags::new(vec![-0.5, 0.0, 0.5], 0.2)?;
        let found = lags.responses(signal.view(), Sampling::new(0.0, 0.01)?, &[0.5, 0.1, 0.6, 2.0])?;
        let outside: Vec<_> = found.outside.iter().map(|outside| (outside.word, outside.lags.clone())).collect();
        assert_eq!(outside, [(0, vec![0, 2]), (1, vec![0]), (2, vec![2]), (3, vec![0, 1, 2])]);
        assert!(found.complete().is_empty());
        assert_eq!(found.values.iter().filter(|value| value.is_nan()).count(), 7);
        Ok(())
    }

    #[test]
    fn an_epoch_has_both_its_ends() -> Result<()> {
        assert_eq!(Lags::epoch(-2.0, 2.0, 1.0 / 32.0, 0.1)?.lags().len(), 129);
        assert_eq!(Lags::epoch(0.0, 0.3, 0.1, 0.1)?.lags().len(), 4);
        assert_eq!(Lags::epoch(0.0, 0.35, 0.1, 0.1)?.lags().len(), 4);
        assert_eq!(Lags::epoch(0.25, 0.25, 0.1, 0.1)?.lags(), [0.25]);
        Ok(())
    }

    #[test]
    fn lags_that_mean_nothing_are_errors() -> Result<()> {
        assert!(matches!(Lags::new(Vec::new(), 0.1), Err(Error::NoLags)));
        assert!(matches!(Lags::new(vec![f64::NAN], 0.1), Err(Error::Lag(_))));
        assert!(matches!(Lags::new(vec![0.0], 0.0), Err(Error::Window(_))));
        assert!(matches!(Lags::epoch(1.0, 0.0, 0.1, 0.1), Err(Error::Epoch { .. })));
        assert!(matches!(Lags::epoch(0.0, 1.0, 0.0, 0.1), Err(Error::Epoch { .. })));
        assert!(matches!(Lags::epoch(0.0, f64::INFINITY, 0.1, 0.1), Err(Error::Epoch { .. })));
        let lags = Lags::new(vec![0.0], 0.1)?;
        let (signal, sampling) = (Array2::ones((9, 1)), Sampling::new(0.0, 0.2)?);
        assert!(matches!(lags.responses(signal.view(), sampling, &[0.5]), Err(Error::NarrowWindow { .. })));
        let sampling = Sampling::new(0.0, 0.05)?;
        assert!(matches!(lags.responses(signal.view(), sampling, &[f64::NAN]), Err(Error::NotFinite { .. })));
        Ok(())
    }

    #[test]
    fn no_words_and_no_channels_are_nothing() -> Result<()> {
        let (lags, sampling) = (Lags::new(vec![0.0], 0.1)?, Sampling::new(0.0, 0.1)?);
        assert_eq!(lags.responses(Array2::ones((9, 2)).view(), sampling, &[])?.values.dim(), (0, 2));
        let found = lags.responses(Array2::ones((9, 0)).view(), sampling, &[0.4, 9.0])?;
        assert_eq!((found.values.dim(), found.complete()), ((2, 0), vec![0]));
        Ok(())
    }
}
