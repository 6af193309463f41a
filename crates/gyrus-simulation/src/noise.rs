//! Noise with a known autocovariance: every kind is a sum of independent AR(1) series, begun in their stationary state.
//!
//! 1/f noise is a sum too, its time constants doubling from one series to the next, rather than a spectrum turned back
//! into time: a synthesised spectrum closes on itself, so its last rows would know its first ones,
//! and the sum has its autocovariance and its power in closed form.

use std::f64::consts::TAU;

use ndarray::Array2;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use crate::Error;

/// A stationary Gaussian process of mean 0 and variance 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Noise {
    parts: Vec<Part>,
}

/// x_t = phi x_(t-1) + sqrt(variance (1 - phi^2)) e_t, which has `variance`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    variance: f64,
    phi: f64,
}

/// Shortest time constant of the series that make up 1/f noise, in rows.
const SHORTEST: f64 = 0.25;

/// How many series make up 1/f noise; the longest time constant is 0.25 x 2^13 = 2,048 rows.
const OCTAVES: i32 = 14;

impl Noise {
    /// Rows that know nothing of each other.
    pub fn white() -> Self {
        Self { parts: vec![Part { variance: 1.0, phi: 0.0 }] }
    }

    /// x_t = phi x_(t-1) + sqrt(1 - phi^2) e_t.
    ///
    /// # Errors
    /// [`Error::Coefficient`] unless -1 < phi < 1.
    pub fn autoregressive(phi: f64) -> Result<Self, Error> {
        if phi.abs() < 1.0 {
            Ok(Self { parts: vec![Part { variance: 1.0, phi }] })
        } else {
            Err(Error::Coefficient(phi))
        }
    }

    /// Noise whose power falls as 1 / f^exponent with the frequency f.
    ///
    /// A part of time constant u has variance u^(exponent - 1), up to a common factor.
    /// Between 1/512 and 1/8 of a cycle per row the slope is right within .06; power is flat below 1/10,000.
    ///
    /// # Errors
    /// [`Error::Exponent`] unless 0 < exponent < 2.
    pub fn pink(exponent: f64) -> Result<Self, Error> {
        if !(exponent > 0.0 && exponent < 2.0) {
            return Err(Error::Exponent(exponent));
        }
        let part = |octave| {
            let u = SHORTEST * 2f64.powi(octave);
            Part { variance: u.powf(exponent - 1.0), phi: (-1.0 / u).exp() }
        };
        let mut parts: Vec<Part> = (0..OCTAVES).map(part).collect();
        let total: f64 = parts.iter().map(|part| part.variance).sum();
        parts.iter_mut().for_each(|part| part.variance /= total);
        Ok(Self { parts })
    }

    /// `targets` independent series, `(rows, targets)`, decided by `seed` alone.
    pub fn series(&self, rows: usize, targets: usize, seed: u64) -> Array2<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut series = Array2::zeros((rows, targets));
        for mut column in series.columns_mut() {
            for part in &self.parts {
                part.add_to(column.iter_mut(), &mut rng);
            }
        }
        series
    }

    /// The covariance of rows `lag` apart: sum over parts of variance phi^lag.
    pub fn autocovariance(&self, lag: usize) -> f64 {
        self.parts.iter().map(|part| part.variance * part.phi.powi(lag as i32)).sum()
    }

    /// The power at `frequency` in cycles per row, of which the integral from -1/2 to 1/2 is the variance:
    /// sum over parts of variance (1 - phi^2) / (1 - 2 phi cos(2 pi f) + phi^2).
    pub fn power(&self, frequency: f64) -> f64 {
        let cos = (TAU * frequency).cos();
        let of = |part: &Part| {
            let phi = part.phi;
            part.variance * (1.0 - phi * phi) / (1.0 - 2.0 * phi * cos + phi * phi)
        };
        self.parts.iter().map(of).sum()
    }
}

