//! The types of numbers that an image may have.

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

/// A type of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    U8,
    I8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

/// Reads one number of a type in either order.
macro_rules! read {
    ($kind:ty, $order:expr, $bytes:expr) => {{
        let bytes = $bytes.first_chunk().copied().unwrap_or_default();
        match $order {
            Order::Little => <$kind>::from_le_bytes(bytes) as f64,
            Order::Big => <$kind>::from_be_bytes(bytes) as f64,
        }
    }};
}

impl Number {
    /// The type of that code.
    pub fn new(code: i64) -> Option<Self> {
        Some(match code {
            2 => Self::U8,
            4 => Self::I16,
            8 => Self::I32,
            16 => Self::F32,
            64 => Self::F64,
            256 => Self::I8,
            512 => Self::U16,
            768 => Self::U32,
            1024 => Self::I64,
            1280 => Self::U64,
            _ => return None,
        })
    }

    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// The number in these bytes, which are as many as the type has.
    pub fn read(self, order: Order, bytes: &[u8]) -> f64 {
        match self {
            Self::U8 => read!(u8, order, bytes),
            Self::I8 => read!(i8, order, bytes),
            Self::I16 => read!(i16, order, bytes),
            Self::U16 => read!(u16, order, bytes),
            Self::I32 => read!(i32, order, bytes),
            Self::U32 => read!(u32, order, bytes),
            Self::I64 => read!(i64, order, bytes),
            Self::U64 => read!(u64, order, bytes),
            Self::F32 => read!(f32, order, bytes),
            Self::F64 => read!(f64, order, bytes),
        }
    }
}
