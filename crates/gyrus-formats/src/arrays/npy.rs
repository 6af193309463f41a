//! Arrays as NumPy writes them: a header that is a Python dictionary, then the numbers.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{ArrayD, Axis, IxDyn, ShapeBuilder, Slice};

use crate::Error;
use crate::number::{Number, Order};

/// First bytes of a file.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Bytes that a header may have.
const MOST: u64 = 1 << 16;

/// What a header says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    number: Number,
    order: Order,
    /// Whether the first axis is the fastest.
    fortran: bool,
    pub shape: Vec<usize>,
    /// Bytes of the header.
    begin: u64,
}

/// A file with one array.
#[derive(Debug)]
pub(super) struct Npy {
    path: PathBuf,
    pub header: Header,
}

impl Npy {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = Error::read(path);
        let file = File::open(path).map_err(read)?;
        let found = file.metadata().map_err(read)?.len();
        let header = Header::read(path, "array", &mut BufReader::new(file))?;
        let expected = header.begin.saturating_add(header.bytes() as u64);
        if found < expected {
            return Err(Error::Length { path: path.to_owned(), found, expected });
        }
        Ok(Self { path: path.to_owned(), header })
    }

    /// Some rows, places on the first axis; they are read alone if the array is in C order.
    pub fn rows(&self, rows: Range<usize>) -> Result<ArrayD<f64>, Error> {
        let read = Error::read(&self.path);
        let mut file = File::open(&self.path).map_err(read)?;
        let header = &self.header;
        if header.fortran {
            file.seek(SeekFrom::Start(header.begin)).map_err(read)?;
            let all = header.array(&self.path, "array", &mut file)?;
            return Ok(all.slice_axis(Axis(0), Slice::from(rows)).to_owned());
        }
        let mut part = header.clone();
        if let Some(first) = part.shape.first_mut() {
            *first = rows.len();
        }
        let row = header.shape.iter().skip(1).product::<usize>() * header.number.bytes();
        file.seek(SeekFrom::Start(header.begin + (row * rows.start) as u64)).map_err(read)?;
        part.array(&self.path, "array", &mut file)
    }
}

impl Header {
    /// Reads the header of the array `name` of a file.
    pub fn read(path: &Path, name: &str, source: &mut dyn Read) -> Result<Self, Error> {
        let wrong = |wrong: &str, value: String| Error::content(path, format!("header of {name}"), wrong, value);
        let cut = |said: io::Error| wrong("is cut off", said.to_string());
        let mut first = [0; 8];
        source.read_exact(&mut first).map_err(cut)?;
        let (size, before) = match (&first[..6], first[6]) {
            (MAGIC, 1) => (2, 10),
            (MAGIC, 2 | 3) => (4, 12),
            (MAGIC, version) => return Err(wrong("is of a version that is not read", version.to_string())),
            _ => return Err(wrong("is none of NumPy's", first.escape_ascii().to_string())),
        };
        let mut length = [0; 4];
        source.read_exact(&mut length[..size]).map_err(cut)?;
        let length = u64::from(u32::from_le_bytes(length));
        let mut text = Vec::new();
        source.take(length.min(MOST)).read_to_end(&mut text).map_err(cut)?;
        if text.len() as u64 != length {
            return Err(wrong("is cut off or too long, in bytes", length.to_string()));
        }
        let text = String::from_utf8_lossy(&text);
        let told = || wrong("is not understood", text.trim().to_owned());
        let (number, order) = kind(after(&text, "descr").ok_or_else(told)?).ok_or_else(told)?;
        let fortran = match after(&text, "fortran_order").ok_or_else(told)? {
            value if value.starts_with("True") => true,
            value if value.starts_with("False") => false,
            _ => return Err(told()),
        };
        let shape = shape(after(&text, "shape").ok_or_else(told)?).ok_or_else(told)?;
        Ok(Self { number, order, fortran, shape, begin: before + length })
    }

    /// Bytes of the numbers; the shape is known to be no larger than memory.
    fn bytes(&self) -> usize {
        self.shape.iter().product::<usize>() * self.number.bytes()
    }

    /// The array, whose numbers come next.
    pub fn array(&self, path: &Path, name: &str, source: &mut dyn Read) -> Result<ArrayD<f64>, Error> {
        let (expected, mut bytes) = (self.bytes(), Vec::new());
        let wrong = |wrong: String, value: String| Error::content(path, name, wrong, value);
        // Room is made as bytes come, not as the header says.
        source
            .take(expected as u64)
            .read_to_end(&mut bytes)
            .map_err(|said| wrong("cannot be read".to_owned(), said.to_string()))?;
        if bytes.len() != expected {
            return Err(wrong(format!("has fewer than the {expected} bytes of its shape"), bytes.len().to_string()));
        }
        let values = self.number.read_all(self.order, &bytes);
        let shape = IxDyn(&self.shape);
        let array = ArrayD::from_shape_vec(if self.fortran { shape.f() } else { shape.into() }, values);
        array.map_err(|_| wrong("is too large".to_owned(), format!("{:?}", self.shape)))
    }
}

/// What follows a key of the dictionary.
fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let quoted = ["'", "\""].map(|quote| format!("{quote}{key}{quote}"));
    let at = quoted.iter().find_map(|key| text.find(key.as_str()).map(|at| at + key.len()))?;
    text[at..].trim_start().strip_prefix(':').map(str::trim_start)
}

/// The type of a text such as `'<f8'`.
fn kind(value: &str) -> Option<(Number, Order)> {
    let quote = value.chars().next().filter(|quote| ['\'', '"'].contains(quote))?;
    let (code, _) = value[1..].split_once(quote)?;
    let (order, code) = match code.split_at_checked(1)? {
        ("<" | "|", code) => (Order::Little, code),
        (">", code) => (Order::Big, code),
        _ => return None,
    };
    let number = match code {
        "b1" | "u1" => Number::U8,
        "i1" => Number::I8,
        "i2" => Number::I16,
        "u2" => Number::U16,
        "i4" => Number::I32,
        "u4" => Number::U32,
        "i8" => Number::I64,
        "u8" => Number::U64,
        "f2" => Number::F16,
        "f4" => Number::F32,
        "f8" => Number::F64,
        _ => return None,
    };
    Some((number, order))
}

/// The sizes of a text such as `(3, 4)`, if they fit memory.
fn shape(value: &str) -> Option<Vec<usize>> {
    let (inside, _) = value.strip_prefix('(')?.split_once(')')?;
    let sizes = inside.split(',').map(str::trim).filter(|size| !size.is_empty()).map(|size| size.parse().ok());
    let sizes = sizes.collect::<Option<Vec<usize>>>()?;
    let bytes = sizes.iter().chain([&8]).try_fold(1_usize, |all, size| all.checked_mul(*size))?;
    (bytes <= isize::MAX as usize && sizes.len() <= 32).then_some(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_numpy_would_refuse() {
        assert_eq!(shape("(3, 4)"), Some(vec![3, 4]));
        assert_eq!(shape("(3,)"), Some(vec![3]));
        assert_eq!(shape("()"), Some(vec![]));
        assert_eq!(shape("(3, -4)"), None);
        assert_eq!(shape("(3"), None);
        assert_eq!(shape("(4611686018427387904, 4)"), None);
        assert_eq!(kind("'<f4'"), Some((Number::F32, Order::Little)));
        for bad in ["'<c8'", "'<U4'", "'O'", "[('a', '<f4')]", "", "'"] {
            assert_eq!(kind(bad), None, "{bad}");
        }
    }
}
