//! How loud a sound was while each word was spoken.

use gyrus_types::{Sampling, Transcript};

use super::column::WordColumns;
use super::timing::timed;

/// A sampled envelope.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// One number per sample.
    pub samples: &'a [f64],
    /// When they were taken, on the clock of the words.
    pub sampling: Sampling,
}

/// The mean of the samples from each word's onset to before its offset.
///
/// A word that holds no sample has the one nearest its middle. NaN for a word without a time, and for one that reaches
/// more than half a step beyond the samples.
pub fn envelope_means(transcript: &Transcript, envelope: &Envelope<'_>) -> WordColumns {
    let (samples, step) = (envelope.samples, envelope.sampling.step());
    let place = |time: f64| (time - envelope.sampling.time(0)) / step;
    timed(transcript, |word| {
        let (from, to) = (place(word.onset()), place(word.offset()));
        if samples.is_empty() || from < -0.5 || to > samples.len() as f64 - 0.5 {
            return f64::NAN;
        }
        let (first, end) = (from.ceil().max(0.0) as usize, (to.ceil() as usize).min(samples.len()));
        if first < end {
            return samples[first..end].iter().sum::<f64>() / (end - first) as f64;
        }
        let nearest = (0.5 * (from + to)).round().max(0.0) as usize;
        samples[nearest.min(samples.len() - 1)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::timing::tests::story;

    /// The mean over one word from `onset` to `offset` of 0, 1, 4, 9, ... sampled from 10 s on every 0.5 s.
    fn check(onset: f64, offset: f64, expected: f64) -> Result<(), gyrus_types::Error> {
        let samples: Vec<f64> = (0..6).map(|i| f64::from(i * i)).collect();
        let envelope = Envelope { samples: &samples, sampling: Sampling::new(10.0, 0.5)? };
        let found = envelope_means(&story(&[("a", Some((onset, offset)))]), &envelope).values[[0, 0]];
        assert!(found == expected || found.is_nan() && expected.is_nan(), "{onset} to {offset}: {found}");
        Ok(())
    }

    #[test]
    fn samples_inside_a_word_are_averaged() -> Result<(), gyrus_types::Error> {
        check(10.5, 11.5, (1.0 + 4.0) / 2.0)?;
        check(10.4, 11.6, (1.0 + 4.0 + 9.0) / 3.0)?;
        check(9.75, 12.75, 55.0 / 6.0)
    }

    #[test]
    fn a_short_word_takes_the_nearest_sample() -> Result<(), gyrus_types::Error> {
        check(11.1, 11.3, 4.0)?;
        check(11.2, 11.4, 9.0)?;
        check(9.8, 9.9, 0.0)?;
        check(12.6, 12.7, 25.0)
    }

    #[test]
    fn beyond_the_samples_nothing_is_known() -> Result<(), gyrus_types::Error> {
        check(9.7, 11.0, f64::NAN)?;
        check(12.0, 12.8, f64::NAN)
    }
}
