//! Loops over numbers in memory, compiled once per instruction set and chosen as the program runs.
//!
//! Lanes are explicit arrays, so sums have one order whatever the width of the machine's registers;
//! only the fusing of a product with a sum differs between instruction sets.

/// Numbers worked on at once.
pub(crate) const LANES: usize = 16;

/// A set of instructions that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instructions(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Plain,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// Work that gains from wide registers. Its body must be `#[inline(always)]`.
pub(crate) trait Kernel {
    /// What it gives.
    type Output;

    /// The work; `FUSED` says that a product and a sum are one instruction here.
    fn run<const FUSED: bool>(self) -> Self::Output;
}

impl Instructions {
    /// The widest that this machine has.
    pub(crate) fn widest() -> Self {
        let all = Self::all();
        all[all.len() - 1]
    }

    /// All that this machine has, the widest last.
    pub(crate) fn all() -> Vec<Self> {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "one set elsewhere"))]
        let mut all = vec![Self(Set::Plain)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Self(Set::Avx2));
                if is_x86_feature_detected!("avx512f") {
                    all.push(Self(Set::Avx512));
                }
            }
        }
        all
    }

    /// Which of the sets; a value of it has been found on this machine.
    #[inline(always)]
    pub(super) fn set(self) -> Set {
        self.0
    }

    /// Runs a kernel with these instructions.
    #[inline(always)]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Set::Plain => kernel.run::<{ cfg!(target_arch = "aarch64") }>(),
            // SAFETY: the features were found on this machine.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { with_avx2(kernel) },
            // SAFETY: the features were found on this machine.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { with_avx512(kernel) },
        }
    }
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

/// A row by itself: without this the compiler takes sixteen rows at once, a lane of each, and gathers them number by
/// number.
#[inline(always)]
pub(crate) fn alone<T>(row: T) -> T {
    std::hint::black_box(row)
}
