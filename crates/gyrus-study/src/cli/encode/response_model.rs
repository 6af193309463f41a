//! From words to the rows of a recording, where features come a row per word.

use std::str::FromStr;

use gyrus_encoding::{convolve, delayed, finite_impulse_response, lanczos};
use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2};

/// How the response to a word spreads over rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResponseModel {
    /// By the canonical hemodynamic response.
    Canonical,
    /// One weight for each of these delays in rows; a row holds the words that end in the time before it.
    Delays(Vec<usize>),
    /// By the Lanczos window, then one weight for each of these delays in rows.
    Lanczos(Vec<usize>),
}

impl FromStr for ResponseModel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("expected `canonical`, `fir:1,2,3`, `lanczos` or `lanczos:1,2,3`, not `{text}`");
        let delay = |text: &str| text.parse().map_err(|_| expected());
        let delays = |list: &str| list.split(',').map(delay).collect::<Result<Vec<usize>, _>>();
        match text.split_once(':') {
            None if text == "canonical" => Ok(Self::Canonical),
            None if text == "lanczos" => Ok(Self::Lanczos(vec![0])),
            Some(("fir", list)) => delays(list).map(Self::Delays),
            Some(("lanczos", list)) => delays(list).map(Self::Lanczos),
            _ => Err(expected()),
        }
    }
}

impl ResponseModel {
    /// Features of words `(words, width)` at `times` seconds as `(rows, width)`, or `(rows, delays x width)`.
    ///
    /// # Errors
    /// There is not one time per word.
    pub fn spread(
        &self,
        features: ArrayView2<f64>,
        times: &[f64],
        sampling: Sampling,
        rows: usize,
    ) -> Result<Array2<f64>, gyrus_encoding::Error> {
        let features = features.mapv(|value| value as f32);
        match self {
            Self::Canonical => convolve(features.view(), times, sampling, rows),
            Self::Delays(delays) => finite_impulse_response(features.view(), times, sampling, rows, delays),
            Self::Lanczos(delays) => Ok(delayed(lanczos(features.view(), times, sampling, rows)?.view(), delays)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_delays_are_read() {
        assert_eq!("fir:1,2".parse(), Ok(ResponseModel::Delays(vec![1, 2])));
        assert_eq!("lanczos".parse(), Ok(ResponseModel::Lanczos(vec![0])));
        for text in ["", "fir", "fir:", "fir:-1", "boxcar", "canonical:1"] {
            assert!(text.parse::<ResponseModel>().is_err_and(|said| said.contains(&format!("`{text}`"))), "{text}");
        }
    }
}
