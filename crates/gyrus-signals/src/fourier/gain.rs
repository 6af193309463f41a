//! What a chain of filters without a shift in time does to each frequency, and how far it reaches in time.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use crate::filters::{Designed, Taps};

/// Share of the impulse response, as the sum of what is cut off over the root of the sum of squares, that may be lost.
const LOST: f64 = 1e-10;

/// First and last number of frequencies at which a reach is looked for.
const GRIDS: (usize, usize) = (1 << 13, 1 << 22);

/// Which frequencies pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Both signs: the answer is real.
    Both,
    /// The positive ones, twice: the answer is the analytic signal.
    Positive,
}

/// Filters whose gains are multiplied.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Gain {
    filters: Vec<Designed>,
}

impl Gain {
    /// What it was and one filter more.
    pub(crate) fn and(&self, filter: Designed) -> Self {
        let mut filters = self.filters.clone();
        filters.push(filter);
        Self { filters }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// The gains at 0, 1, ..., n / 2 periods in n samples (n even).
    pub(crate) fn on_grid(&self, n: usize) -> Vec<f64> {
        let mut gains = vec![1.0; n / 2 + 1];
        for filter in &self.filters {
            match filter {
                Designed::Recursive(filters) => {
                    for (k, gain) in gains.iter_mut().enumerate() {
                        let turns = k as f64 / n as f64;
                        *gain *= filters.iter().map(|filter| filter.power_gain(turns)).product::<f64>();
                    }
                }
                Designed::Symmetric(taps) => gains.iter_mut().zip(gains_of(taps, n)).for_each(|(g, own)| *g *= own),
            }
        }
        gains
    }

    /// Samples on either side of each beyond which next to nothing of the impulse response lies; an error holds how far
    /// was looked.
    pub(crate) fn reach(&self, side: Side) -> Result<usize, usize> {
        let mut n = GRIDS.0;
        while n <= GRIDS.1 {
            let reach = reach(&impulse_response(&self.on_grid(n), side));
            if reach <= n / 4 {
                return Ok(reach);
            }
            n *= 2;
        }
        Err(GRIDS.1 / 4)
    }
}

/// The transform of a symmetric filter, folded to `n` samples.
fn gains_of(taps: &Taps, n: usize) -> Vec<f64> {
    let mut folded = vec![Complex::from(0.0); n];
    for (index, h) in taps.values().iter().enumerate() {
        folded[(index + n * taps.half().div_ceil(n) - taps.half()) % n] += h;
    }
    FftPlanner::new().plan_fft_forward(n).process(&mut folded);
    folded[..=n / 2].iter().map(|value| value.re).collect()
}

/// The absolute impulse response at 0, 1, ..., n - 1, those of the second half being before 0.
fn impulse_response(gains: &[f64], side: Side) -> Vec<f64> {
    let n = 2 * (gains.len() - 1);
    let mut values = vec![Complex::from(0.0); n];
    for (k, gain) in gains.iter().enumerate() {
        let inner = k != 0 && 2 * k != n;
        values[k] = Complex::from(if inner && side == Side::Positive { 2.0 * gain } else { *gain });
        if inner && side == Side::Both {
            values[n - k] = values[k];
        }
    }
    FftPlanner::new().plan_fft_inverse(n).process(&mut values);
    values.iter().map(|value| value.norm()).collect()
}

fn reach(response: &[f64]) -> usize {
    let n = response.len();
    let allowed = LOST * response.iter().map(|h| h * h).sum::<f64>().sqrt();
    let mut lost = 0.0;
    for distance in (1..=n / 2).rev() {
        lost += response[distance] + response[n - distance];
        if lost > allowed {
            return distance;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Band, Butterworth, Filter, Fir, FirNotch};

    fn gain(filters: &[Filter]) -> Gain {
        let design = |filter: &Filter| filter.design(512.0).expect("it can be made");
        Gain { filters: filters.iter().map(design).collect() }
    }

    #[test]
    fn a_filter_of_finite_length_reaches_half_of_it() {
        let notch = FirNotch::new(vec![60.0, 120.0, 180.0]);
        assert_eq!(notch.design(512.0).map(|taps| taps.half()), Ok(1690));
        let reach = gain(&[Filter::Notch(notch)]).reach(Side::Both).expect("it can be done");
        assert!((1600..=1690).contains(&reach), "{reach}");
    }

    #[test]
    fn a_high_pass_reaches_further_than_a_wide_band() {
        let of = |band| {
            gain(&[Filter::Butterworth(Butterworth { order: 4, band })]).reach(Side::Both).expect("it can be done")
        };
        assert!(of(Band::High(1.0)) > 10 * of(Band::Pass(70.0, 200.0)));
    }

    #[test]
    fn a_hilbert_transform_without_a_band_never_ends() {
        assert!(Gain::default().reach(Side::Positive).is_err());
        assert!(gain(&[Filter::Fir(Fir::new(Band::Pass(70.0, 150.0)))]).reach(Side::Positive).is_err());
        let band = Band::Pass(70.0, 200.0);
        assert!(
            gain(&[Filter::Butterworth(Butterworth { order: 4, band })]).reach(Side::Positive).expect("it can be done")
                < 2_000
        );
    }
}
