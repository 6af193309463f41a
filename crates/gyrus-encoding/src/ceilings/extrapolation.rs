//! What leave-one-out r would be with endlessly many listeners.
//!
//! The idea is that of Schrimpf et al. 2021, who fit a curve to r of growing groups; the curve here is derived.
//! Let each z-scored signal be y_i = sqrt(rho) s + sqrt(1 - rho) e_i, with a shared signal s and independent noise e_i.
//! Then r between one listener and the sum of k others is
//! r(k) = k rho / sqrt(k + k (k - 1) rho) = rho sqrt(k / (1 + (k - 1) rho)), which rises to sqrt(rho).
//! What listeners share besides the stimulus is taken for signal.

use ndarray::{Array1, Array2, ArrayView2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::ceilings::listeners::{by_target, common_shape, correlations, of_target};
use crate::rows::stretches::StretchSums;
use crate::{Error, Estimate, Stretches};

/// Random orders in which the others join a group; each gives one group of every size.
const ORDERS: usize = 32;

/// r of one listener with an endless group, per target, of signals `(samples, targets)`.
///
/// Each size k of the group, from 1 to all others, gives a rho_k by the formula above, solved for rho; their mean over
/// sizes is rho, and the answer is its root. Where rho is negative, the root of -rho with a minus sign: nothing is
/// shared. Groups are decided by the seed of `stretches`.
/// Listeners of different strength g_i share r_ij = g_i g_j; the answer is then close to the mean of g_i.
///
/// # Errors
/// Those of [`leave_one_out`](crate::leave_one_out).
pub fn endless_listeners(signals: &[ArrayView2<f64>], stretches: &Stretches) -> Result<Vec<Estimate>, Error> {
    by_target(signals, stretches, |r| signed_root(shared(r, stretches.seed)))
}

/// Mean r of one listener with groups of 1, 2, ... others, `(sizes, targets)`: the curve that is extrapolated.
///
/// It is undefined in all sizes of a target that is silent in a listener.
///
/// # Errors
/// Those of [`inter_subject_correlation`](crate::inter_subject_correlation).
pub fn group_size_curve(signals: &[ArrayView2<f64>], seed: u64) -> Result<Array2<f64>, Error> {
    let (samples, targets) = common_shape(signals)?;
    let mut curve = Array2::from_elem((signals.len() - 1, targets), f64::NAN);
    for (target, mut column) in curve.columns_mut().into_iter().enumerate() {
        let sums = StretchSums::of(of_target(signals, target).view(), samples.max(1));
        let r = correlations(sums.whole().view());
        if r.nrows() == signals.len() {
            column.assign(&Array1::from(by_group_size(r.view(), seed)));
        }
    }
    Ok(curve)
}

/// sign(v) sqrt(|v|): keeps the order of values, so that bounds stay bounds and a negative one is seen.
pub(crate) fn signed_root(v: f64) -> f64 {
    v.abs().sqrt().copysign(v)
}

/// rho from the correlations between listeners; NaN of fewer than two.
fn shared(r: ArrayView2<f64>, seed: u64) -> f64 {
    let curve = by_group_size(r, seed);
    curve.iter().enumerate().map(|(i, &r)| solved(r, (i + 1) as f64)).sum::<f64>() / curve.len() as f64
}

/// The rho at which a group of `k` gives `r`: the root of k rho^2 - r^2 (k - 1) rho - r^2 = 0 that has the sign of r.
fn solved(r: f64, k: f64) -> f64 {
    let half = r * r * (k - 1.0);
    (half + (half * half + 4.0 * k * r * r).sqrt().copysign(r)) / (2.0 * k)
}

/// Mean r of one listener with groups of 1, 2, ... others, over listeners and random orders in which others join.
fn by_group_size(r: ArrayView2<f64>, seed: u64) -> Vec<f64> {
    let n = r.nrows();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..n).collect();
    let mut curve = vec![0.0; n.saturating_sub(1)];
    for _ in 0..ORDERS {
        order.shuffle(&mut rng);
        for listener in 0..n {
            add_growing_group(&mut curve, r, listener, &order);
        }
    }
    curve.iter().map(|sum| sum / (ORDERS * n) as f64).collect()
}

