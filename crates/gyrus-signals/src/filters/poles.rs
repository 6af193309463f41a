//! Filters as the zeros and poles of their transfer functions, from the analogue prototype to the digital filter.
//!
//! Formulas as in `scipy.signal` (`buttap`, `lp2lp_zpk`, `lp2hp_zpk`, `lp2bp_zpk`, `lp2bs_zpk`, `bilinear_zpk`), with
//! frequencies in radians a second at two samples a second.

use std::f64::consts::PI;

use rustfft::num_complex::Complex;

use super::Band;

/// Twice the sampling rate of the bilinear transform.
const TWICE_RATE: f64 = 4.0;

/// gain (s - z_1) (s - z_2) ... / ((s - p_1) (s - p_2) ...).
#[derive(Debug, Clone)]
pub(super) struct Poles {
    pub(super) zeros: Vec<Complex<f64>>,
    pub(super) poles: Vec<Complex<f64>>,
    pub(super) gain: f64,
}

impl Poles {
    /// The digital Butterworth filter of some order for edges as shares of half the sampling rate.
    pub(super) fn butterworth(order: usize, band: Band, nyquist: f64) -> Self {
        let warped = |edge: f64| TWICE_RATE * (PI * edge / nyquist / 2.0).tan();
        let prototype = Self::prototype(order);
        let analogue = match band {
            Band::Low(edge) => prototype.low_pass(warped(edge)),
            Band::High(edge) => prototype.high_pass(warped(edge)),
            Band::Pass(low, high) => prototype.band_pass(warped(low), warped(high)),
            Band::Stop(low, high) => prototype.band_stop(warped(low), warped(high)),
        };
        analogue.bilinear()
    }

    /// Poles on the left half of the unit circle, at p = -exp(i pi m / (2 n)) for m = -n + 1, -n + 3, ..., n - 1.
    fn prototype(order: usize) -> Self {
        let pole = |index: usize| -Complex::cis(PI * (2.0 * index as f64 + 1.0 - order as f64) / (2.0 * order as f64));
        let mut poles: Vec<_> = (0..order).map(pole).collect();
        if order % 2 == 1 {
            poles[order / 2] = Complex::from(-1.0);
        }
        Self { zeros: Vec::new(), poles, gain: 1.0 }
    }

    fn low_pass(self, edge: f64) -> Self {
        let gain = self.gain * edge.powi(self.poles.len() as i32);
        Self { poles: self.poles.iter().map(|p| p * edge).collect(), gain, ..self }
    }

    fn high_pass(self, edge: f64) -> Self {
        let gain = self.gain * inverse_product(&self.poles);
        let zeros = vec![Complex::from(0.0); self.poles.len()];
        Self { zeros, poles: self.poles.iter().map(|p| edge / p).collect(), gain }
    }

    fn band_pass(self, low: f64, high: f64) -> Self {
        let scaled: Vec<_> = self.poles.iter().map(|p| p * ((high - low) / 2.0)).collect();
        let gain = self.gain * (high - low).powi(self.poles.len() as i32);
        let zeros = vec![Complex::from(0.0); self.poles.len()];
        Self { zeros, poles: about_centre(&scaled, low, high), gain }
    }

    fn band_stop(self, low: f64, high: f64) -> Self {
        let scaled: Vec<_> = self.poles.iter().map(|p| (high - low) / 2.0 / p).collect();
        let centre = Complex::new(0.0, (low * high).sqrt());
        let zeros = self.poles.iter().flat_map(|_| [centre, centre.conj()]).collect();
        Self { zeros, poles: about_centre(&scaled, low, high), gain: self.gain * inverse_product(&self.poles) }
    }

    fn bilinear(self) -> Self {
        let digital = |values: &[Complex<f64>]| values.iter().map(|v| (TWICE_RATE + v) / (TWICE_RATE - v)).collect();
        let product = |values: &[Complex<f64>]| values.iter().map(|v| TWICE_RATE - v).product::<Complex<f64>>();
        let mut zeros: Vec<_> = digital(&self.zeros);
        zeros.resize(self.poles.len(), Complex::from(-1.0));
        let gain = self.gain * (product(&self.zeros) / product(&self.poles)).re;
        Self { zeros, poles: digital(&self.poles), gain }
    }
}

/// The real part of the inverse of the product of the negative values.
fn inverse_product(values: &[Complex<f64>]) -> f64 {
    (Complex::from(1.0) / values.iter().map(|v| -v).product::<Complex<f64>>()).re
}

/// v + sqrt(v^2 - c^2) and v - sqrt(v^2 - c^2) for each value, with c^2 the product of the edges.
fn about_centre(values: &[Complex<f64>], low: f64, high: f64) -> Vec<Complex<f64>> {
    let root = |v: &Complex<f64>| (v * v - low * high).sqrt();
    values.iter().map(|v| v + root(v)).chain(values.iter().map(|v| v - root(v))).collect()
}
