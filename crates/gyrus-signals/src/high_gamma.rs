//! How strong a signal is in a band: high gamma, or any other.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use realfft::{RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use serde::{Deserialize, Serialize};

use crate::columns::map_columns;
use crate::fourier::{EnvelopeValue, good_length};
use crate::{Band, Butterworth, Error, checks};

/// The envelope of one band, or the mean of the envelopes of several.
///
/// With x_b the signal through a Butterworth filter for band b, forward and backward, and z_b = x_b + i H(x_b) its analytic
/// signal, the answer is the mean over bands of what [`EnvelopeValue`] keeps of z_b.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HighGamma {
    /// Edges of the bands in hertz; 64 bands at most.
    pub bands: Vec<(f64, f64)>,
    /// Order of the filters; see [`Butterworth`].
    pub order: usize,
    /// What of the analytic signal is kept.
    pub value: EnvelopeValue,
    /// Whether each band is divided by its mean over the recording (before a logarithm, whose floor is then a share of
    /// that mean), so that high bands, which are weaker, count as much as low ones.
    pub normalised: bool,
}

impl Default for HighGamma {
    /// The amplitude between 70 and 150 Hz, by filters of order 4.
    fn default() -> Self {
        Self { bands: vec![(70.0, 150.0)], order: 4, value: EnvelopeValue::Amplitude, normalised: false }
    }
}

/// How long the transform of a whole recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransformLength {
    /// As long as the recording, as in `scipy.signal.hilbert`: it is taken for periodic.
    #[default]
    Exact,
    /// With zeros up to the next product of twos, threes and fives, as in `mne.io.Raw.apply_hilbert`.
    Good,
}

impl HighGamma {
    /// Some bands between two frequencies that are as wide as each other in the logarithm, each normalised; edges are
    /// rounded to a millionth of a hertz, so that manifests hold them exactly.
    pub fn sub_bands(low: f64, high: f64, bands: usize) -> Self {
        let edge = |index: usize| (low * (high / low).powf(index as f64 / bands as f64) * 1e6).round() / 1e6;
        Self { bands: (0..bands).map(|i| (edge(i), edge(i + 1))).collect(), normalised: true, ..Self::default() }
    }

    /// The filters of the bands.
    pub(crate) fn filters(&self, rate: f64) -> Result<Vec<Butterworth>, Error> {
        checks::within("the number of bands", 1, checks::BANDS, self.bands.len())?;
        self.value.floor().map_or(Ok(0.0), |floor| checks::positive("the floor of a logarithm", floor))?;
        let filter = |&(low, high): &(f64, f64)| {
            let filter = Butterworth { order: self.order, band: Band::Pass(low, high) };
            filter.design(rate).map(|_| filter)
        };
        self.bands.iter().map(filter).collect()
    }

    /// The envelopes of `(samples, channels)` at `rate` hertz, at the same samples.
    ///
    /// Transforms are of whole recordings. A column of zeros, normalised, is NaN.
    ///
    /// # Errors
    /// Edges that the rate does not hold, those of
    /// [`Sections::forward_backward`](crate::Sections::forward_backward), and [`Error::NotPositive`] for a floor.
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        let filters = self.filters(rate)?;
        let share = 1.0 / filters.len() as f64;
        let mut sum = Array2::zeros(x.dim());
        for filter in filters {
            let band = filter.apply(x, rate)?;
            let analytic = Analytic::new(x.nrows(), TransformLength::Exact);
            sum += &self.kept(band.view(), &analytic, share);
        }
        Ok(sum)
    }

    fn kept(&self, band: ArrayView2<f64>, analytic: &Analytic, share: f64) -> Array2<f64> {
        map_columns(band, band.nrows(), Vec::new, |z, row, out| {
            analytic.transform(row, z);
            let mut scale = 1.0;
            if self.normalised {
                self.value.linear().add(z, 1.0, 1.0, out);
                scale = out.iter().sum::<f64>() / out.len() as f64;
                out.fill(0.0);
            }
            self.value.add(z, scale, share, out);
        })
    }
}

/// The amplitude of the analytic signal of each column of `(samples, channels)`; all frequencies count.
///
/// z is the inverse transform of the transform of x, with positive frequencies doubled and negative ones set to 0.
///
/// # Errors
/// [`Error::Short`] where there is no sample, [`Error::NotFinite`].
pub fn envelope(x: ArrayView2<f64>, length: TransformLength) -> Result<Array2<f64>, Error> {
    if x.nrows() == 0 {
        return Err(Error::Short { what: "a Hilbert transform", needed: 1, samples: 0 });
    }
    checks::finite(x, 0)?;
    let analytic = Analytic::new(x.nrows(), length);
    Ok(map_columns(x, x.nrows(), Vec::new, |z, row, out| {
        analytic.transform(row, z);
        EnvelopeValue::Amplitude.add(z, 1.0, 1.0, out);
    }))
}

/// The transforms of one length.
struct Analytic {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn Fft<f64>>,
}

impl Analytic {
    fn new(samples: usize, length: TransformLength) -> Self {
        let n = if length == TransformLength::Exact { samples } else { good_length(samples) };
        let forward = RealFftPlanner::new().plan_fft_forward(n);
        Self { forward, inverse: FftPlanner::new().plan_fft_inverse(n) }
    }

    /// Fills `z` with the analytic signal of `x` and what follows of zeros.
    fn transform(&self, x: &[f64], z: &mut Vec<Complex<f64>>) {
        let n = self.forward.len();
        let mut samples = x.to_vec();
        samples.resize(n, 0.0);
        z.clear();
        z.resize(n, Complex::default());
        self.forward.process(&mut samples, &mut z[..n / 2 + 1]).expect("lengths are those of the plan");
        for (k, value) in z[..n / 2 + 1].iter_mut().enumerate() {
            *value *= if k == 0 || 2 * k == n { 1.0 } else { 2.0 } / n as f64;
        }
        self.inverse.process(z);
    }
}