/// Adds r of `listener` with the first, the first two, ... of `order` without the listener.
fn add_growing_group(curve: &mut [f64], r: ArrayView2<f64>, listener: usize, order: &[usize]) {
    let (mut with_group, mut within_group) = (0.0, 0.0);
    let others = order.iter().filter(|other| **other != listener);
    for (size, (sum, &other)) in curve.iter_mut().zip(others.clone()).enumerate() {
        let earlier: f64 = others.clone().take(size).map(|&earlier| r[[earlier, other]]).sum();
        with_group += r[[listener, other]];
        within_group += r[[other, other]] + 2.0 * earlier;
        *sum += with_group / within_group.sqrt();
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;
    use rand::Rng;
    use rand_distr::StandardNormal;

    use super::*;
    use crate::{inter_subject_correlation, leave_one_out};

    const STRETCHES: Stretches = Stretches { length: 25, draws: 100, seed: 4 };

    /// One signal in listeners whose correlation with it is `strengths`: `[listener]` of `(samples, targets)`.
    fn simulate(strengths: &[f64], samples: usize, targets: usize, seed: u64) -> Vec<Array2<f64>> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut normal = || Array2::from_shape_simple_fn((samples, targets), || rng.sample::<f64, _>(StandardNormal));
        let signal = normal();
        strengths.iter().map(|g| *g * &signal + (1.0 - g * g).sqrt() * normal()).collect()
    }

    fn views(signals: &[Array2<f64>]) -> Vec<ArrayView2<'_, f64>> {
        signals.iter().map(|signal| signal.view()).collect()
    }

    fn mean(estimates: &[Estimate]) -> f64 {
        estimates.iter().map(|estimate| estimate.value).sum::<f64>() / estimates.len() as f64
    }

    /// With all correlations equal to rho, every group size gives rho again, of either sign.
    #[test]
    fn equal_correlations_are_found_exactly() {
        for rho in [0.3, 0.01, -0.05, 1.0] {
            let r = Array2::from_shape_fn((6, 6), |(i, j)| if i == j { 1.0 } else { rho });
            assert_abs_diff_eq!(shared(r.view(), 1), rho, epsilon = 1e-12);
            for (i, found) in by_group_size(r.view(), 1).iter().enumerate() {
                let k = (i + 1) as f64;
                assert_abs_diff_eq!(*found, rho * (k / (1.0 + (k - 1.0) * rho)).sqrt(), epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn the_limit_is_the_planted_strength() -> Result<(), Error> {
        let signals = simulate(&[0.5; 8], 1500, 20, 1);
        let (found, finite) = (
            mean(&endless_listeners(&views(&signals), &STRETCHES)?),
            mean(&leave_one_out(&views(&signals), &STRETCHES)?),
        );
        assert_abs_diff_eq!(found, 0.5, epsilon = 0.01);
        assert_abs_diff_eq!(finite, 0.25 * (7.0_f64 / (1.0 + 6.0 * 0.25)).sqrt(), epsilon = 0.01);
        Ok(())
    }

    /// The answer does not depend on how many listeners there were, where leave-one-out r does.
    #[test]
    fn few_listeners_point_to_the_same_limit() -> Result<(), Error> {
        let signals = simulate(&[0.4; 16], 1500, 20, 2);
        let few = mean(&endless_listeners(&views(&signals[..4]), &STRETCHES)?);
        let many = mean(&endless_listeners(&views(&signals), &STRETCHES)?);
        assert_abs_diff_eq!(few, many, epsilon = 0.015);
        Ok(())
    }

    #[test]
    fn unequal_listeners_are_averaged() -> Result<(), Error> {
        let signals = simulate(&[0.2, 0.3, 0.4, 0.5, 0.6, 0.7], 3000, 20, 3);
        assert_abs_diff_eq!(mean(&endless_listeners(&views(&signals), &STRETCHES)?), 0.45, epsilon = 0.02);
        Ok(())
    }

    #[test]
    fn intervals_hold_the_limit() -> Result<(), Error> {
        let signals = simulate(&[0.5; 6], 600, 300, 5);
        let found = endless_listeners(&views(&signals), &STRETCHES)?;
        let covered = found.iter().filter(|e| e.low <= 0.5 && 0.5 <= e.high).count();
        assert!((270..=298).contains(&covered), "{covered} of 300");
        Ok(())
    }

    /// The largest group is everybody else.
    #[test]
    fn the_curve_ends_at_leave_one_out() -> Result<(), Error> {
        let signals = simulate(&[0.5, 0.7, 0.2, 0.6], 200, 3, 6);
        let curve = group_size_curve(&views(&signals), 8)?;
        let last = inter_subject_correlation(&views(&signals))?.mean_axis(Axis(0)).expect("there are listeners");
        assert_eq!(curve.dim(), (3, 3));
        assert_abs_diff_eq!(curve.row(2).to_owned(), last, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn listeners_who_share_nothing_have_no_limit() -> Result<(), Error> {
        let signals = simulate(&[0.0; 6], 500, 100, 7);
        let found = endless_listeners(&views(&signals), &STRETCHES)?;
        let rho = found.iter().map(|e| e.value * e.value.abs()).sum::<f64>() / 100.0;
        assert!(rho.abs() < 0.004 && found.iter().any(|e| e.value < 0.0), "{rho}");
        Ok(())
    }

    #[test]
    fn a_silent_listener_is_left_out() -> Result<(), Error> {
        let mut signals = simulate(&[0.6; 4], 300, 1, 8);
        let without = endless_listeners(&views(&signals[..3]), &STRETCHES)?[0];
        signals[3].fill(2.0);
        assert_eq!(endless_listeners(&views(&signals), &STRETCHES)?[0], without);
        assert!(group_size_curve(&views(&signals), 1)?.iter().all(|r| r.is_nan()));
        Ok(())
    }
}
