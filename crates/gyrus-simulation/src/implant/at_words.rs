//! What an analysis sees of a signal at each word: its mean over 100 ms around the word's centre and a lag.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::Array1;

use crate::Noise;

/// The stretch over which the signal is averaged, in seconds.
pub(super) const STRETCH: f64 = 0.1;

/// The samples that lie within half a [`STRETCH`] of `time`, both edges included; none that do not exist.
fn stretch(time: f64, rate: f64, samples: usize) -> Range<usize> {
    let (from, to) = ((time - STRETCH / 2.0) * rate, (time + STRETCH / 2.0) * rate);
    // An edge within a millionth of a sample is on it.
    let from = (from - 1e-6).ceil().max(0.0) as usize;
    let to = ((to + 1e-6).floor() + 1.0).max(0.0) as usize;
    from.min(samples)..to.min(samples)
}

/// The mean of `signal` around each of `times`, in seconds.
pub(super) fn means(signal: &Array1<f64>, times: impl Iterator<Item = f64>, rate: f64) -> Array1<f64> {
    let mean = |time| signal.slice(ndarray::s![stretch(time, rate, signal.len())]).mean().unwrap_or(0.0);
    times.map(mean).collect()
}

/// The variance that `noise` of variance 1 has in such means: mean over words of sum_ij C(i - j) / m^2, for the m samples of
/// a word and the autocovariance C. It depends on the times only through the number of samples.
pub(super) fn noise_variance(noise: &Noise, times: impl Iterator<Item = f64>, rate: f64, samples: usize) -> f64 {
    let of = |m: usize| {
        let sum = |i: usize| (0..m).map(|j| noise.autocovariance(i.abs_diff(j))).sum::<f64>();
        (0..m).map(sum).sum::<f64>() / (m * m).max(1) as f64
    };
    let mut words: BTreeMap<usize, f64> = BTreeMap::new();
    times.for_each(|time| *words.entry(stretch(time, rate, samples).len()).or_default() += 1.0);
    words.iter().map(|(m, n)| n * of(*m)).sum::<f64>() / words.values().sum::<f64>()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;

    use super::*;

    #[test]
    fn both_edges_belong_to_a_stretch() {
        assert_eq!(stretch(1.0, 50.0, 100), 48..53);
        assert_eq!(stretch(1.005, 50.0, 100), 48..53);
        assert_eq!((stretch(0.0, 50.0, 100), stretch(9.0, 50.0, 100)), (0..3, 100..100));
        let signal = Array1::from_iter((0..100).map(f64::from));
        assert_eq!(means(&signal, [1.0, 1.1].into_iter(), 50.0).to_vec(), [50.0, 55.0]);
    }

    #[test]
    fn noise_has_the_variance_that_is_computed() -> Result<(), crate::Error> {
        let noise = Noise::pink(1.0)?;
        let series = noise.series(20, 20_000, 4);
        let means = series.slice(ndarray::s![5..10, ..]).mean_axis(Axis(0)).expect("five rows");
        let found = means.dot(&means) / 20_000.0;
        assert_abs_diff_eq!(found, noise_variance(&noise, [0.14].into_iter(), 50.0, 20), epsilon = 0.01);
        Ok(())
    }
}
