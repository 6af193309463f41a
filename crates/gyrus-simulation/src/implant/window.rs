//! How an electrode turns words into a continuous signal: late, and spread over a stretch of time.

use std::f64::consts::TAU;

use ndarray::Array1;

/// A latency and a raised cosine around it, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    /// Between the centre of a word and that of its response.
    pub(super) latency: f64,
    /// The whole length of a response; half of it is above half of its height.
    pub(super) length: f64,
}

impl Window {
    /// k(u) = (1 + cos(2 pi u / length)) / 2 for |u| < length / 2, else 0: 1 at its centre.
    fn height(self, u: f64) -> f64 {
        if 2.0 * u.abs() < self.length { 0.5 * (1.0 + (TAU * u / self.length).cos()) } else { 0.0 }
    }

    /// s(t) = sum over words w of a_w k(t - m_w - latency) at t = 0, 1 / rate, ... for words centred at m, `(samples)`.
    pub(super) fn response(self, words: impl Iterator<Item = (f64, f64)>, rate: f64, samples: usize) -> Array1<f64> {
        let mut signal = Array1::zeros(samples);
        for (centre, a) in words {
            let peak = centre + self.latency;
            let from = ((peak - self.length / 2.0) * rate).ceil().max(0.0) as usize;
            let to = (((peak + self.length / 2.0) * rate).floor() + 1.0).max(0.0) as usize;
            for sample in from..to.min(samples) {
                signal[sample] += a * self.height(sample as f64 / rate - peak);
            }
        }
        signal
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    #[test]
    fn signals_are_sums_over_words() {
        let window = Window { latency: 0.21, length: 0.4 };
        let words = [(0.05, 2.0), (0.3, -1.0), (0.52, 0.5), (0.9, 3.0)];
        let found = window.response(words.into_iter(), 50.0, 60);
        for (sample, value) in found.iter().enumerate() {
            let t = sample as f64 / 50.0;
            let sum: f64 = words.iter().map(|(centre, a)| a * window.height(t - centre - 0.21)).sum();
            assert_abs_diff_eq!(*value, sum, epsilon = 1e-12);
        }
    }

    #[test]
    fn a_word_alone_peaks_at_its_latency_and_is_over_after_its_window() {
        let found = Window { latency: 0.3, length: 0.2 }.response([(1.0, 1.0)].into_iter(), 100.0, 200);
        assert_abs_diff_eq!(found[130], 1.0, epsilon = 1e-9);
        assert_abs_diff_eq!(found[125], 0.5, epsilon = 1e-9);
        assert!(found.iter().enumerate().all(|(i, value)| (120..=140).contains(&i) || *value == 0.0));
    }
}
