//! One weight file, mapped into memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors};

use crate::Error;
use crate::weights::stored::Stored;
use crate::weights::torch_file;

/// How the small text begins that stands in for a file which Git LFS has not fetched.
const POINTER: &[u8] = b"version https://git-lfs";

/// A mapped file, its header checked against its length.
#[derive(Debug)]
pub(crate) struct WeightFile {
    path: PathBuf,
    map: Mmap,
    tensors: BTreeMap<String, Stored>,
}

impl WeightFile {
    /// Maps the file `path`: PyTorch's format if it ends in `.bin`, safetensors else.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let map = map(path)?;
        if map.starts_with(POINTER) {
            return Err(Error::FilePointer { path: path.into() });
        }
        let tensors = match path.extension() {
            Some(ending) if ending == "bin" => {
                torch_file::tensors(&map).map_err(|flaw| flaw.into_error(path, map.len()))?
            }
            _ => safetensors(path, &map)?,
        };
        Ok(Self { path: path.into(), map, tensors })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every tensor, in alphabetical order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// A tensor, if it is here.
    pub(crate) fn find(&self, name: &str) -> Option<&Stored> {
        self.tensors.get(name)
    }

    /// Checks that a tensor has floating-point numbers.
    pub(crate) fn check_floats(&self, name: &str, stored: &Stored) -> Result<(), Error> {
        match stored.dtype {
            Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64 => Ok(()),
            _ => {
                Err(self.wrong_type(name, stored, "`F32`, `F16`, `BF16` or `F64` (quantised checkpoints are not read)"))
            }
        }
    }

    /// Reads all numbers of a tensor of this file.
    pub(crate) fn read(&self, name: &str, stored: &Stored, values: &mut [f32]) -> Result<(), Error> {
        self.check_floats(name, stored)?;
        stored.read(&self.map, values);
        self.release(stored);
        Ok(())
    }

    /// The numbers of some rows of a tensor of this file.
    pub(crate) fn rows(&self, name: &str, stored: &Stored, rows: &[u32]) -> Result<Vec<f32>, Error> {
        self.check_floats(name, stored)?;
        let values = stored.rows(&self.map, rows);
        self.release(stored);
        Ok(values)
    }

    /// All numbers of a tensor of 64-bit integers of this file.
    pub(crate) fn integers(&self, name: &str, stored: &Stored) -> Result<Vec<i64>, Error> {
        match stored.dtype {
            Dtype::I64 => Ok(stored.integers(&self.map)),
            _ => Err(self.wrong_type(name, stored, "`I64`")),
        }
    }

    fn wrong_type(&self, name: &str, stored: &Stored, expected: &'static str) -> Error {
        let (path, found) = (self.path.clone(), format!("{:?}", stored.dtype));
        Error::NumberType { path, tensor: name.into(), found, expected }
    }

    /// Gives the pages of a tensor that was read back to the system, so that a model streams through little memory.
    #[cfg(unix)]
    fn release(&self, stored: &Stored) {
        let span = stored.span();
        // SAFETY: the map is shared and only read, so that dropped pages come back unchanged when touched again.
        // The advice may be refused: it only saves memory.
        let _ = unsafe { self.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, span.start, span.len()) };
    }

    /// Elsewhere the system takes pages back by itself.
    #[cfg(not(unix))]
    fn release(&self, _: &Stored) {}
}

fn map(path: &Path) -> Result<Mmap, Error> {
    let read = |source| Error::Read { path: path.into(), source };
    // Asked before opening, because opening a pipe waits for its other end.
    if !std::fs::metadata(path).map_err(read)?.is_file() {
        return Err(Error::NotAFile { path: path.into() });
    }
    let file = File::open(path).map_err(read)?;
    // SAFETY: the map is only read, and a checkpoint is not written while it is used.
    unsafe { Mmap::map(&file) }.map_err(read)
}

/// The tensors of a safetensors file: header length, header in JSON, then the numbers without gap or overlap.
fn safetensors(path: &Path, file: &[u8]) -> Result<BTreeMap<String, Stored>, Error> {
    let damaged = |reason| Error::Damaged { path: path.into(), bytes: file.len(), reason };
    if file.is_empty() {
        return Err(damaged("it is empty".into()));
    }
    let (header, metadata) = SafeTensors::read_metadata(file).map_err(|error| damaged(error.to_string()))?;
    let data = size_of::<u64>() + header;
    let stored = |(name, info): (String, &safetensors::tensor::TensorInfo)| {
        (name, Stored::whole(info.dtype, info.shape.clone(), data + info.data_offsets.0))
    };
    Ok(metadata.tensors().into_iter().map(stored).collect())
}
