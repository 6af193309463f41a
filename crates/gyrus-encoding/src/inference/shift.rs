//! The null of a score: the same analysis on a recording turned around its own run.
//!
//! A circular shift keeps the autocorrelation of both sides and breaks only their alignment,
//! where a plain p value of r would take neighbouring rows for independent ones.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, concatenate, s};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use crate::rows::row_order::different;
use crate::{Error, RowOrder, Runs};

/// The least shift of a null unless another is asked for, in rows: every shift but none.
///
/// It has nothing to do with the gap of the folds. Under the null all shifts of a run are alike, the one that was
/// recorded among them, so any part of the others may stand for them only if it is not chosen by how near it is:
/// scores at shifts near 0 are nearly the observed one, and a null without them calls noise significant too often.
/// On AR(1) noise with coefficient .9, p <= .05 happens 5 times in 100 with shifts from 1 row;
/// with shifts from 40 rows 5.5 times in a run of 5,000, 8 times in a run of 400 and 13 times in runs of 120 to 200
/// (`tests/scripts/shift_null.py`). The price is power: where there is a tie, shifts shorter than the autocorrelation
/// keep a part of it, and p cannot fall much below their share of the run.
pub const LEAST_SHIFT: usize = 1;

/// `n` different shifts of a run of `rows` rows, at least `least` from both ends ([`LEAST_SHIFT`]), decided by `seed`;
/// fewer if the run has fewer.
pub fn circular_shifts(rows: usize, least: usize, n: usize, seed: u64) -> Vec<usize> {
    let least = least.max(1);
    let mut shifts: Vec<usize> = (least..=rows.saturating_sub(least)).collect();
    shifts.shuffle(&mut StdRng::seed_from_u64(seed));
    shifts.truncate(n);
    shifts
}

/// `n` different orders in which each run has gone around by a shift of its own, at least `least` from both its ends
/// ([`LEAST_SHIFT`]), decided by `seed`; fewer if there are fewer.
///
/// # Errors
/// [`Error::ShortRun`] if a run has fewer rows than two of the least shift, and so could not be moved.
pub fn shifts_within_runs(runs: &Runs, least: usize, n: usize, seed: u64) -> Result<Vec<RowOrder>, Error> {
    let least = least.max(1);
    runs.at_least(least.saturating_mul(2))?;
    let shifts = runs.stretches().iter().map(|run| run.len() - 2 * least + 1);
    let orders = shifts.fold(usize::from(runs.rows() > 0), usize::saturating_mul);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut turned = |run: &Range<usize>| {
        let cut = run.end - rng.random_range(least..=run.len() - least);
        [cut..run.end, run.start..cut]
    };
    Ok(different(n, orders, || RowOrder::new(runs.stretches().iter().flat_map(&mut turned).collect())))
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
    fn shifts_keep_from_both_ends_and_differ() {
        let shifts = circular_shifts(100, 20, 1000, 3);
        assert_eq!(shifts.len(), 61);
        assert!(shifts.iter().all(|shift| (20..=80).contains(shift)));
        let mut all = circular_shifts(100, LEAST_SHIFT, 1000, 3);
        all.sort_unstable();
        assert_eq!(all, (1..100).collect::<Vec<_>>());
    }

    #[test]
    fn each_run_goes_around_by_itself() -> Result<(), Error> {
        let runs = Runs::new(&[20, 9])?;
        let orders = shifts_within_runs(&runs, 4, 10_000, 3)?;
        assert_eq!(orders.len(), 13 * 2);
        let y = Array2::from_shape_fn((29, 2), |(row, column)| (row * 2 + column) as f64);
        let expected = |a: usize, b: usize| {
            concatenate![ndarray::Axis(0), shifted(y.slice(s![..20, ..]), a), shifted(y.slice(s![20.., ..]), b)]
        };
        for order in &orders {
            let moved = order.apply(y.view())?;
            let all = (4..=16).flat_map(|a| [4, 5].map(|b| (a, b)));
            assert_eq!(all.filter(|(a, b)| moved == expected(*a, *b)).count(), 1);
        }
        Ok(())
    }

    #[test]
    fn run_shifts_are_decided_by_the_seed() -> Result<(), Error> {
        let draw = |seed| shifts_within_runs(&Runs::new(&[40, 50, 60])?, 5, 7, seed);
        assert_eq!(draw(1)?, draw(1)?);
        assert_ne!(draw(1)?, draw(2)?);
        Ok(())
    }

    #[test]
    fn a_run_of_less_than_two_least_shifts_cannot_be_shifted() -> Result<(), Error> {
        assert!(matches!(shifts_within_runs(&Runs::new(&[9, 7])?, 4, 5, 0), Err(Error::ShortRun { run: 1, .. })));
        assert!(shifts_within_runs(&Runs::unbroken(0), 4, 5, 0)?.is_empty());
        Ok(())
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
