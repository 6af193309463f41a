//! Resampling by a ratio of whole numbers, as `scipy.signal.resample_poly` with its own filter.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::Ratio;
use crate::columns::map_columns;
use crate::filters::{Window, low_pass};
use crate::{Error, checks};

/// Half of the filter in samples of the lower rate.
const HALF: usize = 10;

/// Shape of the filter's Kaiser window.
const BETA: f64 = 5.0;

/// Signals at another rate, by a low-pass at half of the lower rate under a Kaiser window.
///
/// With u and d the numbers of the ratio, m the larger of them, and h a filter of 20 m + 1 samples with its cut-off at
/// 1 / m and a window of beta 5, y_j = u sum_k h(j d - k u) x_k: sample j stands at the time of j d / u samples before,
/// and there are zeros beyond either end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Resample {
    /// The rate wanted, in hertz.
    pub rate: f64,
}

impl Resample {
    /// The signals `(samples, channels)` at `rate` hertz, at the rate wanted.
    ///
    /// # Errors
    /// Those of [`Ratio::between`], [`Error::NotFinite`].
    pub fn apply(&self, x: ArrayView2<f64>, rate: f64) -> Result<Array2<f64>, Error> {
        checks::finite(x, 0)?;
        Ok(Polyphase::new(Ratio::between(rate, self.rate)?).whole(x))
    }
}

/// The filter, with the values that meet the same places side by side.
#[derive(Debug, Clone)]
pub(crate) struct Polyphase {
    ratio: Ratio,
    /// Values on either side of the middle, 0 where nothing is to be done.
    half: usize,
    /// For each remainder of (j d - half) / u the values in the order of the samples they meet.
    phases: Vec<Vec<f64>>,
}

/// What is kept of a signal between its pieces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent {
    samples: Vec<f64>,
    /// The signal's sample that is the first of them.
    first: usize,
    given: usize,
}

impl Polyphase {
    pub(crate) fn new(ratio: Ratio) -> Self {
        let (up, larger) = (ratio.up() as usize, ratio.up().max(ratio.down()) as usize);
        let half = if larger == 1 { 0 } else { HALF * larger };
        let mut h = low_pass(2 * half + 1, 1.0 / larger as f64, Window::Kaiser(BETA));
        h.iter_mut().for_each(|h| *h *= up as f64);
        // The first sample met by j is the least k with k u >= j d - half, at h of half + j d - k u.
        let phase = |remainder: usize| {
            let first = 2 * half - (up - remainder) % up;
            (0..=first / up).map(|step| h[first - step * up]).collect()
        };
        Self { ratio, half, phases: (0..up).map(phase).collect() }
    }

    pub(crate) fn ratio(&self) -> Ratio {
        self.ratio
    }

    /// Samples before or after each that it looks at, at the rate before.
    pub(crate) fn reach(&self) -> usize {
        self.half.div_ceil(self.ratio.up() as usize)
    }

    pub(crate) fn whole(&self, x: ArrayView2<f64>) -> Array2<f64> {
        map_columns(x, self.ratio.samples(x.nrows()), Vec::new, |out, row, to| {
            out.clear();
            Recent::default().push(self, row, true, out);
            to.copy_from_slice(out);
        })
    }

    /// First sample, which may lie before the signal, and values that sample `index` of the answer meets.
    fn at(&self, index: usize) -> (i64, &[f64]) {
        let up = i64::from(self.ratio.up());
        let begin = index as i64 * i64::from(self.ratio.down()) - self.half as i64;
        let remainder = begin.rem_euclid(up);
        (begin.div_euclid(up) + i64::from(remainder != 0), &self.phases[remainder as usize])
    }
}

impl Recent {
    /// Takes the next samples and appends what can be given, all of it with the last.
    pub(crate) fn push(&mut self, filter: &Polyphase, x: &[f64], last: bool, out: &mut Vec<f64>) {
        self.samples.extend_from_slice(x);
        let end = self.first + self.samples.len();
        let most = if last { filter.ratio.samples(end) } else { usize::MAX };
        while self.given < most {
            let (begin, values) = filter.at(self.given);
            let to = begin + values.len() as i64;
            if !last && to > end as i64 {
                break;
            }
            let skipped = (self.first as i64 - begin).max(0) as usize;
            let kept = values.len().min((end as i64 - begin).max(0) as usize);
            let from = (begin + skipped as i64) as usize - self.first;
            let values = values.get(skipped..kept).unwrap_or_default();
            out.push(dot(values, &self.samples[from.min(self.samples.len())..]));
            self.given += 1;
        }
        self.forget(filter.at(self.given).0);
    }

    /// Lets go of samples before `begin`, once they are more than the rest.
    fn forget(&mut self, begin: i64) {
        let past = (begin - self.first as i64).clamp(0, self.samples.len() as i64) as usize;
        if 2 * past > self.samples.len() {
            self.samples.drain(..past);
            self.first += past;
        }
    }
}

/// The sum of products as far as both go, in eight sums.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let (whole_a, whole_b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f64 = whole_a.remainder().iter().zip(whole_b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; LANES];
    for (a, b) in whole_a.zip(whole_b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}
