//! What a signal does over a whole run.

use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use crate::{Error, checks};

/// What is taken away from each column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// Its mean.
    Constant,
    /// The line that is nearest to it in the sense of least squares.
    Linear,
}

impl Trend {
    /// The signals `(samples, channels)` without their trend; `scipy.signal.detrend`.
    ///
    /// With t the sample's distance from the middle of the run, x - m - t sum(t x) / sum(t^2).
    ///
    /// # Errors
    /// [`Error::Short`] where there are fewer than 1 sample, or 2 for a line, and [`Error::NotFinite`].
    pub fn remove(self, x: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        let needed = if self == Self::Linear { 2 } else { 1 };
        if x.nrows() < needed {
            return Err(Error::Short { what: "a trend", needed, samples: x.nrows() });
        }
        checks::finite(x, 0)?;
        let mut values = x.to_owned();
        values -= &x.mean_axis(Axis(0)).expect("there are samples");
        if self == Self::Linear {
            values.axis_iter_mut(Axis(1)).for_each(|mut column| {
                let middle = (column.len() - 1) as f64 / 2.0;
                let times = (0..column.len()).map(|sample| sample as f64 - middle);
                let square: f64 = times.clone().map(|t| t * t).sum();
                let slope = times.clone().zip(&column).map(|(t, x)| t * x).sum::<f64>() / square;
                column.iter_mut().zip(times).for_each(|(x, t)| *x -= slope * t);
            });
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_leaves_nothing() {
        let x = Array2::from_shape_fn((101, 2), |(i, j)| 3.0 + (j as f64 + 1.0) * i as f64);
        assert!(Trend::Linear.remove(x.view()).expect("it can be done").iter().all(|v| v.abs() < 1e-11));
        let constant = Trend::Constant.remove(x.view()).expect("it can be done");
        approx::assert_abs_diff_eq!(constant[[0, 0]], -50.0, epsilon = 1e-12);
        assert!(Trend::Linear.remove(x.slice(ndarray::s![..1, ..])).is_err());
    }
}
