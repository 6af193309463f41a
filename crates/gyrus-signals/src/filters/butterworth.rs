//! Butterworth filters, as flat as can be where they let pass.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::poles::Poles;
use super::{Band, Sections};
use crate::{Error, checks};

/// Highest order: beyond it the poles of narrow bands are lost in rounding.
const HIGHEST: usize = 16;

/// A Butterworth filter, designed as `scipy.signal.butter(order, band, output="sos")` and run forward and backward.
///
/// |H(f)|^2 = 1 / (1 + (tan(pi f / r) / tan(pi c / r))^(2 n)) for a low-pass of order n with cut-off c at rate r; run both
/// ways this is the gain, one half at the cut-off. A band has n poles at either edge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Butterworth {
    /// Order n, from 1 to 16; a pass through a band and back falls by 40 n dB a decade.
    pub order: usize,
    /// What passes.
    pub band: Band,
}

impl Butterworth {
    /// The filter for signals of `rate` hertz.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the order; edges that the rate does not hold.
    pub fn design(&self, rate: f64) -> Result<Sections, Error> {
        checks::within("the order of a filter", 1, HIGHEST, self.order)?;
        self.band.check(rate)?;
        Ok(Poles::butterworth(self.order, self.band, rate / 2.0).sections())
    }

    /// The signals `(samples, channels)` at `rate` hertz, filtered by [`Sections::forward_backward`].
    ///
    /// # Errors
    /// Those of [`Butterworth::design`] and of [`Sections::forward_backward`].
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        self.design(rate)?.forward_backward(x)
    }
}
