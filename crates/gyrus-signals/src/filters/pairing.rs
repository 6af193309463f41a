//! Which zero goes with which pole: from zeros and poles to filters of second order.
//!
//! The pairs and their order are those of `scipy.signal.zpk2sos`: the pole nearest to the unit circle works last, with
//! the zero nearest to it.

use rustfft::num_complex::Complex;

use super::poles::Poles;
use super::{Section, Sections};

/// Imaginary parts that are rounding, as a share of the value.
const REAL: f64 = 100.0 * f64::EPSILON;

impl Poles {
    /// The filter as filters of second order.
    pub(super) fn sections(mut self) -> Sections {
        if self.poles.len() % 2 == 1 {
            self.poles.push(Complex::from(0.0));
            self.zeros.push(Complex::from(0.0));
        }
        let sections = self.poles.len() / 2;
        let (mut zeros, mut poles) = (halves(&self.zeros), halves(&self.poles));
        let mut paired: Vec<Section> = (0..sections).map(|_| next(&mut zeros, &mut poles)).collect();
        paired.reverse();
        if let Some(first) = paired.first_mut() {
            first.b.iter_mut().for_each(|b| *b *= self.gain);
        }
        Sections::new(paired)
    }
}

/// One value of each conjugate pair in the order of their real parts, and then the real values.
fn halves(values: &[Complex<f64>]) -> Vec<Complex<f64>> {
    let real = |v: &Complex<f64>| v.im.abs() <= REAL * v.norm();
    let ordered = |mut values: Vec<Complex<f64>>| {
        values.sort_by(|a, b| a.re.total_cmp(&b.re).then(a.im.total_cmp(&b.im)));
        values
    };
    let above = ordered(values.iter().filter(|v| !real(v) && v.im > 0.0).copied().collect());
    let flat = ordered(values.iter().filter(|v| real(v)).map(|v| Complex::from(v.re)).collect());
    [above, flat].concat()
}

/// The pole nearest to the unit circle, its partner and their zeros, taken from what is left.
fn next(zeros: &mut Vec<Complex<f64>>, poles: &mut Vec<Complex<f64>>) -> Section {
    let from_circle = |p: &Complex<f64>| (1.0 - p.norm()).abs();
    let any = |_: &Complex<f64>| true;
    let Some(pole) = take(poles, any, from_circle) else { return section([None; 2], [None; 2]) };
    let to_pole = |z: &Complex<f64>| (z - pole).norm();
    if is_real(&pole) && !poles.iter().any(is_real) {
        return section([take(zeros, is_real, to_pole), None], [Some(pole), None]);
    }
    let flat = |values: &[Complex<f64>]| values.iter().filter(|v| is_real(v)).count();
    if !is_real(&pole) && poles.len() + 1 == zeros.len() && flat(poles) == 1 && flat(zeros) == 1 {
        let zero = take(zeros, |z| !is_real(z), to_pole);
        return section([zero, zero.map(|z| z.conj())], [Some(pole), Some(pole.conj())]);
    }
    let partner = if is_real(&pole) { take(poles, is_real, from_circle) } else { Some(pole.conj()) };
    let zero = take(zeros, any, to_pole);
    let other = match zero {
        Some(zero) if !is_real(&zero) => Some(zero.conj()),
        _ => take(zeros, is_real, to_pole),
    };
    section([zero, other], [Some(pole), partner])
}

fn is_real(value: &Complex<f64>) -> bool {
    value.im == 0.0
}

/// Removes the value that is wanted and nearest.
fn take(
    values: &mut Vec<Complex<f64>>,
    wanted: impl Fn(&Complex<f64>) -> bool,
    distance: impl Fn(&Complex<f64>) -> f64,
) -> Option<Complex<f64>> {
    let nearest = values.iter().enumerate().filter(|(_, v)| wanted(v));
    let nearest = nearest.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)))?.0;
    Some(values.remove(nearest))
}

/// A zero or pole that is missing stands at 0, as that of a filter of first order does.
fn section(zeros: [Option<Complex<f64>>; 2], poles: [Option<Complex<f64>>; 2]) -> Section {
    let polynomial = |roots: [Option<Complex<f64>>; 2]| {
        let [first, second] = roots.map(Option::unwrap_or_default);
        [1.0, -(first + second).re, (first * second).re]
    };
    let a = polynomial(poles);
    Section { b: polynomial(zeros), a: [a[1], a[2]] }
}
