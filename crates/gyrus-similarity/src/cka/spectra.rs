//! Fourier transforms of diagonals of Gram matrices, whose products give every circular shift at once.

use std::sync::Arc;

use ndarray::{Array2, Array3, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::band::Band;
use crate::product::{Before, multiply};

/// Diagonals that are read and transformed together, so that what stands side by side in memory is used at once.
const TOGETHER: usize = 16;

/// Plans of transforms of n numbers.
pub(crate) struct Plans {
    n: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

/// The transforms of some diagonals of some representations, `(layers, frequencies, 2 diagonals)`, real parts first.
pub(crate) struct Spectra(Array3<f32>);

/// Sums over diagonals of conj(a^) b^ for representations a on the left and b on the right: for each frequency the real part
/// and the imaginary one, `(left, right)`.
pub(crate) struct CrossSpectra(Vec<[Array2<f32>; 2]>);

/// Bytes of the transform of `n` numbers: one for each representation and diagonal, and one sum for each pair of
/// representations.
pub(crate) fn bytes(n: usize) -> usize {
    2 * size_of::<f32>() * (n / 2 + 1)
}

impl Plans {
    pub(crate) fn new(n: usize) -> Self {
        let forward = RealFftPlanner::<f32>::new().plan_fft_forward(n);
        Self { n, forward, inverse: RealFftPlanner::<f64>::new().plan_fft_inverse(n) }
    }

    /// Number of frequencies.
    fn frequencies(&self) -> usize {
        self.n / 2 + 1
    }

    /// Writes the transforms of the diagonals of `band`, `(frequencies, 2 diagonals)`.
    fn transform(&self, band: &Band, mut to: ArrayViewMut2<f32>) {
        let width = to.ncols() / 2;
        let mut some = Array2::zeros((TOGETHER.min(width), self.n));
        let mut transformed = vec![self.forward.make_output_vec(); TOGETHER];
        for first in (0..width).step_by(TOGETHER) {
            let end = (first + TOGETHER).min(width);
            let mut some = some.slice_mut(s![..end - first, ..]);
            band.write(first..end, some.view_mut());
            for (mut diagonal, spectrum) in some.outer_iter_mut().zip(&mut transformed) {
                let diagonal = diagonal.as_slice_mut().expect("a row of its own");
                self.forward.process(diagonal, spectrum).expect("as many numbers as planned for");
            }
            for (f, mut to) in to.outer_iter_mut().enumerate() {
                for (k, spectrum) in (first..end).zip(&transformed) {
                    (to[k], to[width + k]) = (spectrum[f].re, spectrum[f].im);
                }
            }
        }
    }

    /// The circular cross-correlation c(s) = sum_a x_a y_(a+s) from the products of transforms, conj(x^) y^.
    fn correlation(&self, products: impl Iterator<Item = Complex<f64>>) -> Vec<f64> {
        let (mut spectrum, mut values) = (products.collect::<Vec<_>>(), vec![0.0; self.n]);
        // Rounding may leave the parts that are real with an imaginary one.
        spectrum[0].im = 0.0;
        if self.n.is_multiple_of(2) {
            spectrum[self.n / 2].im = 0.0;
        }
        self.inverse.process(&mut spectrum, &mut values).expect("as many numbers as planned for");
        values.iter_mut().for_each(|value| *value /= self.n as f64);
        values
    }
}

impl Spectra {
    /// Of `layers` representations, of each the band of `width` diagonals that `band` makes of its place; and what
    /// [`Band::squares`] says of each.
    pub(crate) fn new(
        plans: &Plans,
        (layers, width): (usize, usize),
        band: impl Fn(usize) -> Band + Sync,
    ) -> (Self, Vec<[f64; 2]>) {
        let mut all = Array3::zeros((layers, plans.frequencies(), 2 * width));
        let transform = |(layer, to): (usize, ArrayViewMut2<f32>)| {
            let band = band(layer);
            plans.transform(&band, to);
            band.squares
        };
        let each: Vec<_> = all.outer_iter_mut().enumerate().collect();
        let squares = each.into_par_iter().map(transform).collect();
        (Self(all), squares)
    }

    /// One frequency, `(layers, 2 diagonals)`.
    fn at(&self, frequency: usize) -> ArrayView2<'_, f32> {
        self.0.index_axis(Axis(1), frequency)
    }
}

impl CrossSpectra {
    /// No diagonal yet.
    pub(crate) fn zeros(plans: &Plans, left: usize, right: usize) -> Self {
        Self((0..plans.frequencies()).map(|_| [Array2::zeros((left, right)), Array2::zeros((left, right))]).collect())
    }

    /// Adds the products of some diagonals.
    pub(crate) fn add(&mut self, left: &Spectra, right: &Spectra) {
        self.0.par_iter_mut().enumerate().for_each(|(frequency, [real, imaginary])| {
            let (a, b) = (left.at(frequency), right.at(frequency));
            multiply(real.view_mut(), Before::Kept, a, b.t());
            multiply(imaginary.view_mut(), Before::Kept, a, turned(b).t());
        });
    }

    /// The sum over pairs of rows both ways, with the rows of the right moved by each of `shifts`, `(shifts, left, right)`.
    pub(crate) fn shifted(&self, plans: &Plans, shifts: &[usize]) -> Array3<f64> {
        let shape = self.0[0][0].dim();
        let pair = |index: usize| {
            let (i, j) = (index / shape.1, index % shape.1);
            let of = |part: &[Array2<f32>; 2]| Complex::new(f64::from(part[0][[i, j]]), f64::from(part[1][[i, j]]));
            let trace = plans.correlation(self.0.iter().map(of));
            shifts.iter().map(|shift| 2.0 * trace[*shift]).collect::<Vec<f64>>()
        };
        let values: Vec<Vec<f64>> = (0..shape.0 * shape.1).into_par_iter().map(pair).collect();
        Array3::from_shape_fn((shifts.len(), shape.0, shape.1), |(s, i, j)| values[i * shape.1 + j][s])
    }
}

/// Imaginary parts and then real ones with their sign turned: what the imaginary part of conj(a) b is a's product with.
fn turned(b: ArrayView2<f32>) -> Array2<f32> {
    let half = b.ncols() / 2;
    let mut turned = Array2::zeros(b.dim());
    turned.slice_mut(s![.., ..half]).assign(&b.slice(s![.., half..]));
    turned.slice_mut(s![.., half..]).assign(&b.slice(s![.., ..half]).mapv(|x| -x));
    turned
}
