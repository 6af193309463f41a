//! Every type of number that HDF5 has, as `f64`.
//!
//! Whole numbers beyond 2^53 are rounded to the nearest `f64`.

use half::f16;
use hdf5_reader::{ByteOrder, Datatype, H5Type, error};

/// A number of any type.
#[derive(Debug, Clone, Copy)]
#[repr(transparent)]
pub(super) struct Number(pub f64);

/// A complex number, stored as a compound of two numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Complex(pub [f64; 2]);

/// Reads one number from its bytes.
type Decoder = fn(&[u8]) -> f64;

/// Makes decoders for both byte orders of a type.
macro_rules! decoder {
    ($kind:ty, $order:expr) => {
        match $order {
            ByteOrder::LittleEndian => |bytes: &[u8]| <$kind>::from_le_bytes(fixed(bytes)) as f64,
            ByteOrder::BigEndian => |bytes: &[u8]| <$kind>::from_be_bytes(fixed(bytes)) as f64,
        }
    };
}

/// Bytes as an array; missing ones are zero, and the callers pass exactly as many.
fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

/// Bytes of a number of that type and how it is read; nothing if it is no number.
pub(super) fn decoder(kind: &Datatype) -> Option<(usize, Decoder)> {
    let (size, decode): (u8, Decoder) = match kind {
        Datatype::FloatingPoint { size, byte_order: order } => match size {
            2 => match order {
                ByteOrder::LittleEndian => (2, |bytes| f16::from_le_bytes(fixed(bytes)).to_f64()),
                ByteOrder::BigEndian => (2, |bytes| f16::from_be_bytes(fixed(bytes)).to_f64()),
            },
            4 => (4, decoder!(f32, order)),
            8 => (8, decoder!(f64, order)),
            _ => return None,
        },
        Datatype::FixedPoint { size, signed, byte_order: order } => match (size, signed) {
            (1, true) => (1, decoder!(i8, order)),
            (1, false) => (1, decoder!(u8, order)),
            (2, true) => (2, decoder!(i16, order)),
            (2, false) => (2, decoder!(u16, order)),
            (4, true) => (4, decoder!(i32, order)),
            (4, false) => (4, decoder!(u32, order)),
            (8, true) => (8, decoder!(i64, order)),
            (8, false) => (8, decoder!(u64, order)),
            _ => return None,
        },
        Datatype::Bitfield { size: 1, byte_order: order } => (1, decoder!(u8, order)),
        // h5py writes truth as an enumeration of two bytes.
        Datatype::Enum { base, .. } if matches!(**base, Datatype::FixedPoint { .. }) => return decoder(base),
        _ => return None,
    };
    Some((size.into(), decode))
}

/// The two fields of a type that is a complex number, each with its first byte.
pub(super) fn complex_fields(kind: &Datatype) -> Option<[(usize, &Datatype); 2]> {
    let Datatype::Compound { fields, size } = kind else { return None };
    let [real, imaginary] = fields.as_slice() else { return None };
    let holds = |field: &hdf5_reader::CompoundField| {
        decoder(&field.datatype).is_some_and(|(bytes, _)| field.byte_offset as usize + bytes <= *size as usize)
    };
    let named = ["real", "r"].contains(&real.name.as_str()) && ["imag", "i"].contains(&imaginary.name.as_str());
    (named && holds(real) && holds(imaginary))
        .then(|| [real, imaginary].map(|field| (field.byte_offset as usize, &field.datatype)))
}

fn no_number(kind: &Datatype) -> error::Error {
    error::Error::TypeMismatch { expected: "a number".to_owned(), actual: format!("{kind:?}") }
}

impl H5Type for Number {
    fn hdf5_type() -> Datatype {
        f64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], kind: &Datatype) -> error::Result<Self> {
        match decoder(kind) {
            Some((size, decode)) if bytes.len() >= size => Ok(Self(decode(&bytes[..size]))),
            _ => Err(no_number(kind)),
        }
    }

    fn element_size(kind: &Datatype) -> usize {
        decoder(kind).map_or(8, |(size, _)| size)
    }

    fn decode_vec(raw: &[u8], kind: &Datatype, count: usize) -> Option<error::Result<Vec<Self>>> {
        let (size, decode) = decoder(kind)?;
        let raw = raw.get(..count.checked_mul(size)?)?;
        Some(Ok(raw.chunks_exact(size).map(|bytes| Self(decode(bytes))).collect()))
    }

    fn native_copy_compatible(kind: &Datatype) -> bool {
        // `Number` is an `f64` in memory.
        f64::native_copy_compatible(kind)
    }
}

impl H5Type for Complex {
    fn hdf5_type() -> Datatype {
        f64::hdf5_type()
    }

    fn from_bytes(bytes: &[u8], kind: &Datatype) -> error::Result<Self> {
        let [real, imaginary] = complex_fields(kind).ok_or_else(|| no_number(kind))?;
        let part = |(at, kind): (usize, &Datatype)| {
            bytes.get(at..).ok_or_else(|| no_number(kind)).and_then(|bytes| Number::from_bytes(bytes, kind))
        };
        Ok(Self([part(real)?.0, part(imaginary)?.0]))
    }

    fn element_size(kind: &Datatype) -> usize {
        if let Datatype::Compound { size, .. } = kind { *size as usize } else { 16 }
    }
}
