//! When a target answers to words, whatever they say: the lag of its evoked response.
//!
//! Times of words are all that is looked at, so a lag chosen here favours no feature of words over another.

use gyrus_types::Sampling;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use super::Lags;
use crate::Error;

impl Lags {
    /// How far the mean response to a word lies from the mean of the signal, lag by lag, `(lags, channels)`:
    ///
    /// e(l, c) = (mean of y(w, l, c) over words w - mean of c over all samples) / sd of c over all samples,
    ///
    /// with y as in [`Self::responses`] to words at `times` seconds in `signal`, `(samples, channels)`. Words whose window
    /// leaves the recording are in no mean of that lag; without any, and for a constant channel, e is 0.
    ///
    /// # Errors
    /// As [`Self::responses`].
    pub fn evoked(&self, signal: ArrayView2<f64>, sampling: Sampling, times: &[f64]) -> Result<Array2<f64>, Error> {
        let known = Known::of(signal);
        let mut evoked = Array2::zeros((self.lags().len(), signal.ncols()));
        for (lag, mut row) in self.lags().iter().zip(evoked.rows_mut()) {
            // One lag at a time: responses at all of them can be too large for memory.
            let responses = Self::new(vec![*lag], self.window())?.responses(signal, sampling, times)?;
            let whole = responses.values.select(Axis(0), &responses.complete());
            if whole.nrows() > 0 {
                row.assign(&known.deviations(mean(whole.view()).view()));
            }
        }
        Ok(evoked)
    }
}

/// For each channel the position of the lag at which |e| of `evoked`, `(lags, channels)`, is largest; the first among equals.
pub fn evoked_lags(evoked: ArrayView2<f64>) -> Vec<usize> {
    let largest = |channel: ArrayView1<f64>| {
        let better = |best: usize, (lag, e): (usize, &f64)| if e.abs() > channel[best].abs() { lag } else { best };
        channel.iter().enumerate().fold(0, better)
    };
    evoked.columns().into_iter().map(largest).collect()
}

/// e of [`Lags::evoked`] from mean responses to words that are made in another way, `(lags, channels)`, in `signal`,
/// `(samples, channels)`.
///
/// # Panics
/// The channels are not the same.
pub fn evoked_deviations(responses: ArrayView2<f64>, signal: ArrayView2<f64>) -> Array2<f64> {
    assert_eq!(responses.ncols(), signal.ncols(), "channels of responses and signal");
    let known = Known::of(signal);
    let mut evoked = Array2::zeros(responses.dim());
    evoked.rows_mut().into_iter().zip(responses.rows()).for_each(|(mut to, m)| to.assign(&known.deviations(m)));
    evoked
}

/// Mean and standard deviation of each channel.
struct Known {
    mean: Array1<f64>,
    sd: Array1<f64>,
}

impl Known {
    fn of(signal: ArrayView2<f64>) -> Self {
        Self { mean: mean(signal), sd: signal.std_axis(Axis(0), 0.0) }
    }

    /// (m - mean) / sd, 0 where the channel is constant but for rounding.
    fn deviations(&self, m: ArrayView1<f64>) -> Array1<f64> {
        let deviation =
            |m: f64, mean: f64, sd: f64| if sd <= f64::EPSILON * mean.abs() { 0.0 } else { (m - mean) / sd };
        m.iter().zip(&self.mean).zip(&self.sd).map(|((m, mean), sd)| deviation(*m, *mean, *sd)).collect()
    }
}

