//! Loops over numbers in host memory, compiled once per instruction set and chosen as the program runs.
//!
//! Lanes are explicit arrays, so sums have one order whatever the width of the machine's registers;
//! only the fusing of a product with a sum differs between instruction sets.

/// Numbers worked on at once.
pub(crate) const LANES: usize = 16;

/// Work that gains from wide registers. Its body must be `#[inline(always)]`.
pub(crate) trait Kernel {
    /// What it gives.
    type Output;

    /// The work; `FUSED` says that a product and a sum are one instruction here.
    fn run<const FUSED: bool>(self) -> Self::Output;
}

/// Runs a kernel with the widest instructions that this machine has.
pub(crate) fn widest<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("fma") {
            // SAFETY: the features were found on this machine.
            return unsafe { with_avx512(kernel) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the features were found on this machine.
            return unsafe { with_avx2(kernel) };
        }
    }
    kernel.run::<{ cfg!(target_arch = "aarch64") }>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx2,fma")]
fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

/// a b + c.
#[inline(always)]
pub(crate) fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// exp(x) within 2 units in the last place for -87 < x < 88, the nearer end beyond, NaN for NaN.
///
/// exp(x) = 2^n exp(r) with n = round(x / ln 2) and r = x - n ln 2; exp(r) is its Taylor polynomial, |r| <= ln 2 / 2.
#[inline(always)]
pub(crate) fn exp<const FUSED: bool>(x: f32) -> f32 {
    /// Adding it leaves a rounded whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first with few bits so that n times it is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const TAYLOR: [f32; 7] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = multiply_add::<FUSED>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = multiply_add::<FUSED>(n, -LN_2[1], multiply_add::<FUSED>(n, -LN_2[0], x));
    let mut sum = TAYLOR[0];
    for c in &TAYLOR[1..] {
        sum = multiply_add::<FUSED>(sum, r, *c);
    }
    let mantissa = multiply_add::<FUSED>(sum, r, 1.0);
    f32::from_bits(mantissa.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// Each row x becomes x / sqrt(mean(x^2) + epsilon) gain.
pub(crate) struct RmsNorm<'a> {
    /// Rows as long as `gain`, changed in place.
    pub(crate) rows: &'a mut [f32],
    pub(crate) gain: &'a [f32],
    pub(crate) epsilon: f32,
}

impl Kernel for RmsNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        for row in self.rows.chunks_exact_mut(self.gain.len()) {
            let mean = sum_of_squares::<FUSED>(row) / self.gain.len() as f32;
            let factor = 1.0 / (mean + self.epsilon).sqrt();
            for (x, gain) in row.iter_mut().zip(self.gain) {
                *x = *x * factor * gain;
            }
        }
    }
}

#[inline(always)]
fn sum_of_squares<const FUSED: bool>(row: &[f32]) -> f32 {
    let (chunks, rest) = row.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum = multiply_add::<FUSED>(*x, *x, *sum);
        }
    }
    sums.iter().sum::<f32>() + rest.iter().map(|x| x * x).sum::<f32>()
}

/// Each row (g, u) gives g / (1 + exp(-g)) u, half as long.
pub(crate) struct SiluGate<'a> {
    /// Rows of twice `width`.
    pub(crate) rows: &'a [f32],
    pub(crate) width: usize,
}

impl Kernel for SiluGate<'_> {
    type Output = Vec<f32>;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> Vec<f32> {
        let mut out = vec![0.0; self.rows.len() / 2];
        for (row, out) in self.rows.chunks_exact(2 * self.width).zip(out.chunks_exact_mut(self.width)) {
            let (gate, up) = row.split_at(self.width);
            for ((out, g), u) in out.iter_mut().zip(gate).zip(up) {
                *out = g / (1.0 + exp::<FUSED>(-g)) * u;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Exponentials(Vec<f32>);

    impl Kernel for Exponentials {
        type Output = Vec<f32>;

        #[inline(always)]
        fn run<const FUSED: bool>(self) -> Vec<f32> {
            self.0.into_iter().map(exp::<FUSED>).collect()
        }
    }

    fn check(found: &[f32], x: &[f32]) {
        for (found, x) in found.iter().zip(x) {
            let expected = f64::from(*x).exp();
            assert!((f64::from(*found) / expected - 1.0).abs() < 3e-7, "exp({x}) = {expected}, found {found}");
        }
    }

    #[test]
    fn exponentials_agree_with_f64() {
        let x: Vec<f32> = (-8700..8800).map(|i| i as f32 * 0.01).collect();
        check(&widest(Exponentials(x.clone())), &x);
        check(&Exponentials(x.clone()).run::<false>(), &x);
    }

    #[test]
    fn exponential_of_nan_is_nan_and_of_the_far_left_nearly_nothing() {
        let found = widest(Exponentials(vec![f32::NAN, f32::NEG_INFINITY]));
        assert!(found[0].is_nan() && found[1] < 1e-37, "{found:?}");
    }

    #[test]
    fn every_instruction_set_gives_nearly_the_same() {
        let rows: Vec<f32> = (0..200).map(|i| (i as f32 * 0.9).sin() * 4.0).collect();
        let (wide, plain) =
            (widest(SiluGate { rows: &rows, width: 50 }), SiluGate { rows: &rows, width: 50 }.run::<false>());
        assert!(wide.iter().zip(plain).all(|(a, b)| (a - b).abs() <= 1e-6 * (1.0 + b.abs())));
    }

    #[test]
    fn a_normalised_row_has_mean_square_one() {
        let mut rows: Vec<f32> = (0..74).map(|i| (i as f32 * 0.7).sin() * 5.0).collect();
        widest(RmsNorm { rows: &mut rows, gain: &[1.0; 37], epsilon: 0.0 });
        for row in rows.chunks(37) {
            assert!((row.iter().map(|x| x * x).sum::<f32>() / 37.0 - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn a_closed_gate_lets_nothing_through() {
        let found = widest(SiluGate { rows: &[-80.0, 0.0, 80.0, 3.0, 3.0, 3.0], width: 3 });
        assert!(found[0].abs() < 1e-30 && found[1] == 0.0 && (found[2] - 240.0).abs() < 1e-4, "{found:?}");
    }
}
