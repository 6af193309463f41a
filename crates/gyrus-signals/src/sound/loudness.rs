//! The envelope of a sound over all frequencies.

use ndarray::{Array1, ArrayView1, Axis};
use serde::{Deserialize, Serialize};

use crate::{Band, Butterworth, Error, Resample, TransformLength, envelope};

/// The amplitude of the analytic signal of a sound, through a low-pass, at another rate.
///
/// The transform is of the whole sound, with zeros up to a good length: 16 bytes a sample are needed beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SoundEnvelope {
    /// Cut-off of a Butterworth low-pass of order 4, forward and backward, in hertz.
    pub low_pass: f64,
    /// The rate wanted, in hertz, by [`Resample`].
    pub rate: f64,
}

impl Default for SoundEnvelope {
    /// What changes more slowly than 8 Hz, 100 times a second.
    fn default() -> Self {
        Self { low_pass: 8.0, rate: 100.0 }
    }
}

impl SoundEnvelope {
    /// The envelope of `sound` at `rate` hertz; value i stands i divided by the rate wanted after the first sample.
    ///
    /// # Errors
    /// Those of [`Butterworth::apply`](crate::Butterworth::apply) and [`Resample::apply`].
    pub fn apply(&self, sound: ArrayView1<f64>, rate: f64) -> Result<Array1<f64>, Error> {
        let filter = Butterworth { order: 4, band: Band::Low(self.low_pass) };
        filter.design(rate)?;
        let amplitude = envelope(sound.insert_axis(Axis(1)), TransformLength::Good)?;
        let smooth = filter.apply(amplitude.view(), rate)?;
        Ok(Resample { rate: self.rate }.apply(smooth.view(), rate)?.remove_axis(Axis(1)))
    }
}
