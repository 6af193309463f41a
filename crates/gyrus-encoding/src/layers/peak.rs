//! The layer where a target is predicted best, as an estimate and not as a fact.

use ndarray::{ArrayView1, ArrayView2};

use crate::inference::bootstrap::{defined_or_nan, quantile};
use crate::layers::selection::argmax;

/// A peak layer with its 95 % interval over bootstrap draws, in layers counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Peak {
    /// Layer with the highest score.
    pub layer: usize,
    /// Lower bound of the layer; NaN is undefined.
    #[serde(deserialize_with = "defined_or_nan")]
    pub low: f64,
    /// Upper bound of the layer; NaN is undefined.
    #[serde(deserialize_with = "defined_or_nan")]
    pub high: f64,
}

impl Peak {
    /// The peak of `profile`, a score per layer, and of its bootstrap `draws`, `(draws, layers)`.
    ///
    /// A draw in which no layer is defined has no peak; without any that has one the interval is undefined.
    pub fn of(profile: ArrayView1<f64>, draws: ArrayView2<f64>) -> Self {
        let mut peaks: Vec<f64> = {
            let defined = draws.rows().into_iter().filter(|row| row.iter().any(|r| !r.is_nan()));
            defined.map(|row| argmax(row.iter()) as f64).collect()
        };
        peaks.sort_by(f64::total_cmp);
        Self { layer: argmax(profile.iter()), low: quantile(&peaks, 0.025), high: quantile(&peaks, 0.975) }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_flat_profile_has_a_wide_interval() {
        let peak = Peak::of(array![0.1, 0.11, 0.1].view(), array![[0.2, 0.1, 0.1], [0.1, 0.1, 0.2]].view());
        assert_eq!(peak.layer, 1);
        assert!(peak.low < 0.2 && peak.high > 1.8);
    }

    #[test]
    fn draws_without_a_score_have_no_peak() {
        let (nan, profile) = (f64::NAN, array![0.1, 0.3]);
        let peak = Peak::of(profile.view(), array![[nan, nan], [nan, 0.2]].view());
        assert_eq!((peak.layer, peak.low, peak.high), (1, 1.0, 1.0));
        let peak = Peak::of(profile.view(), array![[nan, nan]].view());
        assert!(peak.layer == 1 && peak.low.is_nan() && peak.high.is_nan());
    }
}
