//! The types of numbers that files hold, in either byte order.

use half::{bf16, f16};

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    /// A whole number of four bytes.
    pub fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }
}

/// A type of numbers; truths are `U8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Number {
    U8,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    Bf16,
    F32,
    F64,
}

/// All numbers of a type in either order, each made an `f64` by `$convert`.
macro_rules! all {
    ($kind:ty, $order:expr, $bytes:expr, $convert:expr) => {{
        let (numbers, _) = $bytes.as_chunks();
        match $order {
            Order::Little => numbers.iter().map(|bytes| $convert(<$kind>::from_le_bytes(*bytes))).collect(),
            Order::Big => numbers.iter().map(|bytes| $convert(<$kind>::from_be_bytes(*bytes))).collect(),
        }
    }};
}

impl Number {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 | Self::U16 | Self::F16 | Self::Bf16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// The first number in these bytes, which are at least as many as the type has.
    ///
    /// Whole numbers beyond 2^53 are rounded.
    pub fn read(self, order: Order, bytes: &[u8]) -> f64 {
        macro_rules! one {
            ($kind:ty, $convert:expr) => {{
                let bytes = bytes.first_chunk().copied().unwrap_or_default();
                $convert(if order == Order::Little {
                    <$kind>::from_le_bytes(bytes)
                } else {
                    <$kind>::from_be_bytes(bytes)
                })
            }};
        }
        match self {
            Self::U8 => one!(u8, f64::from),
            Self::I8 => one!(i8, f64::from),
            Self::I16 => one!(i16, f64::from),
            Self::U16 => one!(u16, f64::from),
            Self::I32 => one!(i32, f64::from),
            Self::U32 => one!(u32, f64::from),
            Self::I64 => one!(i64, |number| number as f64),
            Self::U64 => one!(u64, |number| number as f64),
            Self::F16 => one!(f16, f16::to_f64),
            Self::Bf16 => one!(bf16, bf16::to_f64),
            Self::F32 => one!(f32, f64::from),
            Self::F64 => one!(f64, f64::from),
        }
    }

    /// All numbers in these bytes; what is left at the end is no number.
    pub fn read_all(self, order: Order, bytes: &[u8]) -> Vec<f64> {
        match self {
            Self::U8 => all!(u8, order, bytes, f64::from),
            Self::I8 => all!(i8, order, bytes, f64::from),
            Self::I16 => all!(i16, order, bytes, f64::from),
            Self::U16 => all!(u16, order, bytes, f64::from),
            Self::I32 => all!(i32, order, bytes, f64::from),
            Self::U32 => all!(u32, order, bytes, f64::from),
            Self::I64 => all!(i64, order, bytes, |number| number as f64),
            Self::U64 => all!(u64, order, bytes, |number| number as f64),
            Self::F16 => all!(f16, order, bytes, f16::to_f64),
            Self::Bf16 => all!(bf16, order, bytes, bf16::to_f64),
            Self::F32 => all!(f32, order, bytes, f64::from),
            Self::F64 => all!(f64, order, bytes, f64::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_all_agree() {
        let bytes: Vec<u8> = (0..48_u32).map(|i| (i * 89 + 7) as u8).collect();
        use Number::*;
        for kind in [U8, I8, I16, U16, I32, U32, I64, U64, F16, Bf16, F32, F64] {
            for order in [Order::Little, Order::Big] {
                let one = bytes.chunks_exact(kind.bytes()).map(|bytes| kind.read(order, bytes).to_bits());
                let all = kind.read_all(order, &bytes).into_iter().map(f64::to_bits);
                assert!(one.eq(all), "{kind:?} {order:?}");
            }
        }
        assert_eq!(Number::I16.read(Order::Big, &[0xff, 0xfe]), -2.0);
        assert_eq!(Number::F16.read(Order::Little, &[0, 0x3e]), 1.5);
        assert_eq!(Number::Bf16.read(Order::Little, &[0xc0, 0x3f]), 1.5);
    }
}