impl Part {
    fn add_to<'a>(self, rows: impl Iterator<Item = &'a mut f64>, rng: &mut StdRng) {
        let step = (self.variance * (1.0 - self.phi * self.phi)).sqrt();
        let mut x = self.variance.sqrt() * rng.sample::<f64, _>(StandardNormal);
        for row in rows {
            *row += x;
            x = self.phi * x + step * rng.sample::<f64, _>(StandardNormal);
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    fn kinds() -> Result<[Noise; 4], Error> {
        Ok([Noise::white(), Noise::autoregressive(0.9)?, Noise::autoregressive(-0.5)?, Noise::pink(1.0)?])
    }

    /// Products of rows `lag` apart, by definition and averaged over many short series: the mean is known to be 0.
    fn covariance(noise: &Noise, lag: usize) -> f64 {
        let series = noise.series(24, 20_000, 11);
        let first = series.row(3);
        first.dot(&series.row(3 + lag)) / series.ncols() as f64
    }

    /// The slope of ln y over ln x.
    fn slope(points: &[(f64, f64)]) -> f64 {
        let logs: Vec<_> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
        let n = logs.len() as f64;
        let (mean_x, mean_y) = (logs.iter().map(|p| p.0).sum::<f64>() / n, logs.iter().map(|p| p.1).sum::<f64>() / n);
        let (xy, xx) = logs
            .iter()
            .fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + (x - mean_x) * (y - mean_y), xx + (x - mean_x) * (x - mean_x)));
        xy / xx
    }

    /// Twelve frequencies, evenly spaced in the logarithm from 1/512 to 1/8.
    fn frequencies() -> impl Iterator<Item = f64> {
        (0..=12).map(|i| 2f64.powf(-9.0 + 0.5 * f64::from(i)))
    }

    #[test]
    fn every_kind_has_variance_one() -> Result<(), Error> {
        for noise in kinds()? {
            assert_abs_diff_eq!(noise.autocovariance(0), 1.0, epsilon = 1e-12);
        }
        Ok(())
    }

    /// Stationary from the first rows on: rows 3 and 3 + lag already have the covariance of the endless series.
    #[test]
    fn series_have_the_autocovariance_of_their_kind() -> Result<(), Error> {
        for noise in kinds()? {
            for lag in [0, 1, 2, 5, 20] {
                assert_abs_diff_eq!(covariance(&noise, lag), noise.autocovariance(lag), epsilon = 0.035);
            }
        }
        Ok(())
    }

    #[test]
    fn power_adds_up_to_the_variance() -> Result<(), Error> {
        for noise in kinds()? {
            let n = 1 << 18;
            let integral: f64 = (0..n).map(|i| noise.power((f64::from(i) + 0.5) / f64::from(n) - 0.5)).sum();
            assert_abs_diff_eq!(integral / f64::from(n), 1.0, epsilon = 1e-3);
        }
        Ok(())
    }

    #[test]
    fn power_falls_with_the_exponent() -> Result<(), Error> {
        for exponent in [0.5, 1.0, 1.5] {
            let noise = Noise::pink(exponent)?;
            let points: Vec<_> = frequencies().map(|f| (f, noise.power(f))).collect();
            assert_abs_diff_eq!(slope(&points), -exponent, epsilon = 0.06);
        }
        Ok(())
    }

    /// The squared Fourier transform of sampled series, by its definition.
    #[test]
    fn sampled_spectrum_falls_with_the_exponent() -> Result<(), Error> {
        let series = Noise::pink(1.0)?.series(2048, 60, 5);
        let power = |f: f64| {
            let wave =
                |of: fn(f64) -> f64| (0..2048).map(|t| of(TAU * f * f64::from(t))).collect::<ndarray::Array1<_>>();
            let (cos, sin) = (wave(f64::cos).dot(&series), wave(f64::sin).dot(&series));
            cos.dot(&cos) + sin.dot(&sin)
        };
        let points: Vec<_> = frequencies().map(|f| (f, power(f))).collect();
        assert_abs_diff_eq!(slope(&points), -1.0, epsilon = 0.12);
        Ok(())
    }

    #[test]
    fn a_seed_decides_everything() -> Result<(), Error> {
        let noise = Noise::pink(1.2)?;
        assert_eq!(noise.series(30, 2, 1), noise.series(30, 2, 1));
        assert_ne!(noise.series(30, 2, 1), noise.series(30, 2, 2));
        Ok(())
    }

    #[test]
    fn what_is_not_stationary_is_refused() {
        assert_eq!(Noise::autoregressive(1.0), Err(Error::Coefficient(1.0)));
        assert!(Noise::autoregressive(f64::NAN).is_err());
        assert_eq!(Noise::pink(2.0), Err(Error::Exponent(2.0)));
        assert!(Noise::pink(f64::NAN).is_err());
    }
}
