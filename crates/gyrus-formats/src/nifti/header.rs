//! The header of an image, of version 1 with 348 bytes or of version 2 with 540.

use std::path::Path;

use super::affine::Affine;
use crate::Error;
use crate::number::{Number, Order};

/// Bytes of the two headers.
pub(super) const BYTES: [usize; 2] = [348, 540];

/// What a header says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub order: Order,
    pub number: Number,
    /// Sizes of the three axes of space.
    pub shape: [usize; 3],
    pub volumes: usize,
    /// First byte of the numbers.
    pub begin: u64,
    /// What a stored number is multiplied by, and what is added.
    pub scale: [f64; 2],
    pub affine: Affine,
    /// Seconds between volumes, if the header says so.
    pub repetition_time: Option<f64>,
}

/// Where the fields of a version are, and how wide they are.
struct Layout {
    wide: bool,
    magic: usize,
    dim: usize,
    datatype: usize,
    pixdim: usize,
    begin: usize,
    scale: usize,
    units: usize,
    forms: usize,
    quaternion: usize,
    rows: usize,
}

const FIRST: Layout = Layout {
    wide: false,
    magic: 344,
    dim: 40,
    datatype: 70,
    pixdim: 76,
    begin: 108,
    scale: 112,
    units: 123,
    forms: 252,
    quaternion: 256,
    rows: 280,
};

const SECOND: Layout = Layout {
    wide: true,
    magic: 4,
    dim: 16,
    datatype: 12,
    pixdim: 104,
    begin: 168,
    scale: 176,
    units: 500,
    forms: 344,
    quaternion: 352,
    rows: 400,
};

/// The bytes of a header with what is needed to read them.
struct Fields<'a> {
    bytes: &'a [u8],
    order: Order,
    layout: &'static Layout,
}

impl Fields<'_> {
    fn number(&self, kind: Number, at: usize) -> f64 {
        kind.read(self.order, &self.bytes[at..at + kind.bytes()])
    }

    /// The number at a place in a list of real numbers.
    fn real(&self, begin: usize, place: usize) -> f64 {
        let kind = if self.layout.wide { Number::F64 } else { Number::F32 };
        self.number(kind, begin + place * kind.bytes())
    }

    fn reals<const N: usize>(&self, begin: usize, first: usize) -> [f64; N] {
        std::array::from_fn(|place| self.real(begin, first + place))
    }

    /// A size of an axis.
    fn dim(&self, place: usize) -> f64 {
        let kind = if self.layout.wide { Number::I64 } else { Number::I16 };
        self.number(kind, self.layout.dim + place * kind.bytes())
    }

    /// A code that says whether a form is used.
    fn form(&self, place: usize) -> f64 {
        let kind = if self.layout.wide { Number::I32 } else { Number::I16 };
        self.number(kind, self.layout.forms + place * kind.bytes())
    }
}

/// The type of numbers of a code.
fn number(code: i64) -> Option<Number> {
    Some(match code {
        2 => Number::U8,
        4 => Number::I16,
        8 => Number::I32,
        16 => Number::F32,
        64 => Number::F64,
        256 => Number::I8,
        512 => Number::U16,
        768 => Number::U32,
        1024 => Number::I64,
        1280 => Number::U64,
        _ => return None,
    })
}

/// Reads a header; `bytes` are the first 540 of the file, or all of a shorter one.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Header, Error> {
    let wrong = |place: &str, wrong: &str, value: String| Err(Error::content(path, place, wrong, value));
    let first = bytes.first_chunk::<4>().copied().unwrap_or_default();
    let (order, layout) = match (i32::from_le_bytes(first), i32::from_be_bytes(first)) {
        (348, _) => (Order::Little, &FIRST),
        (_, 348) => (Order::Big, &FIRST),
        (540, _) => (Order::Little, &SECOND),
        (_, 540) => (Order::Big, &SECOND),
        _ => return wrong("the file", "is no NIfTI image, by its first number", i32::from_le_bytes(first).to_string()),
    };
    let size = BYTES[usize::from(layout.wide)];
    if bytes.len() < size {
        return wrong("header", "is cut off, after bytes", bytes.len().to_string());
    }
    let magic = &bytes[layout.magic..layout.magic + 4];
    match magic {
        b"n+1\0" | b"n+2\0" => {}
        b"ni1\0" | b"ni2\0" => {
            return wrong("the file", "has its numbers in a file of their own, join them", "ni".to_owned());
        }
        _ => return wrong("the file", "is no NIfTI image, by its magic letters", magic.escape_ascii().to_string()),
    }
    let fields = Fields { bytes, order, layout };
    let code = fields.number(Number::I16, layout.datatype);
    let Some(number) = number(code as i64) else {
        return wrong("type of numbers", "is not read: complex, coloured or unknown", code.to_string());
    };
    let (shape, volumes) = shape(path, &fields)?;
    Ok(Header {
        order,
        number,
        shape,
        volumes,
        begin: begin(path, &fields, size)?,
        scale: scale(path, &fields)?,
        affine: affine(path, &fields, shape)?,
        repetition_time: repetition_time(&fields),
    })
}