fn mean(rows: ArrayView2<f64>) -> Array1<f64> {
    rows.mean_axis(Axis(0)).unwrap_or_else(|| Array1::zeros(rows.ncols()))
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{array, s};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    const RATE: f64 = 50.0;

    /// Words at irregular times, `(samples, channels)` of noise with an answer of `gain` at each channel's latency.
    fn story(latencies: &[f64], gain: f64) -> Result<(Array2<f64>, Sampling, Vec<f64>)> {
        let mut rng = StdRng::seed_from_u64(11);
        let mut times = vec![1.0];
        (1..600).for_each(|word| times.push(times[word - 1] + rng.random_range(0.15..0.6)));
        let samples = ((times[599] + 3.0) * RATE) as usize;
        let mut signal = Array2::from_shape_fn((samples, latencies.len()), |_| 5.0 + rng.random_range(-1.0..1.0));
        for (mut channel, latency) in signal.columns_mut().into_iter().zip(latencies) {
            for time in &times {
                let at = ((time + latency) * RATE).round() as usize;
                channel.slice_mut(s![at - 2..=at + 2]).map_inplace(|value| *value += gain);
            }
        }
        Ok((signal, Sampling::new(0.0, 1.0 / RATE)?, times))
    }

    fn found(latencies: &[f64], gain: f64) -> Result<Vec<f64>> {
        let (signal, sampling, times) = story(latencies, gain)?;
        let lags = Lags::epoch(0.0, 0.4, 0.1, 0.1)?;
        let evoked = lags.evoked(signal.view(), sampling, &times)?;
        Ok(evoked_lags(evoked.view()).into_iter().map(|lag| lags.lags()[lag]).collect())
    }

    #[test]
    fn planted_latencies_are_found_whatever_their_sign() -> Result<()> {
        let planted = [0.0, 0.1, 0.2, 0.3, 0.4];
        for gain in [1.0, 0.3, -0.3] {
            for (found, planted) in found(&planted, gain)?.into_iter().zip(planted) {
                assert_abs_diff_eq!(found, planted, epsilon = 1e-9);
            }
        }
        Ok(())
    }

    #[test]
    fn latencies_between_lags_go_to_a_neighbour() -> Result<()> {
        let planted = [0.06, 0.14, 0.26];
        for (found, planted) in found(&planted, 1.0)?.into_iter().zip(planted) {
            assert!((found - planted).abs() < 0.1, "{found} {planted}");
        }
        Ok(())
    }

    #[test]
    fn noise_alone_gives_any_lag() -> Result<()> {
        let found = found(&[0.0; 200], 0.0)?;
        let at = |lag: f64| found.iter().filter(|found| (**found - lag).abs() < 1e-9).count();
        let counts = [0.0, 0.1, 0.2, 0.3, 0.4].map(at);
        assert!(counts.iter().all(|n| (15..80).contains(n)), "{counts:?}");
        Ok(())
    }

    #[test]
    fn a_constant_target_has_the_first_lag() -> Result<()> {
        let lags = Lags::epoch(0.0, 0.4, 0.1, 0.1)?;
        let signal = Array2::from_elem((500, 2), 0.1);
        let evoked = lags.evoked(signal.view(), Sampling::new(0.0, 0.02)?, &[1.0, 2.0, 3.0])?;
        assert_eq!((evoked.sum(), evoked_lags(evoked.view())), (0.0, vec![0, 0]));
        Ok(())
    }

    #[test]
    fn means_made_in_another_way_deviate_alike() -> Result<()> {
        let (signal, sampling, times) = story(&[0.0, 0.2], 1.0)?;
        let lags = Lags::epoch(0.0, 0.4, 0.1, 0.1)?;
        let expected = lags.evoked(signal.view(), sampling, &times)?;
        let responses = lags.responses(signal.view(), sampling, &times)?;
        let mean = responses.values.mean_axis(Axis(0)).ok_or("no words")?.into_shape_with_order((5, 2))?;
        assert_abs_diff_eq!(evoked_deviations(mean.view(), signal.view()), expected, epsilon = 1e-9);
        Ok(())
    }

    #[test]
    fn words_beyond_the_recording_are_in_no_mean() -> Result<()> {
        let lags = Lags::new(vec![0.0, 1.0], 0.1)?;
        let signal = Array2::from_shape_fn((101, 1), |(sample, _)| if sample < 20 { 1.0 } else { 0.0 });
        let sampling = Sampling::new(0.0, 0.01)?;
        let all = lags.evoked(signal.view(), sampling, &[0.1, 0.5, 7.0])?;
        // At lag 1 no window lies inside.
        let sd = signal.std_axis(Axis(0), 0.0)[0];
        assert_abs_diff_eq!(all, array![[(0.5 - 20.0 / 101.0) / sd], [0.0]], epsilon = 1e-12);
        Ok(())
    }
}
