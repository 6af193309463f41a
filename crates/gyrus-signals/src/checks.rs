//! What is asked of numbers before anything is done with them.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use crate::Error;

/// Rows that are looked at together.
const ROWS: usize = 4096;

/// Most samples of a filter: half an hour at 500 Hz.
pub(crate) const LONGEST: usize = 1 << 20;

/// Most bands, of one filter or of several.
pub(crate) const BANDS: usize = 64;

/// `value`, if it is above 0 and finite.
pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, Error> {
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err(Error::NotPositive { what, value }) }
}

/// `value`, if it is from `least` to `most`.
pub(crate) fn within(what: &'static str, least: usize, most: usize, value: usize) -> Result<usize, Error> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(Error::OutOfRange { what, least, most, value }) }
}

/// `frequency` in hertz, if a signal of `rate` hertz holds it.
pub(crate) fn frequency(frequency: f64, rate: f64) -> Result<f64, Error> {
    let nyquist = positive("sampling rate", rate)? / 2.0;
    if frequency > 0.0 && frequency < nyquist { Ok(frequency) } else { Err(Error::Frequency { frequency, nyquist }) }
}

/// The edges of a band in hertz, if a signal of `rate` hertz holds them in this order.
pub(crate) fn band(low: f64, high: f64, rate: f64) -> Result<(f64, f64), Error> {
    let edges = (frequency(low, rate)?, frequency(high, rate)?);
    if low < high { Ok(edges) } else { Err(Error::Band { low, high }) }
}

/// An error for the first value of `(samples, channels)` that is not finite, samples before channels; the first row of
/// `x` is sample `start`.
pub(crate) fn finite(x: ArrayView2<f64>, start: usize) -> Result<(), Error> {
    let stretches: Vec<_> = x.axis_chunks_iter(Axis(0), ROWS).enumerate().collect();
    let bad = stretches.into_par_iter().find_map_first(|(index, stretch)| {
        if is_finite(stretch) { None } else { first_bad(stretch).map(|(r, column, v)| (index * ROWS + r, column, v)) }
    });
    bad.map_or(Ok(()), |(row, column, value)| Err(Error::NotFinite { sample: start + row, column, value }))
}

/// Whether all is finite: the product of anything that is not with 0 is NaN.
fn is_finite(x: ArrayView2<f64>) -> bool {
    let zero = |values: &[f64]| values.iter().fold(0.0, |sum, v| sum + v * 0.0) == 0.0;
    match x.as_slice_memory_order() {
        Some(values) => values.chunks(256).all(zero),
        None => x.iter().all(|v| v.is_finite()),
    }
}

fn first_bad(x: ArrayView2<f64>) -> Option<(usize, usize, f64)> {
    x.indexed_iter().find(|(_, v)| !v.is_finite()).map(|((row, column), value)| (row, column, *value))
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn the_first_bad_value_is_named() {
        let mut x = Array2::<f64>::zeros((10_000, 3));
        x[[9_000, 1]] = f64::INFINITY;
        x[[8_000, 2]] = f64::NAN;
        let found = finite(x.view(), 5);
        assert!(matches!(found, Err(Error::NotFinite { sample: 8_005, column: 2, .. })), "{found:?}");
        assert!(finite(x.slice(ndarray::s![..8_000, ..]), 0).is_ok());
        assert!(finite(x.t(), 0).is_err());
    }

    #[test]
    fn frequencies_lie_below_half_of_the_rate() {
        assert!(frequency(255.9, 512.0).is_ok());
        for bad in [0.0, -1.0, 256.0, f64::NAN, f64::INFINITY] {
            assert!(frequency(bad, 512.0).is_err());
        }
        assert!(matches!(frequency(1.0, f64::NAN), Err(Error::NotPositive { .. })));
        assert!(matches!(band(20.0, 10.0, 512.0), Err(Error::Band { .. })));
    }
}
