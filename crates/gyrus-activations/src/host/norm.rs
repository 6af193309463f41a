//! Rows of numbers brought to one scale.

use rayon::prelude::*;

use super::instructions::{Instructions, Kernel, LANES, multiply_add};
use crate::architecture::NormKind;
use crate::engine::NormWeights;

/// Rows of one task.
const ROWS: usize = 64;

/// Each row of `x` normalised, to `out`; both `(rows, columns)`.
pub(super) fn normalise(x: &[f32], out: &mut [f32], norm: &NormWeights, instructions: Instructions) {
    let numbers = ROWS * norm.gain.len().max(1);
    out.par_chunks_mut(numbers)
        .zip(x.par_chunks(numbers))
        .for_each(|(out, x)| instructions.run(Normalise { x, out, norm }));
}

/// Some rows.
pub(super) struct Normalise<'a> {
    /// Rows as long as the norm's gain.
    pub(super) x: &'a [f32],
    /// As long as `x`.
    pub(super) out: &'a mut [f32],
    pub(super) norm: &'a NormWeights,
}

impl Kernel for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let NormWeights { kind, epsilon, gain, bias, span } = self.norm;
        for (x, out) in self.x.chunks_exact(gain.len()).zip(self.out.chunks_exact_mut(gain.len())) {
            for (x, out) in x.chunks(*span).zip(out.chunks_mut(*span)) {
                let n = x.len() as f32;
                let mean = match kind {
                    NormKind::Rms => 0.0,
                    NormKind::Layer => sum(x) / n,
                };
                let factor = 1.0 / (sum_of_squares::<FUSED>(x, mean) / n + *epsilon as f32).sqrt();
                for (out, x) in out.iter_mut().zip(x) {
                    *out = (x - mean) * factor;
                }
            }
            for (out, gain) in out.iter_mut().zip(gain) {
                *out *= gain;
            }
            if let Some(bias) = bias {
                for (out, bias) in out.iter_mut().zip(bias) {
                    *out += bias;
                }
            }
        }
    }
}

/// Sum of x.
#[inline(always)]
fn sum(x: &[f32]) -> f32 {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x;
        }
    }
    sums.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

/// Sum of (x - mean)^2.
#[inline(always)]
fn sum_of_squares<const FUSED: bool>(x: &[f32], mean: f32) -> f32 {
    let (chunks, rest) = x.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            let x = x - mean;
            *sum = multiply_add::<FUSED>(x, x, *sum);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in f64.
    fn exact(x: &[f32], norm: &NormWeights) -> Vec<f64> {
        let mut out = Vec::new();
        for part in x.chunks(norm.span) {
            let part: Vec<f64> = part.iter().copied().map(f64::from).collect();
            let mean_of = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            let mean = if norm.kind == NormKind::Layer { mean_of(&part) } else { 0.0 };
            let squares: Vec<f64> = part.iter().map(|x| (x - mean) * (x - mean)).collect();
            out.extend(part.iter().map(|x| (x - mean) / (mean_of(&squares) + norm.epsilon).sqrt()));
        }
        let bias = |i: usize| norm.bias.as_ref().map_or(0.0, |bias| f64::from(bias[i]));
        out.iter().zip(&norm.gain).enumerate().map(|(i, (x, gain))| x * f64::from(*gain) + bias(i)).collect()
    }

    /// Every instruction set against the definition, for `rows` rows of `n_spans` spans.
    fn check(kind: NormKind, rows: usize, span: usize, n_spans: usize, bias: bool) {
        let columns = span * n_spans;
        let x: Vec<f32> = (0..rows * columns).map(|i| (i as f32 * 0.7).sin() * 5.0 + 2.0).collect();
        let gain = (0..columns).map(|i| 1.0 + (i as f32 * 0.3).cos()).collect();
        let bias = bias.then(|| (0..columns).map(|i| i as f32 * 0.01).collect());
        let norm = NormWeights { kind, epsilon: 1e-5, gain, bias, span };
        for instructions in Instructions::all() {
            let mut out = vec![f32::NAN; x.len()];
            normalise(&x, &mut out, &norm, instructions);
            for (x, out) in x.chunks(columns).zip(out.chunks(columns)) {
                for (found, expected) in out.iter().zip(exact(x, &norm)) {
                    assert!((f64::from(*found) - expected).abs() < 3e-6 * (1.0 + expected.abs()), "{found} {expected}");
                }
            }
        }
    }

    #[test]
    fn rows_agree_with_f64() {
        for span in [1, 7, 16, 33, 70, 768] {
            for kind in [NormKind::Rms, NormKind::Layer] {
                check(kind, 3, span, 1, true);
                check(kind, 130, span, 1, false);
            }
        }
    }

    #[test]
    fn heads_agree_with_f64() {
        check(NormKind::Rms, 5, 12, 6, false);
        check(NormKind::Layer, 5, 64, 3, true);
    }
}
