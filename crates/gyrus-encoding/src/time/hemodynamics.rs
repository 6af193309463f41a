//! From words to scans: each word's features, spread in time by the hemodynamic response.
//!
//! y(t) = sum over words w of x_w h(t - t_w), evaluated at the time of each scan, with no rounding of word times.

use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2};

use crate::Error;
use crate::ceilings::spread::spread;

/// Seconds after which the canonical response is taken to be over.
pub const RESPONSE_SECONDS: f64 = 32.0;

/// Shape of the peak, of the undershoot, and their ratio, in SPM's canonical response (scale 1 s).
const PEAK_SHAPE: i32 = 6;
const UNDERSHOOT_SHAPE: i32 = 16;
const UNDERSHOOT_RATIO: f64 = 1.0 / 6.0;

/// The canonical double-gamma response at `t` seconds after an event:
/// h(t) = g(t; 6) - g(t; 16) / 6 with g(t; k) = t^(k-1) e^-t / (k-1)!, and 0 outside 0 ... 32 s.
pub fn canonical_response(t: f64) -> f64 {
    if !(0.0..RESPONSE_SECONDS).contains(&t) {
        return 0.0;
    }
    gamma_density(t, PEAK_SHAPE) - UNDERSHOOT_RATIO * gamma_density(t, UNDERSHOOT_SHAPE)
}

/// Features of words `(words, width)` at `times` seconds as `(scans, width)`, by the canonical response.
///
/// # Errors
/// [`Error::Rows`] if there is not one time per word, [`Error::NotFinite`] if a time is no number.
pub fn convolve(
    features: ArrayView2<f32>,
    times: &[f64],
    sampling: Sampling,
    scans: usize,
) -> Result<Array2<f64>, Error> {
    let h = |scan: usize, t_w: f64| canonical_response(sampling.time(scan) - t_w);
    spread(features, times, scans, |t_w| scans_within(t_w, sampling, scans), h)
}

/// The scans that an event at `time` can reach.
fn scans_within(time: f64, sampling: Sampling, scans: usize) -> std::ops::Range<usize> {
    let position = |t: f64| ((t - sampling.time(0)) / sampling.step()).max(0.0).ceil() as usize;
    position(time).min(scans)..position(time + RESPONSE_SECONDS).min(scans)
}

/// Density of the gamma distribution with whole shape `k` and scale 1 s.
fn gamma_density(t: f64, k: i32) -> f64 {
    let factorial: f64 = (1..k).map(f64::from).product();
    t.powi(k - 1) * (-t).exp() / factorial
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn response_peaks_near_five_seconds_and_undershoots() {
        let peak = (0..320)
            .map(|i| f64::from(i) * 0.1)
            .max_by(|a, b| canonical_response(*a).total_cmp(&canonical_response(*b)));
        assert_abs_diff_eq!(peak.expect("a maximum"), 5.0, epsilon = 0.11);
        assert!(canonical_response(15.0) < 0.0);
    }

    /// Values of `scipy.stats.gamma.pdf(t, 6) - scipy.stats.gamma.pdf(t, 16) / 6`.
    #[test]
    fn response_equals_scipy() {
        for (t, h) in
            [(1.0, 0.003_065_662_009_715_132), (5.0, 0.175_441_162_195_463_85), (12.0, 0.000_675_452_044_754_963_6)]
        {
            assert_abs_diff_eq!(canonical_response(t), h, epsilon = 1e-15);
        }
    }

    #[test]
    fn a_word_reaches_the_scans_after_it() -> Result<(), Box<dyn std::error::Error>> {
        let sampling = Sampling::new(20.0, 2.0)?;
        let y = convolve(array![[2.0f32]].view(), &[21.0], sampling, 10)?;
        assert_eq!(y[[0, 0]], 0.0);
        assert_abs_diff_eq!(y[[3, 0]], 2.0 * canonical_response(5.0), epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn a_word_without_a_time_is_named() -> Result<(), Box<dyn std::error::Error>> {
        let (x, sampling) = (array![[1.0f32], [2.0], [3.0]], Sampling::new(20.0, 2.0)?);
        for time in [f64::NAN, f64::INFINITY] {
            let error = convolve(x.view(), &[21.0, time, 23.0], sampling, 10).expect_err("a word without a time");
            let expected = format!("the list of word times has the value `{time}` in row 1, column 0 (from 0)");
            assert_eq!(error.to_string(), expected);
        }
        Ok(())
    }

    #[test]
    fn words_before_the_first_scan_still_count() -> Result<(), Box<dyn std::error::Error>> {
        let y = convolve(array![[1.0f32]].view(), &[17.0], Sampling::new(20.0, 2.0)?, 4)?;
        assert_abs_diff_eq!(y[[1, 0]], canonical_response(5.0), epsilon = 1e-12);
        Ok(())
    }
}
