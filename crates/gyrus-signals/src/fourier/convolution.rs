//! Filters, and envelopes of bands, as products of Fourier transforms of stretches.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::length::block_length;
use super::{Blocks, EnvelopeValue, Gain};
use crate::columns::map_columns;
use crate::filters::{Designed, Taps};

/// What is done to the samples of a stretch, which must be `size` long; `margin` at either end are lost.
#[derive(Clone)]
pub(crate) struct Convolution {
    size: usize,
    margin: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    backward: Backward,
}

#[derive(Clone)]
enum Backward {
    /// A filter: gains, divided by the length.
    Real { gains: Vec<f64>, inverse: Arc<dyn ComplexToReal<f64>> },
    /// The mean over bands of a value of their analytic signals: gains of each, divided by the length.
    Envelope { bands: Vec<Vec<f64>>, inverse: Arc<dyn Fft<f64>>, turns: Vec<Complex<f64>>, value: EnvelopeValue },
}

/// What a thread needs to work.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    samples: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    /// The analytic signal at even and at odd samples.
    analytic: [Vec<Complex<f64>>; 2],
    transforms: Vec<Complex<f64>>,
    /// Means over bands at even and at odd samples.
    sums: [Vec<f64>; 2],
}

impl Convolution {
    /// A symmetric filter, by transforms that lose its half at either end.
    pub(crate) fn symmetric(taps: &Taps) -> Self {
        Self::filter(&Gain::default().and(Designed::Symmetric(taps.clone())), taps.half())
    }

    /// Filters that reach `margin` samples.
    pub(crate) fn filter(gain: &Gain, margin: usize) -> Self {
        let size = block_length(margin);
        let mut planner = RealFftPlanner::new();
        let gains = gain.on_grid(size).iter().map(|gain| gain / size as f64).collect();
        let backward = Backward::Real { gains, inverse: planner.plan_fft_inverse(size) };
        Self { size, margin, forward: planner.plan_fft_forward(size), backward }
    }

    /// The mean over bands of a value of the envelope, where the bands and their Hilbert transforms reach `margin` samples.
    pub(crate) fn envelope(bands: &[Gain], value: EnvelopeValue, margin: usize) -> Self {
        let size = block_length(margin);
        let one_sided = |gain: &Gain| {
            let whole = gain.on_grid(size).into_iter().enumerate();
            whole.map(|(k, gain)| if k == 0 || 2 * k == size { gain } else { 2.0 * gain } / size as f64).collect()
        };
        let backward = Backward::Envelope {
            bands: bands.iter().map(one_sided).collect(),
            inverse: FftPlanner::new().plan_fft_inverse(size / 2),
            turns: (0..size / 2).map(|k| Complex::cis(std::f64::consts::TAU * k as f64 / size as f64)).collect(),
            value,
        };
        Self { size, margin, forward: RealFftPlanner::new().plan_fft_forward(size), backward }
    }

    pub(crate) fn size(&self) -> usize {
        self.size
    }

    pub(crate) fn margin(&self) -> usize {
        self.margin
    }

    /// Samples that each transform gives.
    pub(crate) fn hop(&self) -> usize {
        self.size - 2 * self.margin
    }

    /// Bands whose values are averaged, 0 of a filter.
    pub(crate) fn bands(&self) -> usize {
        match &self.backward {
            Backward::Real { .. } => 0,
            Backward::Envelope { bands, .. } => bands.len(),
        }
    }

    /// The signals `(samples, channels)`, each by itself.
    pub(crate) fn whole(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let scratch = || (Blocks::new(self), Scratch::default());
        map_columns(x, x.nrows(), scratch, |(blocks, scratch), row, out| {
            blocks.clear();
            let mut at = 0;
            blocks.push(self, &[], scratch, row, true, &mut |values, _| {
                out[at..at + values.len()].copy_from_slice(values);
                at += values.len();
            });
        })
    }

