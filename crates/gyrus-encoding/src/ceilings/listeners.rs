//! How alike listeners are: a yardstick for a model of what they share, not a bound.
//!
//! Leave-one-out inter-subject correlation (Hasson et al. 2004; Nastase et al. 2019):
//! for each listener, r between their signal and the sum of everybody else's z-scored signals.
//! It is not clamped, and it says nothing about what one listener hears alone.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::rows::stretches::StretchSums;
use crate::{Error, Estimate, Stretches, correlation, finite};

/// Leave-one-out r, `(listeners, targets)`, of signals `(samples, targets)` that share samples and targets.
///
/// A listener whose target is constant scores NaN there and is left out of the others' sums.
///
/// # Errors
/// [`Error::Listeners`] with fewer than two listeners, [`Error::Rows`] or [`Error::Entries`] if their samples or targets
/// differ in number.
pub fn inter_subject_correlation(signals: &[ArrayView2<f64>]) -> Result<Array2<f64>, Error> {
    let shape = common_shape(signals)?;
    let z: Vec<Array2<f64>> = signals.iter().map(|signal| z_scored(*signal)).collect();
    let total = z.iter().fold(Array2::zeros(shape), |sum: Array2<f64>, z| sum + z);
    let r = |(listener, target): (usize, usize)| {
        let own = z[listener].column(target);
        let others = &total.column(target) - &own;
        correlation(signals[listener].column(target), others.view())
    };
    Ok(Array2::from_shape_fn((signals.len(), shape.1), r))
}

/// The mean over listeners of leave-one-out r, per target, of signals `(samples, targets)`.
///
/// Silent listeners are left out; with fewer than two others a target is undefined.
///
/// # Errors
/// Those of [`inter_subject_correlation`], [`Error::NotFinite`] for a value that is not finite, and
/// [`Error::Stretch`] if a stretch has no samples.
pub fn leave_one_out(signals: &[ArrayView2<f64>], stretches: &Stretches) -> Result<Vec<Estimate>, Error> {
    by_target(signals, stretches, mean_leave_one_out)
}

/// `statistic` of the correlations between the listeners that vary, for every target.
pub(crate) fn by_target(
    signals: &[ArrayView2<f64>],
    stretches: &Stretches,
    statistic: impl Fn(ArrayView2<f64>) -> f64 + Sync,
) -> Result<Vec<Estimate>, Error> {
    let (samples, targets) = common_shape(signals)?;
    signals.iter().try_for_each(|signal| finite::check("a listener's signal", *signal))?;
    let counts = stretches.counts(samples)?;
    let one = |target: usize| {
        let sums = StretchSums::of(of_target(signals, target).view(), stretches.length);
        sums.estimate(counts.view(), |c| statistic(correlations(c).view()))
    };
    Ok((0..targets).into_par_iter().map(one).collect())
}

/// The signals of one target, `(listeners, samples)`.
pub(crate) fn of_target(signals: &[ArrayView2<f64>], target: usize) -> Array2<f64> {
    let rows: Vec<_> = signals.iter().map(|signal| signal.column(target)).collect();
    ndarray::stack(Axis(0), &rows).expect("listeners share their samples")
}

/// Correlations of those that vary, from covariances `(listeners, listeners)`.
pub(crate) fn correlations(c: ArrayView2<f64>) -> Array2<f64> {
    let vary: Vec<usize> = (0..c.nrows()).filter(|&i| c[[i, i]] > 0.0).collect();
    Array2::from_shape_fn((vary.len(), vary.len()), |(i, j)| {
        let (i, j) = (vary[i], vary[j]);
        c[[i, j]] / (c[[i, i]] * c[[j, j]]).sqrt()
    })
}

/// Mean over i of sum_(j != i) R_ij / sqrt(sum_(j, k != i) R_jk); NaN of fewer than two listeners.
fn mean_leave_one_out(r: ArrayView2<f64>) -> f64 {
    let all = r.sum();
    let one = |listener: usize| {
        let others = r.row(listener).sum() - r[[listener, listener]];
        others / (all - 2.0 * others - r[[listener, listener]]).sqrt()
    };
    match r.nrows() {
        0 | 1 => f64::NAN,
        n => (0..n).map(one).sum::<f64>() / n as f64,
    }
}