/// Sizes of the axes of space, and the number of volumes.
fn shape(path: &Path, fields: &Fields<'_>) -> Result<([usize; 3], usize), Error> {
    let axes = fields.dim(0);
    let sizes: Vec<f64> = (1..8).map(|axis| if axis as f64 <= axes { fields.dim(axis) } else { 1.0 }).collect();
    let wrong = |wrong: &str| Err(Error::content(path, "shape", wrong, format!("{axes} axes of {sizes:?}")));
    if !(1.0..=7.0).contains(&axes) || sizes.iter().any(|size| !(1.0..1e12).contains(size)) {
        return wrong("is none");
    }
    if sizes[4..].iter().any(|size| *size != 1.0) {
        return wrong("has more axes than space and time");
    }
    let size = |axis: usize| sizes[axis] as usize;
    let (shape, volumes) = ([size(0), size(1), size(2)], size(3));
    let bytes = shape.iter().chain([&volumes, &8]).try_fold(1_usize, |all, size| all.checked_mul(*size));
    if bytes.is_none_or(|bytes| bytes > isize::MAX as usize) { wrong("is too large") } else { Ok((shape, volumes)) }
}

/// The first byte of the numbers.
fn begin(path: &Path, fields: &Fields<'_>, size: usize) -> Result<u64, Error> {
    let kind = if fields.layout.wide { Number::I64 } else { Number::F32 };
    let begin = fields.number(kind, fields.layout.begin);
    // Four bytes after the header say whether extensions follow.
    if (size as f64..9e15).contains(&begin) && begin.fract() == 0.0 {
        return Ok(begin as u64);
    }
    Err(Error::content(path, "first byte of the numbers", format!("is not after a header of {size} bytes"), begin))
}

/// Slope and intercept; a slope of 0 means none.
fn scale(path: &Path, fields: &Fields<'_>) -> Result<[f64; 2], Error> {
    let [slope, intercept] = fields.reals(fields.layout.scale, 0);
    match (slope, intercept) {
        (0.0, _) => Ok([1.0, 0.0]),
        (slope, _) if !slope.is_finite() => Ok([1.0, 0.0]),
        (_, intercept) if !intercept.is_finite() => {
            Err(Error::content(path, "intercept", "is no finite number", intercept))
        }
        scale => Ok(scale.into()),
    }
}

/// The rows of the header if it has them, or else its quaternion, or else its sizes.
fn affine(path: &Path, fields: &Fields<'_>, shape: [usize; 3]) -> Result<Affine, Error> {
    let layout = fields.layout;
    let sizes: [f64; 3] = fields.reals(layout.pixdim, 1);
    let affine = if fields.form(1) > 0.0 {
        Affine([0, 4, 8].map(|first| fields.reals(layout.rows, first)))
    } else if fields.form(0) > 0.0 {
        let (quaternion, offset) = (fields.reals(layout.quaternion, 0), fields.reals(layout.quaternion, 3));
        Affine::of_quaternion(quaternion, sizes, fields.real(layout.pixdim, 0), offset)
    } else {
        Affine::of_sizes(sizes, shape)
    };
    match affine.0.iter().flatten().find(|value| !value.is_finite()) {
        Some(value) => Err(Error::content(path, "affine", "has a value that is not finite", value)),
        None => Ok(affine),
    }
}

fn repetition_time(fields: &Fields<'_>) -> Option<f64> {
    // The highest byte of the wider field is not used.
    let kind = if fields.layout.wide { Number::I32 } else { Number::U8 };
    let units = fields.number(kind, fields.layout.units) as i64 & 0x38;
    let seconds = match units {
        16 => 1e-3,
        24 => 1e-6,
        _ => 1.0,
    };
    // Seconds are written as 32-bit floats: 0.72 should be 0.72.
    let step = fields.real(fields.layout.pixdim, 4);
    let step = if fields.layout.wide { step } else { (step as f32).to_string().parse().unwrap_or(step) };
    (step > 0.0 && step.is_finite() && fields.dim(0) >= 4.0).then_some(step * seconds)
}