    /// What becomes of `samples` but its margins, `most` samples at most; bands are divided by `scales`, by 1 where
    /// there are none, and their values before scale and logarithm are added to `totals`, if there are such.
    pub(super) fn process<'a>(
        &self,
        samples: &[f64],
        most: usize,
        scales: &[f64],
        totals: &mut [f64],
        scratch: &'a mut Scratch,
    ) -> &'a [f64] {
        let kept = self.margin..self.margin + self.hop().min(most);
        scratch.samples.clear();
        scratch.samples.extend_from_slice(samples);
        scratch.spectrum.resize(self.size / 2 + 1, Complex::default());
        let longest = match &self.backward {
            Backward::Real { inverse, .. } => inverse.get_scratch_len(),
            Backward::Envelope { inverse, .. } => inverse.get_inplace_scratch_len(),
        };
        scratch.transforms.resize(longest.max(self.forward.get_scratch_len()), Complex::default());
        let Scratch { samples, spectrum, transforms, .. } = scratch;
        self.forward.process_with_scratch(samples, spectrum, transforms).expect("lengths are those of the plan");
        match &self.backward {
            Backward::Real { gains, inverse } => {
                spectrum.iter_mut().zip(gains).for_each(|(value, gain)| *value *= *gain);
                spectrum[0].im = 0.0;
                spectrum[self.size / 2].im = 0.0;
                inverse.process_with_scratch(spectrum, samples, transforms).expect("both ends are real");
            }
            Backward::Envelope { bands, inverse, turns, value } => {
                scratch.sums.iter_mut().for_each(|sums| {
                    sums.clear();
                    sums.resize(self.size / 2, 0.0);
                });
                for (index, gains) in bands.iter().enumerate() {
                    scratch.analytic(gains, turns, inverse);
                    let (scale, share) = (scales.get(index).copied().unwrap_or(1.0), 1.0 / bands.len() as f64);
                    if let Some(total) = totals.get_mut(index) {
                        *total += scratch.total(kept.clone(), *value);
                    }
                    let Scratch { analytic, sums, .. } = scratch;
                    sums.iter_mut().zip(analytic).for_each(|(sums, z)| value.add(z, scale, share, sums));
                }
                scratch.interleave();
            }
        }
        &scratch.samples[kept]
    }
}

impl Scratch {
    /// The analytic signal from one side of its spectrum S of n values.
    ///
    /// z_2j is the transform of n / 2 values S_k, and z_(2j+1) that of S_k exp(2 pi i k / n), where the last of S is
    /// added to the first for even samples and subtracted for odd ones.
    fn analytic(&mut self, gains: &[f64], turns: &[Complex<f64>], inverse: &Arc<dyn Fft<f64>>) {
        let half = turns.len();
        let [even, odd] = &mut self.analytic;
        even.resize(half, Complex::default());
        odd.resize(half, Complex::default());
        let values = self.spectrum.iter().zip(gains).zip(turns);
        for (((value, gain), turn), (even, odd)) in values.zip(even.iter_mut().zip(odd.iter_mut())) {
            let value = *value * *gain;
            *even = value;
            *odd = value * turn;
        }
        let last = self.spectrum[half] * gains[half];
        even[0] += last;
        odd[0] -= last;
        inverse.process_with_scratch(even, &mut self.transforms);
        inverse.process_with_scratch(odd, &mut self.transforms);
    }

    /// The sum of the values, before a logarithm, at some samples.
    fn total(&self, samples: Range<usize>, value: EnvelopeValue) -> f64 {
        let powers = samples.map(|sample| self.analytic[sample % 2][sample / 2].norm_sqr());
        if value.linear() == EnvelopeValue::Power { powers.sum() } else { powers.map(f64::sqrt).sum() }
    }

    /// Brings the means at even and odd samples together.
    fn interleave(&mut self) {
        let [even, odd] = &self.sums;
        for (pair, (even, odd)) in self.samples.chunks_exact_mut(2).zip(even.iter().zip(odd)) {
            pair[0] = *even;
            pair[1] = *odd;
        }
    }
}

impl fmt::Debug for Convolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Convolution").field("size", &self.size).field("margin", &self.margin).finish_non_exhaustive()
    }
}
