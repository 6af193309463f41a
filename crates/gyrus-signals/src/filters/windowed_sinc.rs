//! Low-passes of finite length: a sinc under a window, as `scipy.signal.firwin` makes them.

use std::f64::consts::PI;

/// A window, as a function of t from -1 at the first sample to 1 at the last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Window {
    /// .54 + .46 cos(pi t).
    Hamming,
    /// I_0(b sqrt(1 - t^2)) / I_0(b).
    Kaiser(f64),
}

impl Window {
    fn at(self, t: f64) -> f64 {
        match self {
            Self::Hamming => 0.54 + 0.46 * (PI * t).cos(),
            Self::Kaiser(beta) => bessel(beta * (1.0 - t * t).max(0.0).sqrt()) / bessel(beta),
        }
    }
}

/// `taps` (odd) values of c sinc(c m) w(m) about the middle, scaled to sum to 1; the cut-off c is a share of half the
/// sampling rate.
pub(crate) fn low_pass(taps: usize, cutoff: f64, window: Window) -> Vec<f64> {
    let half = (taps / 2) as f64;
    let value = |index: usize| {
        let m = index as f64 - half;
        cutoff * sinc(cutoff * m) * window.at(if half > 0.0 { m / half } else { 0.0 })
    };
    let mut h: Vec<f64> = (0..taps).map(value).collect();
    let sum: f64 = h.iter().sum();
    h.iter_mut().for_each(|h| *h /= sum);
    h
}

/// sin(pi x) / (pi x).
fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// The modified Bessel function I_0 by its power series, sum over k of ((x / 2)^k / k!)^2.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
    while term > sum * f64::EPSILON / 4.0 {
        term *= quarter / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bessel_has_the_values_of_tables() {
        // Abramowitz and Stegun, table 9.8: exp(-x) I_0(x).
        approx::assert_relative_eq!(bessel(1.0) * (-1.0f64).exp(), 0.465_759_607_7, epsilon = 1e-9);
        approx::assert_relative_eq!(bessel(5.0) * (-5.0f64).exp(), 0.183_540_812_6, epsilon = 1e-9);
    }

    #[test]
    fn a_low_pass_is_symmetric_and_keeps_a_constant() {
        let h = low_pass(31, 0.3, Window::Hamming);
        approx::assert_relative_eq!(h.iter().sum::<f64>(), 1.0, epsilon = 1e-14);
        assert!(h.iter().zip(h.iter().rev()).all(|(a, b)| (a - b).abs() < 1e-16));
        assert_eq!(low_pass(1, 0.5, Window::Kaiser(5.0)), [1.0]);
    }
}
