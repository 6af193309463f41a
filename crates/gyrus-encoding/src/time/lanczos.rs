//! From words to scans by a low-pass filter: each word's features, smoothed to what scans can follow.
//!
//! y_i = sum over words w of x_w L((t_i - t_w) / TR), with L(u) = sinc(u) sinc(u / 3) for |u| < 3 and 0 beyond,
//! sinc(u) = sin(pi u) / (pi u), t_i the time of scan i and TR the time between scans (as in LeBel et al. 2023).
//! The zeros of the sinc are one TR apart: frequencies above 1 / (2 TR), the scans' Nyquist frequency, are cut off.
//! It is a sum, not a mean: a scan with twice the words has twice the value. Delays of the response come on top.

use std::f64::consts::PI;

use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2};

use crate::Error;
use crate::ceilings::spread::spread;

/// Zeros of the window on each side, in TRs, the last of which ends it (LeBel et al. 2023).
const LOBES: f64 = 3.0;

/// The Lanczos window at `u` TRs from its centre: L(u) = sinc(u) sinc(u / 3) for |u| < 3, 0 beyond.
pub fn lanczos_window(u: f64) -> f64 {
    if u.abs() < LOBES { sinc(u) * sinc(u / LOBES) } else { 0.0 }
}

/// Features of words `(words, width)` at `times` seconds as `(scans, width)`, by the Lanczos window.
///
/// # Errors
/// [`Error::Rows`] if there is not one time per word, [`Error::NotFinite`] if a time is no number.
pub fn lanczos(
    features: ArrayView2<f32>,
    times: &[f64],
    sampling: Sampling,
    scans: usize,
) -> Result<Array2<f64>, Error> {
    let l = |scan: usize, t_w: f64| lanczos_window((sampling.time(scan) - t_w) / sampling.step());
    spread(features, times, scans, |t_w| scans_within(t_w, sampling, scans), l)
}

/// The scans that a word at `time` can reach.
fn scans_within(time: f64, sampling: Sampling, scans: usize) -> std::ops::Range<usize> {
    let position = (time - sampling.time(0)) / sampling.step();
    let bound = |position: f64| (position.max(0.0) as usize).min(scans);
    bound((position - LOBES).ceil())..bound((position + LOBES).floor() + 1.0)
}

/// sin(pi u) / (pi u), and 1 at 0.
fn sinc(u: f64) -> f64 {
    if u == 0.0 { 1.0 } else { (PI * u).sin() / (PI * u) }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array1, array};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    /// Every scan asks every word.
    #[test]
    fn equals_the_definition() -> Result<()> {
        let mut rng = StdRng::seed_from_u64(4);
        let x = Array2::from_shape_fn((80, 3), |_| rng.random_range(-1.0f32..1.0));
        let times: Vec<f64> = (0..80).map(|_| rng.random_range(0.0..70.0)).collect();
        let sampling = Sampling::new(10.0, 1.7)?;
        let window = Array2::from_shape_fn((30, 80), |(scan, word)| {
            let u: f64 = (sampling.time(scan) - times[word]) / 1.7;
            let l = 3.0 * (PI * u).sin() * (PI * u / 3.0).sin() / (PI * PI * u * u);
            if u.abs() > 3.0 { 0.0 } else { l }
        });
        let expected = window.dot(&x.mapv(f64::from));
        assert_abs_diff_eq!(lanczos(x.view(), &times, sampling, 30)?, expected, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn words_on_the_scans_come_back() -> Result<()> {
        let x = Array2::from_shape_fn((20, 2), |(i, j)| (i * i % 7 + j) as f32);
        let sampling = Sampling::new(4.0, 2.0)?;
        let times: Vec<f64> = (0..20).map(|i| sampling.time(i)).collect();
        assert_abs_diff_eq!(lanczos(x.view(), &times, sampling, 20)?, x.mapv(f64::from), epsilon = 1e-12);
        Ok(())
    }

    /// The gain of the filter at `frequency`, in units of the scans' Nyquist frequency: words spoken evenly, 20 in a TR.
    fn gain(frequency: f64) -> Result<f64> {
        let sampling = Sampling::new(0.0, 2.0)?;
        let times: Array1<f64> = (0..2000).map(|word| f64::from(word) * 0.1).collect();
        let wave = |t: f64| (PI * frequency * t / 2.0 + 0.4).cos();
        let x = times.mapv(|t| wave(t) as f32).insert_axis(ndarray::Axis(1));
        let y = lanczos(x.view(), times.as_slice().ok_or("contiguous")?, sampling, 100)? / 20.0;
        let (mut along, mut square) = (0.0, 0.0);
        for scan in 5..95 {
            along += y[[scan, 0]] * wave(sampling.time(scan));
            square += wave(sampling.time(scan)).powi(2);
        }
        Ok(along / square)
    }

    /// The integral of L(u) cos(pi f u), by `tests/scripts/folds_oracle.py`: up to half the Nyquist frequency within 1 %.
    #[test]
    fn slow_signals_are_recovered_and_fast_ones_are_not() -> Result<()> {
        for (frequency, expected) in [
            (0.0, 0.997_055),
            (0.25, 1.000_638),
            (0.5, 1.008_432),
            (1.0, 0.500_188),
            (1.5, -0.009_399),
            (2.0, 0.001_416),
        ] {
            assert_abs_diff_eq!(gain(frequency)?, expected, epsilon = 2e-3);
        }
        Ok(())
    }

    /// Figures of `tests/scripts/folds_oracle.py`.
    #[test]
    fn window_equals_numpy() {
        for (u, l) in [
            (0.0, 1.0),
            (0.25, 0.890_067_051_710_494_6),
            (1.5, -0.135_094_911_523_117_03),
            (-2.5, 0.024_317_084_074_161_06),
        ] {
            assert_abs_diff_eq!(lanczos_window(u), l, epsilon = 1e-15);
        }
    }

    #[test]
    fn a_word_beyond_the_scans_reaches_those_within_three() -> Result<()> {
        let y = lanczos(array![[1.0f32]].view(), &[-3.0], Sampling::new(0.0, 2.0)?, 4)?;
        assert_abs_diff_eq!(y.column(0).to_vec()[..], [lanczos_window(1.5), lanczos_window(2.5), 0.0, 0.0]);
        let y = lanczos(array![[1.0f32]].view(), &[1e300], Sampling::new(0.0, 2.0)?, 4)?;
        assert_eq!(y.sum(), 0.0);
        Ok(())
    }

    #[test]
    fn a_word_without_a_time_is_an_error() -> Result<()> {
        let (x, sampling) = (array![[1.0f32], [2.0]], Sampling::new(0.0, 2.0)?);
        assert!(matches!(lanczos(x.view(), &[1.0], sampling, 4), Err(Error::Rows { .. })));
        assert!(matches!(lanczos(x.view(), &[1.0, f64::NAN], sampling, 4), Err(Error::NotFinite { row: 1, .. })));
        Ok(())
    }
}
