//! Signals in units of their own standard deviation.

use ndarray::{Array2, ArrayView2, Axis};

use crate::{Error, checks};

/// Largest standard deviation that is rounding, as a share of the largest value.
const ROUNDING: f64 = 1e-13;

/// Signals of mean 0 and standard deviation 1 over a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardised {
    /// `(samples, channels)`; columns that are undefined are NaN.
    pub values: Array2<f64>,
    /// Columns, from 0, that do not change, whose standard deviation is no more than rounding.
    pub undefined: Vec<usize>,
}

/// (x - m) / s with the mean m and the standard deviation s of each column of `(samples, channels)`, the root of the mean
/// squared distance from m.
///
/// # Errors
/// [`Error::Short`] where there is no sample, [`Error::NotFinite`].
pub fn standardised(x: ArrayView2<f64>) -> Result<Standardised, Error> {
    if x.nrows() == 0 {
        return Err(Error::Short { what: "a standard deviation", needed: 1, samples: 0 });
    }
    checks::finite(x, 0)?;
    let mut values = x.to_owned();
    values -= &x.mean_axis(Axis(0)).expect("there are samples");
    let mut undefined = Vec::new();
    for (index, mut column) in values.axis_iter_mut(Axis(1)).enumerate() {
        let deviation = (column.iter().map(|v| v * v).sum::<f64>() / x.nrows() as f64).sqrt();
        let largest = x.column(index).iter().fold(0.0, |most: f64, v| most.max(v.abs()));
        if deviation <= ROUNDING * largest {
            undefined.push(index);
            column.fill(f64::NAN);
        } else {
            column.mapv_inplace(|v| v / deviation);
        }
    }
    Ok(Standardised { values, undefined })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_channel_is_undefined_and_named() {
        let x = Array2::from_shape_fn((1000, 3), |(i, j)| if j == 1 { 0.1 } else { (i as f64 * 0.7).sin() + 5.0 });
        let found = standardised(x.view()).expect("it can be done");
        assert_eq!(found.undefined, [1]);
        assert!(found.values.column(1).iter().all(|v| v.is_nan()));
        let column = found.values.column(0);
        approx::assert_abs_diff_eq!(column.mean().expect("it can be done"), 0.0, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(column.std(0.0), 1.0, epsilon = 1e-12);
        assert!(standardised(Array2::zeros((0, 3)).view()).is_err());
        assert_eq!(standardised(Array2::zeros((5, 1)).view()).expect("it can be done").undefined, [0]);
    }
}
