//! What is done to single numbers: exponentials and what is made of them.

use super::instructions::{LANES, multiply_add};
use crate::architecture::Activation;

/// exp(x) within 2 units in the last place for -87 < x < 88, 0 below, the value at 88 above, NaN for NaN.
///
/// exp(x) = 2^n exp(r) with n = round(x / ln 2) and r = x - n ln 2; exp(r) is its Taylor polynomial, |r| <= ln 2 / 2.
#[inline(always)]
pub(super) fn exp<const FUSED: bool>(x: f32) -> f32 {
    /// Adding it leaves a rounded whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first with few bits so that n times it is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const TAYLOR: [f32; 7] = [1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];
    let low = x < -87.0;
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = multiply_add::<FUSED>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = multiply_add::<FUSED>(n, -LN_2[1], multiply_add::<FUSED>(n, -LN_2[0], x));
    let mut sum = TAYLOR[0];
    for c in &TAYLOR[1..] {
        sum = multiply_add::<FUSED>(sum, r, *c);
    }
    let mantissa = multiply_add::<FUSED>(sum, r, 1.0);
    let found = f32::from_bits(mantissa.to_bits().wrapping_add(shifted.to_bits() << 23));
    if low { 0.0 } else { found }
}

/// c tanh(x / c).
#[inline(always)]
pub(super) fn cap<const FUSED: bool>(x: f32, c: f32) -> f32 {
    // tanh(y) = 1 - 2 / (exp(2 y) + 1)
    c * (1.0 - 2.0 / (exp::<FUSED>(2.0 * x / c) + 1.0))
}

/// Every number of some lanes.
#[inline(always)]
pub(super) fn activate<const FUSED: bool>(activation: Activation, x: &mut [f32; LANES]) {
    // Loops, not closures: a closure that is not inlined would be compiled without the wide instructions.
    match activation {
        Activation::Silu => {
            for x in x {
                *x = silu::<FUSED>(*x);
            }
        }
        Activation::Gelu => {
            for x in x {
                *x = gelu::<FUSED>(*x);
            }
        }
        Activation::GeluTanh => {
            for x in x {
                *x = gelu_tanh::<FUSED>(*x);
            }
        }
        Activation::Relu => {
            for x in x {
                *x = if *x < 0.0 { 0.0 } else { *x };
            }
        }
    }
}

#[inline(always)]
fn silu<const FUSED: bool>(x: f32) -> f32 {
    x / (1.0 + exp::<FUSED>(-x))
}

/// x / 2 (1 + tanh(u)) = x / (1 + exp(-2 u)).
#[inline(always)]
fn gelu_tanh<const FUSED: bool>(x: f32) -> f32 {
    /// -2 sqrt(2 / pi).
    const A: f32 = -1.595_769;
    /// The cubic term, times that.
    const B: f32 = -0.071_354_82;
    x / (1.0 + exp::<FUSED>(x * multiply_add::<FUSED>(x * x, B, A)))
}

