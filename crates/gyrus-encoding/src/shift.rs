//! The null of a score: the same analysis on a recording turned around its own run.
//!
//! A circular shift keeps the autocorrelation of both sides and breaks only their alignment,
//! where a plain p value of r would take neighbouring rows for independent ones.

use ndarray::{Array2, ArrayView2, concatenate, s};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// `n` different shifts of a run of `rows` rows, at least `gap` from both ends, decided by `seed`;
/// fewer if the run has fewer.
pub fn circular_shifts(rows: usize, gap: usize, n: usize, seed: u64) -> Vec<usize> {
    let mut shifts: Vec<usize> = (gap.max(1)..=rows.saturating_sub(gap.max(1))).collect();
    shifts.shuffle(&mut StdRng::seed_from_u64(seed));
    shifts.truncate(n);
    shifts
}

/// `y` with its rows moved down by `shift`, the last ones coming first.
pub fn shifted(y: ArrayView2<f64>, shift: usize) -> Array2<f64> {
    let cut = y.nrows() - shift % y.nrows();
    concatenate![ndarray::Axis(0), y.slice(s![cut.., ..]), y.slice(s![..cut, ..])]
}

/// One-sided p value: (1 + null values at least as large as `observed`) / (1 + null values).
///
/// Undefined null values are not counted; the p value is undefined if `observed` is, or if no null value is defined.
pub fn p_value(observed: f64, null: &[f64]) -> f64 {
    let defined = null.iter().filter(|value| !value.is_nan()).count();
    if observed.is_nan() || defined == 0 {
        return f64::NAN;
    }
    let as_large = null.iter().filter(|value| **value >= observed).count();
    (1 + as_large) as f64 / (1 + defined) as f64
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn rows_go_around() {
        assert_eq!(shifted(array![[1.0], [2.0], [3.0]].view(), 1), array![[3.0], [1.0], [2.0]]);
        assert_eq!(shifted(array![[1.0], [2.0]].view(), 2), array![[1.0], [2.0]]);
    }

    #[test]
    fn shifts_keep_the_gap_and_differ() {
        let shifts = circular_shifts(100, 20, 1000, 3);
        assert_eq!(shifts.len(), 61);
        assert!(shifts.iter().all(|shift| (20..=80).contains(shift)));
    }

    #[test]
    fn p_value_is_never_zero() {
        assert_eq!(p_value(5.0, &[1.0, 2.0, 3.0]), 0.25);
    }

    #[test]
    fn an_undefined_null_is_no_evidence() {
        assert!(p_value(f64::NAN, &[1.0]).is_nan());
        assert!(p_value(1.0, &[f64::NAN, f64::NAN]).is_nan());
        assert_eq!(p_value(1.0, &[f64::NAN, 2.0]), 1.0);
    }
}
