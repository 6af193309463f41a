//! Recursive filters of second order, one after another, as `scipy.signal` has them.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use serde::{Deserialize, Serialize};

use crate::columns::TOGETHER;
use crate::{Error, checks};

/// The same sample of some channels.
type Lanes = [f64; TOGETHER];

/// A filter of second order: a_0 y_t = b_0 x_t + b_1 x_(t-1) + b_2 x_(t-2) - a_1 y_(t-1) - a_2 y_(t-2), with a_0 = 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// b_0, b_1, b_2.
    pub b: [f64; 3],
    /// a_1, a_2.
    pub a: [f64; 2],
}

/// Filters of second order, one after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sections(Vec<Section>);

impl Sections {
    pub(crate) fn new(sections: Vec<Section>) -> Self {
        Self(sections)
    }

    /// The filters, in the order in which they work.
    pub fn sections(&self) -> &[Section] {
        &self.0
    }

    /// Samples by which a signal is extended at either end before it is filtered: 3 (2 n + 1 - m) for n filters, where
    /// m of them are of first order; what `scipy.signal.sosfiltfilt` takes unless told otherwise.
    pub fn padding(&self) -> usize {
        let zero = |count: fn(&&Section) -> bool| self.0.iter().filter(count).count();
        3 * (2 * self.0.len() + 1 - zero(|s| s.b[2] == 0.0).min(zero(|s| s.a[1] == 0.0)))
    }

    /// The square of the gain at `turns` periods a sample: the gain of the filter run forward and backward.
    pub fn power_gain(&self, turns: f64) -> f64 {
        let z = Complex::cis(-std::f64::consts::TAU * turns);
        let gain = |s: &Section| {
            let (above, below) = ((z * s.b[2] + s.b[1]) * z + s.b[0], (z * s.a[1] + s.a[0]) * z + 1.0);
            above.norm_sqr() / below.norm_sqr()
        };
        self.0.iter().map(gain).product()
    }

    /// The signals `(samples, channels)`, filtered forward and then backward: no shift in time, and the gain squared.
    ///
    /// Each signal is extended at both ends by [`Sections::padding`] samples, turned about the end both in time and in
    /// value, and each filter begins in the state that a constant of the first value leaves it in, as in
    /// `scipy.signal.sosfiltfilt`.
    ///
    /// # Errors
    /// [`Error::Short`] for signals that are no longer than the extension, [`Error::NotFinite`].
    pub fn forward_backward(&self, x: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        let padding = self.padding();
        if x.nrows() <= padding {
            let what = "a filter that runs forward and backward";
            return Err(Error::Short { what, needed: padding + 1, samples: x.nrows() });
        }
        checks::finite(x, 0)?;
        let mut out = Array2::zeros(x.dim());
        let groups = x.axis_chunks_iter(Axis(1), TOGETHER).zip(out.axis_chunks_iter_mut(Axis(1), TOGETHER));
        let groups: Vec<_> = groups.collect();
        let states = self.settled();
        groups.into_par_iter().for_each_init(Vec::new, |lanes, (from, to)| {
            extended(from, padding, lanes);
            self.run(&states, lanes.iter_mut());
            self.run(&states, lanes.iter_mut().rev());
            put_back(&lanes[padding..], to);
        });
        Ok(out)
    }

    /// The states in which a constant of 1 leaves the filters, (n, 2); `scipy.signal.sosfilt_zi`.
    fn settled(&self) -> Vec<[f64; 2]> {
        let mut scale = 1.0;
        let mut state = |s: &Section| {
            let (first, second) = (s.b[1] - s.a[0] * s.b[0], s.b[2] - s.a[1] * s.b[0]);
            let below = 1.0 + s.a[0] + s.a[1];
            let z = (first + second) / below;
            let state = [scale * z, scale * ((1.0 + s.a[0]) * z - first)];
            scale *= s.b.iter().sum::<f64>() / below;
            state
        };
        self.0.iter().map(&mut state).collect()
    }

    /// Filters samples in the order given, from the state that suits the first.
    fn run<'a>(&self, settled: &[[f64; 2]], samples: impl Iterator<Item = &'a mut Lanes>) {
        let mut samples = samples.peekable();
        let Some(first) = samples.peek().map(|lanes| **lanes) else { return };
        let mut states: Vec<[Lanes; 2]> = settled.iter().map(|state| state.map(|z| first.map(|x| z * x))).collect();
        for lanes in samples {
            for (section, state) in self.0.iter().zip(&mut states) {
                section.step(lanes, state);
            }
        }
    }
}

impl Section {
    #[inline]
    fn step(&self, x: &mut Lanes, [first, second]: &mut [Lanes; 2]) {
        for lane in 0..TOGETHER {
            let y = self.b[0] * x[lane] + first[lane];
            first[lane] = self.b[1] * x[lane] - self.a[0] * y + second[lane];
            second[lane] = self.b[2] * x[lane] - self.a[1] * y;
            x[lane] = y;
        }
    }
}

/// Channels side by side with `padding` samples turned about either end.
fn extended(from: ArrayView2<f64>, padding: usize, lanes: &mut Vec<Lanes>) {
    lanes.clear();
    lanes.resize(from.nrows() + 2 * padding, [0.0; TOGETHER]);
    for (row, lanes) in from.outer_iter().zip(&mut lanes[padding..]) {
        lanes.iter_mut().zip(row).for_each(|(lane, value)| *lane = *value);
    }
    let (first, last) = (padding, padding + from.nrows() - 1);
    for distance in 1..=padding {
        lanes[first - distance] = about(lanes[first], lanes[first + distance]);
        lanes[last + distance] = about(lanes[last], lanes[last - distance]);
    }
}

/// What lies as far from the end as `x`, on the other side.
fn about(end: Lanes, x: Lanes) -> Lanes {
    std::array::from_fn(|lane| 2.0 * end[lane] - x[lane])
}

fn put_back(lanes: &[Lanes], mut to: ArrayViewMut2<f64>) {
    for (mut row, lanes) in to.outer_iter_mut().zip(lanes) {
        row.iter_mut().zip(lanes).for_each(|(value, lane)| *value = *lane);
    }
}