/// x Phi(x) within 3e-7 of its value, Phi the normal distribution.
///
/// Phi(-z) = t exp(-z^2 / 2) p(t) for z >= 0 with t = 1 / (1 + 0.3 z); p is the polynomial of degree 9 through the
/// exact values at Chebyshev's points of 0 <= z <= 13.5, 5e-9 away from them at most, and beyond exp is zero.
#[inline(always)]
fn gelu<const FUSED: bool>(x: f32) -> f32 {
    /// p, the highest power first.
    const P: [f32; 10] = [
        -0.020_407_61,
        0.111_300_31,
        -0.225_638_87,
        0.188_488_14,
        -0.076_804_51,
        0.094_820_94,
        0.078_826_25,
        0.110_147_38,
        0.119_581_75,
        0.119_686_21,
    ];
    let z = x.abs();
    let t = 1.0 / multiply_add::<FUSED>(0.3, z, 1.0);
    let mut p = P[0];
    for c in &P[1..] {
        p = multiply_add::<FUSED>(p, t, *c);
    }
    let tail = t * p * exp::<FUSED>(-0.5 * z * z);
    x * if x < 0.0 { tail } else { 1.0 - tail }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::host::instructions::{Instructions, Kernel};

    /// Phi(x) = 1/2 + exp(-x^2 / 2) / sqrt(2 pi) times the sum of x^(2 n + 1) / (1 3 5 ... (2 n + 1)).
    fn normal(x: f64) -> f64 {
        if x < -6.0 {
            // The first terms of the expansion for large |x|.
            let density = (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
            let (a, b) = (1.0 / (x * x), -1.0 / x);
            return density * b * (1.0 - a * (1.0 - 3.0 * a * (1.0 - 5.0 * a * (1.0 - 7.0 * a))));
        }
        if x > 6.0 {
            return 1.0 - normal(-x);
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= x * x / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 + sum * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
    }

    /// The definition, in f64.
    pub(in crate::host) fn exact(activation: Activation, x: f64) -> f64 {
        match activation {
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::Gelu => x * normal(x),
            Activation::GeluTanh => {
                let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
                0.5 * x * (1.0 + u.tanh())
            }
            Activation::Relu => x.max(0.0),
        }
    }

    struct Apply(fn(f32) -> f32, fn(f32) -> f32, Vec<f32>);

    impl Kernel for Apply {
        type Output = Vec<f32>;

        #[inline(always)]
        fn run<const FUSED: bool>(self) -> Vec<f32> {
            self.2.into_iter().map(if FUSED { self.0 } else { self.1 }).collect()
        }
    }

    /// Values agree with f64 within `relative` of the value or `absolute`.
    fn check(fused: fn(f32) -> f32, plain: fn(f32) -> f32, by: fn(f64) -> f64, relative: f64, absolute: f64) {
        let x: Vec<f32> = (-8600..8600).map(|i| i as f32 * 0.01).collect();
        for instructions in Instructions::all() {
            for (found, x) in instructions.run(Apply(fused, plain, x.clone())).iter().zip(&x) {
                let expected = by(f64::from(*x));
                let allowed = relative * expected.abs() + absolute;
                assert!((f64::from(*found) - expected).abs() <= allowed, "f({x}) = {expected}, found {found}");
            }
        }
    }

    #[test]
    fn exponentials_agree_with_f64() {
        check(exp::<true>, exp::<false>, f64::exp, 3e-7, 0.0);
    }

    #[test]
    fn caps_agree_with_f64() {
        check(|x| cap::<true>(x, 30.0), |x| cap::<false>(x, 30.0), |x| 30.0 * (x / 30.0).tanh(), 1e-6, 1e-5);
    }

    #[test]
    fn activations_agree_with_f64() {
        check(silu::<true>, silu::<false>, |x| exact(Activation::Silu, x), 5e-7, 1e-30);
        check(gelu::<true>, gelu::<false>, |x| exact(Activation::Gelu, x), 5e-7, 1e-8);
        check(gelu_tanh::<true>, gelu_tanh::<false>, |x| exact(Activation::GeluTanh, x), 5e-7, 1e-7);
    }

    #[test]
    fn exponentials_of_the_far_left_are_zero_of_zero_one_and_of_nan_nan() {
        for exp in [exp::<true>, exp::<false>] {
            assert_eq!([exp(f32::NEG_INFINITY), exp(-88.0), exp(0.0)], [0.0, 0.0, 1.0]);
            assert!(exp(f32::NAN).is_nan());
        }
    }

    #[test]
    fn a_number_that_is_none_stays_so() {
        for activation in [Activation::Silu, Activation::Gelu, Activation::GeluTanh, Activation::Relu] {
            let mut x = [f32::NAN; LANES];
            activate::<true>(activation, &mut x);
            assert!(x.iter().all(|x| x.is_nan()), "{activation:?}");
        }
    }
}
