//! Intervals of what follows from the covariances between signals, by resampling stretches of samples.
//!
//! Neighbouring samples share signal, so whole stretches are drawn, the same draw for every signal and target.
//! As for scores, distances from the value are widened by sqrt(m / (m - 1)) for m stretches; one stretch gives none.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::inference::bootstrap::{multinomial, quantile};
use crate::{Error, Estimate};

/// How samples are resampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stretches {
    /// Samples of a stretch, more than the autocorrelation is long; the last stretch may be shorter.
    pub length: usize,
    /// Number of draws.
    pub draws: usize,
    /// What decides the draws.
    pub seed: u64,
}

/// What a 95 % interval leaves out on each side.
const TAIL: f64 = 0.025;

impl Stretches {
    /// How often each stretch of `samples` samples is drawn, `(draws, stretches)`.
    ///
    /// # Errors
    /// [`Error::Stretch`] if a stretch has no samples.
    pub(crate) fn counts(&self, samples: usize) -> Result<Array2<f64>, Error> {
        if self.length == 0 {
            return Err(Error::Stretch);
        }
        let stretches = samples.div_ceil(self.length);
        Ok(multinomial(self.draws, stretches, &mut StdRng::seed_from_u64(self.seed)))
    }
}

/// Sums over stretches of several signals of one target and of their products.
pub(crate) struct StretchSums {
    /// Samples of each stretch, `(stretches)`.
    samples: Array1<f64>,
    /// `(stretches, signals)`.
    sums: Array2<f64>,
    /// `(stretches, signals * signals)`.
    products: Array2<f64>,
}

impl StretchSums {
    /// The sums of `signals`, `(signals, samples)`, each measured from its mean, in stretches of `length` samples.
    ///
    /// A signal that does not vary beyond rounding becomes exactly 0.
    pub fn of(signals: ArrayView2<f64>, length: usize) -> Self {
        let (n, samples) = signals.dim();
        let centred = centred(signals);
        let stretches: Vec<_> =
            (0..samples).step_by(length).map(|start| start..(start + length).min(samples)).collect();
        let mut sums = Array2::zeros((stretches.len(), n));
        let mut products = Array2::zeros((stretches.len(), n * n));
        for (i, stretch) in stretches.iter().enumerate() {
            let y = centred.slice(s![.., stretch.clone()]);
            sums.row_mut(i).assign(&y.sum_axis(Axis(1)));
            products.row_mut(i).assign(&Array1::from_iter(y.dot(&y.t())));
        }
        Self { samples: stretches.iter().map(|stretch| stretch.len() as f64).collect(), sums, products }
    }

    /// Covariances `(signals, signals)` with every stretch counted as often as `counts`, `(stretches)`, says.
    ///
    /// The divisor is the number of samples; only ratios of covariances are used.
    fn covariance(&self, counts: ArrayView1<f64>) -> Array2<f64> {
        let n = self.sums.ncols();
        let samples = counts.dot(&self.samples);
        let mean = counts.dot(&self.sums) / samples;
        let products = counts.dot(&self.products) / samples;
        Array2::from_shape_fn((n, n), |(i, j)| products[i * n + j] - mean[i] * mean[j])
    }

    /// Covariances `(signals, signals)` of all samples.
    pub fn whole(&self) -> Array2<f64> {
        self.covariance(Array1::ones(self.samples.len()).view())
    }

    /// `statistic` of the covariances, with the interval over `counts`, `(draws, stretches)`.
    pub fn estimate(&self, counts: ArrayView2<f64>, statistic: impl Fn(ArrayView2<f64>) -> f64) -> Estimate {
        let stretches = self.samples.len();
        let value = statistic(self.whole().view());
        let m = stretches as f64;
        let widening = if stretches > 1 { (m / (m - 1.0)).sqrt() } else { f64::NAN };
        let drawn = counts.rows().into_iter().map(|counts| statistic(self.covariance(counts).view()));
        let widened = drawn.map(|drawn| value + widening * (drawn - value));
        let mut widened: Vec<f64> = widened.filter(|value| !value.is_nan()).collect();
        widened.sort_by(f64::total_cmp);
        Estimate { value, low: quantile(&widened, TAIL), high: quantile(&widened, 1.0 - TAIL) }
    }
}

/// Signals `(signals, samples)` less their means; exactly 0 where only rounding varies.
fn centred(signals: ArrayView2<f64>) -> Array2<f64> {
    let mut centred = signals.to_owned();
    for mut signal in centred.rows_mut() {
        let squares = signal.dot(&signal);
        let mean = signal.mean().unwrap_or(0.0);
        signal -= mean;
        if signal.dot(&signal) <= signal.len() as f64 * f64::EPSILON * squares {
            signal.fill(0.0);
        }
    }
    centred
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{array, concatenate};

    use super::*;

    fn signals() -> Array2<f64> {
        array![[1.0, 4.0, 2.0, 2.0, 7.0, 1.0, 3.0], [0.0, 1.0, 5.0, 2.0, 2.0, 8.0, 2.0]] + 100.0
    }

    /// Covariance with divisor n of two rows, from its definition.
    fn by_definition(y: ArrayView2<f64>) -> f64 {
        let centre = |row: usize| &y.row(row) - y.row(row).mean().expect("there are samples");
        centre(0).dot(&centre(1)) / y.ncols() as f64
    }

    #[test]
    fn counting_stretches_is_writing_them_again() {
        let y = signals();
        let sums = StretchSums::of(y.view(), 3);
        let again = concatenate![Axis(1), y.slice(s![.., 0..3]), y.slice(s![.., 0..3]), y.slice(s![.., 6..])];
        let found = sums.covariance(array![2.0, 0.0, 1.0].view());
        assert_abs_diff_eq!(found[[0, 1]], by_definition(again.view()), epsilon = 1e-10);
        let all = sums.covariance(array![1.0, 1.0, 1.0].view());
        assert_abs_diff_eq!(all[[0, 1]], by_definition(y.view()), epsilon = 1e-10);
    }

    #[test]
    fn one_stretch_has_no_interval() -> Result<(), Error> {
        let counts = Stretches { length: 10, draws: 20, seed: 1 }.counts(7)?;
        let found = StretchSums::of(signals().view(), 10).estimate(counts.view(), |c| c[[0, 1]]);
        assert!(!found.value.is_nan() && found.low.is_nan() && found.high.is_nan());
        Ok(())
    }

    #[test]
    fn a_silent_signal_is_exactly_silent() {
        let found = StretchSums::of(array![[0.1, 0.1, 0.1], [1.0, 2.0, 4.0]].view(), 2);
        assert_eq!(found.covariance(array![1.0, 1.0].view())[[0, 0]], 0.0);
    }

    #[test]
    fn a_stretch_without_samples_is_refused() {
        assert!(matches!(Stretches { length: 0, draws: 1, seed: 1 }.counts(5), Err(Error::Stretch)));
    }
}
