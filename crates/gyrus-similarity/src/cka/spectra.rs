//! Fourier transforms of the diagonals of Gram matrices, whose products give every circular shift at once.

use std::f64::consts::FRAC_1_SQRT_2;

use ndarray::{Array2, Array3, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};
use rayon::prelude::*;
use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::far_pairs::{FarPairs, near};
use super::hsic::beyond_rounding;
use super::margins::Margins;
use super::stack;
use crate::centred::Centred;
use crate::product::{Before, multiply};
use crate::representation::Representation;

/// Columns that are centred and multiplied at a time.
const PANEL: usize = 512;

/// Rows of a Gram matrix that are computed at a time.
const ROWS: usize = 256;

/// Diagonals that are read and transformed together, so that what stands side by side in memory is used at once.
const TOGETHER: usize = 16;

/// Some representations, as their Gram matrices without what a row adds to all its pairs; see [`FarPairs`].
pub(crate) struct Spectra {
    /// For each frequency and representation the transforms of the diagonals 1 to n / 2, real parts and then imaginary
    /// ones, `[frequency]`: `(layers, 2 n / 2)`. The last diagonal of an even n meets itself and counts half.
    diagonals: Vec<Array2<f32>>,
    /// Sum of the squares of the entries, NaN where they are no more than rounding.
    own: Vec<f64>,
    n: usize,
}

impl Spectra {
    /// Of `layers` whose rows are far where they are more than `gap` apart.
    pub(crate) fn new<R: Representation>(
        layers: &[Centred<R>],
        margins: &[Margins],
        far: &FarPairs,
        gap: usize,
    ) -> Self {
        let n = far.n();
        let (frequencies, width) = (n / 2 + 1, 2 * (n / 2));
        let shares = far.shares(&stack(margins, |m| m.far_rows.sum_axis(Axis(0))));
        let shares: Vec<ArrayView1<f64>> = shares.outer_iter().collect();
        let transforms: Vec<(Vec<f32>, f64)> =
            layers.par_iter().zip(shares).map(|(layer, shares)| transform(layer, shares, gap)).collect();
        let of_frequency = |f: usize| {
            let mut to = Array2::zeros((layers.len(), width));
            for (mut to, (all, _)) in to.outer_iter_mut().zip(&transforms) {
                to.assign(&ArrayView1::from(&all[f * width..(f + 1) * width]));
            }
            to
        };
        let diagonals = (0..frequencies).into_par_iter().map(of_frequency).collect();
        Self { diagonals, own: transforms.iter().map(|(_, own)| *own).collect(), n }
    }

    /// HSIC of each with itself, NaN where it is no more than rounding.
    pub(crate) fn own(&self) -> &[f64] {
        &self.own
    }

    /// Unbiased HSIC of all pairs with the rows of `other` moved, `(shifts, layers, other layers)`.
    pub(crate) fn shifted(&self, other: &Self, shifts: &[usize]) -> Array3<f64> {
        let products: Vec<[Array2<f32>; 2]> =
            self.diagonals.par_iter().zip(&other.diagonals).map(|(a, b)| products(a.view(), b.view())).collect();
        let shape = (self.own.len(), other.own.len());
        let pair = |index: usize| {
            let (i, j) = (index / shape.1, index % shape.1);
            let of = |part: &[Array2<f32>; 2]| Complex::new(f64::from(part[0][[i, j]]), f64::from(part[1][[i, j]]));
            let trace = correlation(products.iter().map(of), self.n);
            shifts.iter().map(|shift| 2.0 * trace[*shift]).collect::<Vec<f64>>()
        };
        let values: Vec<Vec<f64>> = (0..shape.0 * shape.1).into_par_iter().map(pair).collect();
        Array3::from_shape_fn((shifts.len(), shape.0, shape.1), |(s, i, j)| values[i * shape.1 + j][s])
    }
}

/// conj(A) B' over diagonals, real and imaginary part, `(layers, other layers)`.
fn products(a: ArrayView2<f32>, b: ArrayView2<f32>) -> [Array2<f32>; 2] {
    let half = b.ncols() / 2;
    let mut turned = Array2::zeros(b.dim());
    turned.slice_mut(s![.., ..half]).assign(&b.slice(s![.., half..]));
    turned.slice_mut(s![.., half..]).assign(&b.slice(s![.., ..half]).mapv(|x| -x));
    [b.view(), turned.view()].map(|b| {
        let mut sum = Array2::zeros((a.nrows(), b.nrows()));
        multiply(sum.view_mut(), Before::Overwritten, a, b.t());
        sum
    })
}

