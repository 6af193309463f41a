//! Arrays in a file of safetensors, mapped into memory.

use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use ndarray::{ArrayD, IxDyn};
use safetensors::tensor::TensorInfo;
use safetensors::{Dtype, SafeTensors};

use crate::Error;
use crate::number::{Number, Order};

/// A mapped file with its header.
pub(super) struct Tensors {
    path: PathBuf,
    map: Mmap,
    /// Name, type, shape and bytes of each array.
    arrays: Vec<(String, TensorInfo)>,
    /// First byte after the header.
    begin: usize,
}

impl Tensors {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::read(path))?;
        // SAFETY: the map is only read, and a file of arrays is not written while it is used.
        let map = unsafe { Mmap::map(&file) }.map_err(Error::read(path))?;
        let (size, header) = SafeTensors::read_metadata(&map)
            .map_err(|said| Error::content(path, "the file", "is no file of arrays that can be read", said))?;
        let mut arrays: Vec<_> = header.tensors().into_iter().map(|(name, info)| (name, info.clone())).collect();
        arrays.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self { path: path.to_owned(), map, arrays, begin: size + 8 })
    }

    pub fn names(&self) -> Vec<String> {
        self.arrays.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The shape of an array that is there.
    pub fn shape(&self, name: &str) -> Vec<usize> {
        self.info(name).shape.clone()
    }

    /// Some rows of an array that is there.
    pub fn rows(&self, name: &str, rows: Range<usize>) -> Result<ArrayD<f64>, Error> {
        let info = self.info(name);
        let Some(number) = number(info.dtype) else {
            let kind = format!("{:?}", info.dtype);
            return Err(Error::content(&self.path, format!("array {name}"), "is of a type that is not read", kind));
        };
        let row = info.shape.iter().skip(1).product::<usize>() * number.bytes();
        // The library has checked that an array's bytes are those of its shape, and are in the file.
        let begin = self.begin + info.data_offsets.0;
        let values = number.read_all(Order::Little, &self.map[begin + rows.start * row..begin + rows.end * row]);
        let mut shape = info.shape.clone();
        if let Some(first) = shape.first_mut() {
            *first = rows.len();
        }
        ArrayD::from_shape_vec(IxDyn(&shape), values)
            .map_err(|_| Error::content(&self.path, format!("array {name}"), "has another shape", format!("{shape:?}")))
    }

    fn info(&self, name: &str) -> &TensorInfo {
        self.arrays.iter().find(|(there, _)| there == name).map(|(_, info)| info).expect("the caller has looked for it")
    }
}

impl fmt::Debug for Tensors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tensors").field("path", &self.path).field("arrays", &self.arrays).finish()
    }
}

fn number(kind: Dtype) -> Option<Number> {
    Some(match kind {
        Dtype::BOOL | Dtype::U8 => Number::U8,
        Dtype::I8 => Number::I8,
        Dtype::I16 => Number::I16,
        Dtype::U16 => Number::U16,
        Dtype::I32 => Number::I32,
        Dtype::U32 => Number::U32,
        Dtype::I64 => Number::I64,
        Dtype::U64 => Number::U64,
        Dtype::F16 => Number::F16,
        Dtype::BF16 => Number::Bf16,
        Dtype::F32 => Number::F32,
        Dtype::F64 => Number::F64,
        _ => return None,
    })
}
