//! How alike listeners are: a yardstick for a model of what they share, not a bound.
//!
//! Leave-one-out inter-subject correlation (Hasson et al. 2004; Nastase et al. 2019):
//! for each listener, r between their signal and the sum of everybody else's z-scored signals.
//! It is not clamped, and it says nothing about what one listener hears alone.

use ndarray::{Array2, ArrayView2, Axis};

use crate::Error;
use crate::held_out::correlation;

/// Leave-one-out r, `(listeners, targets)`, of signals `(samples, targets)` that share samples and targets.
///
/// A listener whose target is constant scores NaN there and is left out of the others' sums.
///
/// # Errors
/// [`Error::Listeners`] with fewer than two listeners, [`Error::Rows`] if their samples differ in number.
pub fn inter_subject_correlation(signals: &[ArrayView2<f64>]) -> Result<Array2<f64>, Error> {
    let [first, _, ..] = signals else {
        return Err(Error::Listeners { listeners: signals.len() });
    };
    if let Some(other) = signals.iter().find(|signal| signal.dim() != first.dim()) {
        return Err(Error::Rows { what: "a listener's signal", found: other.nrows(), expected: first.nrows() });
    }
    let z: Vec<Array2<f64>> = signals.iter().map(|signal| z_scored(*signal)).collect();
    let total = z.iter().fold(Array2::zeros(first.dim()), |sum: Array2<f64>, z| sum + z);
    let r = |(listener, target): (usize, usize)| {
        let own = z[listener].column(target);
        let others = &total.column(target) - &own;
        correlation(signals[listener].column(target), others.view())
    };
    Ok(Array2::from_shape_fn((signals.len(), first.ncols()), r))
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
        Ok(())
    }

    #[test]
    fn one_listener_has_no_ceiling() {
        assert!(inter_subject_correlation(&[array![[1.0], [2.0]].view()]).is_err());
    }
}