/// The circular cross-correlation c(s) = sum_a x_a y_(a+s) from the products of transforms, conj(x^) y^.
fn correlation(products: impl Iterator<Item = Complex<f64>>, n: usize) -> Vec<f64> {
    let inverse = RealFftPlanner::<f64>::new().plan_fft_inverse(n);
    let (mut spectrum, mut values) = (products.collect::<Vec<_>>(), vec![0.0; n]);
    // Rounding may leave the parts that are real with an imaginary one.
    spectrum[0].im = 0.0;
    if n.is_multiple_of(2) {
        spectrum[n / 2].im = 0.0;
    }
    inverse.process(&mut spectrum, &mut values).expect("as many numbers as planned for");
    values.iter_mut().for_each(|value| *value /= n as f64);
    values
}

/// The transforms of one representation's diagonals, `[frequency][part][diagonal]`, and the sum of the squares of all.
fn transform<R: Representation>(layer: &Centred<R>, shares: ArrayView1<f64>, gap: usize) -> (Vec<f32>, f64) {
    let n = shares.len();
    let mut gram = gram(layer, n, gap);
    let size = squares(&gram);
    subtract(&mut gram, shares, gap);
    let own = beyond_rounding(squares(&gram), size);
    let (frequencies, diagonals) = (n / 2 + 1, n / 2);
    let mut spectra = vec![0.0; frequencies * 2 * diagonals];
    let plan = RealFftPlanner::<f32>::new().plan_fft_forward(n);
    let (mut some, mut transformed) = (Array2::zeros((TOGETHER, n)), vec![plan.make_output_vec(); TOGETHER]);
    for first in (1..=diagonals).step_by(TOGETHER) {
        let some = &mut some.slice_mut(s![..TOGETHER.min(diagonals + 1 - first), ..]);
        read(&gram, first, some.view_mut());
        for (mut diagonal, spectrum) in some.outer_iter_mut().zip(&mut transformed) {
            let diagonal = diagonal.as_slice_mut().expect("a row of its own");
            plan.process(diagonal, spectrum).expect("as many numbers as planned for");
        }
        for f in 0..frequencies {
            let at = f * 2 * diagonals + first - 1;
            for (k, spectrum) in transformed[..some.nrows()].iter().enumerate() {
                spectra[at + k] = spectrum[f].re;
                spectra[at + diagonals + k] = spectrum[f].im;
            }
        }
    }
    (spectra, own)
}

/// The diagonals from number `first` on, `(diagonals, n)`; the last one of an even n counts half.
fn read(gram: &Array2<f32>, first: usize, mut diagonals: ArrayViewMut2<f32>) {
    let n = gram.nrows();
    for (a, row) in gram.outer_iter().enumerate() {
        for (k, to) in diagonals.column_mut(a).iter_mut().enumerate() {
            *to = row[(a + first + k) % n];
        }
    }
    if 2 * (first + diagonals.nrows() - 1) == n {
        let last = diagonals.nrows() - 1;
        diagonals.row_mut(last).mapv_inplace(|x| x * FRAC_1_SQRT_2 as f32);
    }
}

/// Takes f_a + f_b from all entries of rows that are far from each other.
fn subtract(gram: &mut Array2<f32>, f: ArrayView1<f64>, gap: usize) {
    for (a, mut row) in gram.outer_iter_mut().enumerate() {
        let near = near(a, f.len(), gap);
        for (b, entry) in row.iter_mut().enumerate().filter(|(b, _)| !near.contains(b)) {
            *entry -= (f[a] + f[b]) as f32;
        }
    }
}

fn squares(gram: &Array2<f32>) -> f64 {
    gram.iter().map(|x| f64::from(*x).powi(2)).sum()
}

/// XX' of one representation, (n, n), with 0 for rows that are no more than `gap` apart.
fn gram<R: Representation>(layer: &Centred<R>, n: usize, gap: usize) -> Array2<f32> {
    let mut gram = Array2::<f32>::zeros((n, n));
    for start in (0..layer.width()).step_by(PANEL) {
        let columns = start..(start + PANEL).min(layer.width());
        let mut x = vec![0.0; n * columns.len()];
        layer.write(0..n, columns.clone(), &mut x);
        let x = Array2::from_shape_vec((n, columns.len()), x).expect("whole rows");
        for first in (0..n).step_by(ROWS) {
            let end = (first + ROWS).min(n);
            let to = gram.slice_mut(s![first..end, first..]);
            multiply(to, Before::Kept, x.slice(s![first..end, ..]), x.slice(s![first.., ..]).t());
        }
    }
    for a in 0..n {
        for b in 0..a {
            gram[[a, b]] = gram[[b, a]];
        }
    }
    for a in 0..n {
        gram.slice_mut(s![a, near(a, n, gap)]).fill(0.0);
    }
    gram
}
