//! From words to scans without an assumed response: delayed copies, one weight per delay.
//!
//! Finite impulse response (FIR): s_i = sum of the features of the words spoken during scan i;
//! row i holds s_(i-d) for every delay d, so the model itself finds the shape of the response.

use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2, s};

use crate::Error;
use crate::ceilings::spread::check;

/// Features of words `(words, width)` at `times` seconds as `(scans, delays x width)`, delay by delay.
///
/// A scan stands for the `step` seconds that end with it; delays count in scans.
///
/// # Errors
/// [`Error::Rows`] if there is not one time per word, [`Error::NotFinite`] if a time is no number.
pub fn finite_impulse_response(
    features: ArrayView2<f32>,
    times: &[f64],
    sampling: Sampling,
    scans: usize,
    delays: &[usize],
) -> Result<Array2<f64>, Error> {
    check(features, times)?;
    let width = features.ncols();
    let mut y = Array2::zeros((scans, delays.len() * width));
    for (x_w, &t_w) in features.rows().into_iter().zip(times) {
        let spoken = ((t_w - sampling.time(0)) / sampling.step()).ceil();
        for (k, &delay) in delays.iter().enumerate() {
            let scan = spoken + delay as f64;
            if (0.0..scans as f64).contains(&scan) {
                let mut row = y.slice_mut(s![scan as usize, k * width..(k + 1) * width]);
                row.zip_mut_with(&x_w, |y, &x| *y += f64::from(x));
            }
        }
    }
    Ok(y)
}

/// Rows `(scans, width)` and their delayed copies as `(scans, delays x width)`, delay by delay; 0 before the first row.
pub fn delayed(rows: ArrayView2<f64>, delays: &[usize]) -> Array2<f64> {
    let (scans, width) = rows.dim();
    let mut y = Array2::zeros((scans, delays.len() * width));
    for (k, &delay) in delays.iter().enumerate().filter(|(_, delay)| **delay < scans) {
        y.slice_mut(s![delay.., k * width..(k + 1) * width]).assign(&rows.slice(s![..scans - delay, ..]));
    }
    y
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn each_delay_is_a_shifted_copy() -> Result<(), Box<dyn std::error::Error>> {
        let words = array![[1.0f32], [10.0], [100.0]];
        let y = finite_impulse_response(words.view(), &[20.5, 21.5, 25.0], Sampling::new(20.0, 2.0)?, 5, &[0, 1])?;
        assert_eq!(y, array![[0.0, 0.0], [11.0, 0.0], [0.0, 11.0], [100.0, 0.0], [0.0, 100.0]]);
        Ok(())
    }

    #[test]
    fn a_word_without_a_time_is_an_error() -> Result<(), Box<dyn std::error::Error>> {
        let (x, sampling) = (array![[1.0f32], [2.0]], Sampling::new(20.0, 2.0)?);
        let found = finite_impulse_response(x.view(), &[21.0, f64::NAN], sampling, 5, &[1]);
        assert!(matches!(found, Err(Error::NotFinite { row: 1, .. })));
        Ok(())
    }

    #[test]
    fn words_delayed_beyond_the_last_scan_fall_out() -> Result<(), Box<dyn std::error::Error>> {
        let y = finite_impulse_response(array![[1.0f32]].view(), &[24.0], Sampling::new(20.0, 2.0)?, 3, &[2])?;
        assert_eq!(y.sum(), 0.0);
        Ok(())
    }
}