/// Samples and targets of every listener.
pub(crate) fn common_shape(signals: &[ArrayView2<f64>]) -> Result<(usize, usize), Error> {
    let [first, _, ..] = signals else {
        return Err(Error::Listeners { listeners: signals.len() });
    };
    match signals.iter().find(|signal| signal.dim() != first.dim()) {
        Some(other) if other.nrows() == first.nrows() => {
            Err(Error::Entries { what: "targets of a listener", found: other.ncols(), expected: first.ncols() })
        }
        Some(other) => Err(Error::Rows { what: "a listener's signal", found: other.nrows(), expected: first.nrows() }),
        None => Ok(first.dim()),
    }
}

/// Columns with mean 0 and standard deviation 1; a constant column becomes 0.
fn z_scored(signal: ArrayView2<f64>) -> Array2<f64> {
    let mut z = signal.to_owned();
    for mut column in z.axis_iter_mut(Axis(1)) {
        let mean = column.mean().unwrap_or(0.0);
        column -= mean;
        let sd = column.std(0.0);
        column.mapv_inplace(|v| if sd > 0.0 { v / sd } else { 0.0 });
    }
    z
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    const STRETCHES: Stretches = Stretches { length: 2, draws: 50, seed: 1 };

    #[test]
    fn two_listeners_correlate_with_each_other() -> Result<(), Error> {
        let (a, b) = (array![[1.0], [2.0], [4.0], [3.0]], array![[10.0], [30.0], [20.0], [50.0]]);
        let r = inter_subject_correlation(&[a.view(), b.view()])?;
        let expected = correlation(a.column(0), b.column(0));
        assert_abs_diff_eq!(r, array![[expected], [expected]], epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn a_silent_listener_is_undefined_and_hurts_nobody() -> Result<(), Error> {
        let (a, silent) = (array![[1.0], [2.0], [4.0]], array![[5.0], [5.0], [5.0]]);
        let r = inter_subject_correlation(&[a.view(), a.view(), silent.view()])?;
        assert_abs_diff_eq!(r[[0, 0]], 1.0, epsilon = 1e-12);
        assert!(r[[2, 0]].is_nan());
        let mean = leave_one_out(&[a.view(), a.view(), silent.view()], &STRETCHES)?;
        assert_abs_diff_eq!(mean[0].value, 1.0, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn the_mean_agrees_with_r_of_every_listener() -> Result<(), Error> {
        let listener = |k: usize| Array2::from_shape_fn((30, 2), |(i, t)| ((i * (3 + k) + t * 7) % (11 + k)) as f64);
        let signals: Vec<_> = (0..4).map(listener).collect();
        let views: Vec<_> = signals.iter().map(|signal| signal.view()).collect();
        let means = inter_subject_correlation(&views)?.mean_axis(Axis(0)).expect("there are listeners");
        for (found, expected) in leave_one_out(&views, &STRETCHES)?.iter().zip(means) {
            assert_abs_diff_eq!(found.value, expected, epsilon = 1e-12);
        }
        Ok(())
    }

    #[test]
    fn one_listener_has_no_ceiling() {
        let alone = array![[1.0], [2.0]];
        assert!(matches!(inter_subject_correlation(&[alone.view()]), Err(Error::Listeners { listeners: 1 })));
        assert!(leave_one_out(&[alone.view()], &STRETCHES).is_err());
    }

    #[test]
    fn one_listener_who_varies_is_undefined() -> Result<(), Error> {
        let (a, silent) = (array![[1.0], [2.0], [4.0]], array![[5.0], [5.0], [5.0]]);
        assert!(leave_one_out(&[a.view(), silent.view()], &STRETCHES)?[0].value.is_nan());
        Ok(())
    }
}
