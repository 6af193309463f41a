//! An array of a GIFTI file: what it says of itself, and its numbers.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

use crate::Error;

/// Most bytes that one byte of compressed data can become, and what a stream may add to that.
const RATIO: usize = 1032;
const SLACK: usize = 1024;

/// An array, its numbers by rows.
#[derive(Debug, Clone)]
pub(super) struct Array {
    /// Which of the file's arrays it is, for errors.
    pub part: String,
    /// What it is for, such as `NIFTI_INTENT_POINTSET`.
    pub intent: String,
    pub dimensions: Vec<usize>,
    pub values: Vec<f64>,
    /// The space that its points are in.
    pub space: String,
    /// Names and values of its metadata.
    pub notes: Vec<(String, String)>,
    kind: Kind,
    encoding: Encoding,
    big_endian: bool,
    by_columns: bool,
}

/// How a number is stored.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Int8,
    Uint8,
    Int16,
    Uint16,
    Int32,
    Uint32,
    Float32,
    Float64,
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Ascii,
    Base64,
    Zlib,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name.strip_prefix("NIFTI_TYPE_")? {
            "INT8" => Self::Int8,
            "UINT8" => Self::Uint8,
            "INT16" => Self::Int16,
            "UINT16" => Self::Uint16,
            "INT32" => Self::Int32,
            "UINT32" => Self::Uint32,
            "FLOAT32" => Self::Float32,
            "FLOAT64" => Self::Float64,
            _ => return None,
        })
    }

    /// Bytes of a number.
    fn width(self) -> usize {
        match self {
            Self::Int8 | Self::Uint8 => 1,
            Self::Int16 | Self::Uint16 => 2,
            Self::Int32 | Self::Uint32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// The number in `bytes`, of which the first counts least.
    fn number(self, bytes: [u8; 8]) -> f64 {
        let low = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        match self {
            Self::Int8 => f64::from(bytes[0] as i8),
            Self::Uint8 => f64::from(bytes[0]),
            Self::Int16 => f64::from(low as i16),
            Self::Uint16 => f64::from(low as u16),
            Self::Int32 => f64::from(low as i32),
            Self::Uint32 => f64::from(low),
            Self::Float32 => f64::from(f32::from_bits(low)),
            Self::Float64 => f64::from_le_bytes(bytes),
        }
    }
}

impl Array {
    /// An array without its numbers, as the attributes of its element describe it.
    pub fn new(path: &Path, part: String, attributes: &HashMap<String, String>) -> Result<Self, Error> {
        let said = |name: &str| attributes.get(name).map_or("", |text| text.trim());
        let wrong =
            |wrong, value: &str| Error::Gifti { path: path.into(), part: part.clone(), wrong, value: value.into() };
        let kind = said("DataType");
        let kind = Kind::named(kind).ok_or_else(|| wrong("its data type is not known", kind))?;
        let encoding = match said("Encoding") {
            "ASCII" => Encoding::Ascii,
            "Base64Binary" => Encoding::Base64,
            "GZipBase64Binary" => Encoding::Zlib,
            "ExternalFileBinary" => return Err(wrong("its numbers are in another file, which is not read", "")),
            other => return Err(wrong("its encoding is not known", other)),
        };
        let big_endian = match said("Endian") {
            "LittleEndian" => false,
            "BigEndian" => true,
            // Digits have no order of bytes, and some writers give them none.
            _ if matches!(encoding, Encoding::Ascii) => false,
            other => return Err(wrong("its order of bytes is not known", other)),
        };
        let by_columns = match said("ArrayIndexingOrder") {
            "RowMajorOrder" | "" => false,
            "ColumnMajorOrder" => true,
            other => return Err(wrong("its order of numbers is not known", other)),
        };
        let dimensions = dimensions(said).map_err(|(what, value)| wrong(what, &value))?;
        let (intent, values, space, notes) = (said("Intent").into(), Vec::new(), String::new(), Vec::new());
        Ok(Self { part, intent, dimensions, values, space, notes, kind, encoding, big_endian, by_columns })
    }

    /// Numbers that the array says it has.
    fn size(&self) -> usize {
        self.dimensions.iter().product()
    }

    /// Takes the numbers from the text of its element.
    pub fn fill(&mut self, path: &Path, text: &str) -> Result<(), Error> {
        let values = match self.encoding {
            Encoding::Ascii => self.digits(path, text)?,
            Encoding::Base64 | Encoding::Zlib => self.binary(path, text)?,
        };
        if values.len() != self.size() {
            let found = format!("{}, not {:?}", values.len(), self.dimensions);
            return Err(self.wrong(path, "the number of its numbers is not that of its dimensions", found));
        }
        self.values = if self.by_columns && self.dimensions.len() == 2 {
            let (rows, columns) = (self.dimensions[0], self.dimensions[1]);
            (0..rows * columns).map(|i| values[i % columns * rows + i / columns]).collect()
        } else {
            values
        };
        Ok(())
    }

    fn digits(&self, path: &Path, text: &str) -> Result<Vec<f64>, Error> {
        let number = |text: &str| text.parse().map_err(|_| self.wrong(path, "a number is none", text.into()));
        text.split_whitespace().map(number).collect()
    }

    fn binary(&self, path: &Path, text: &str) -> Result<Vec<f64>, Error> {
        let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let packed = STANDARD.decode(packed);
        let packed = packed.map_err(|error| self.wrong(path, "its numbers are not base64", error.to_string()))?;
        let width = self.kind.width();
        let bytes = match self.encoding {
            Encoding::Zlib => self.inflate(path, &packed, self.size() * width)?,
            _ => packed,
        };
        if bytes.len() != self.size() * width {
            let found = format!("{}, not {width} x {:?}", bytes.len(), self.dimensions);
            return Err(self.wrong(path, "the number of its bytes is not that of its dimensions", found));
        }
        let number = |bytes: &[u8]| {
            let mut eight = [0; 8];
            eight[..width].copy_from_slice(bytes);
            if self.big_endian {
                eight[..width].reverse();
            }
            self.kind.number(eight)
        };
        Ok(bytes.chunks_exact(width).map(number).collect())
    }

    /// `packed` as it was before it was compressed to it, `size` bytes or one more if it is longer.
    fn inflate(&self, path: &Path, packed: &[u8], size: usize) -> Result<Vec<u8>, Error> {
        if size > packed.len().saturating_mul(RATIO).saturating_add(SLACK) {
            let found = format!("{size} bytes in {}", packed.len());
            return Err(self.wrong(path, "its dimensions are larger than what its data can hold", found));
        }
        let mut bytes = Vec::new();
        let read = ZlibDecoder::new(packed).take(size as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.wrong(path, "its data cannot be decompressed", error.to_string()))?;
        Ok(bytes)
    }

    pub fn wrong(&self, path: &Path, wrong: &'static str, value: String) -> Error {
        Error::Gifti { path: path.into(), part: self.part.clone(), wrong, value }
    }
}

/// The dimensions that attributes name, or what is wrong with them.
fn dimensions<'a>(said: impl Fn(&str) -> &'a str) -> Result<Vec<usize>, (&'static str, String)> {
    let rank = said("Dimensionality").parse().ok().filter(|rank| (1..=6).contains(rank));
    let rank: usize =
        rank.ok_or_else(|| ("its number of dimensions is not from 1 to 6", said("Dimensionality").into()))?;
    let axis = |text: &str| text.parse().map_err(|_| ("a dimension is no number", text.into()));
    let dimensions = (0..rank).map(|i| axis(said(&format!("Dim{i}")))).collect::<Result<Vec<usize>, _>>()?;
    match dimensions.iter().try_fold(8_usize, |size, n| size.checked_mul(*n)) {
        Some(_) => Ok(dimensions),
        None => Err(("its dimensions are too large", format!("{dimensions:?}"))),
    }
}
