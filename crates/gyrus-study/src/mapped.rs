//! A safetensors file mapped into memory.

use std::fs::File;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use safetensors::SafeTensors;
use safetensors::tensor::{Metadata, TensorInfo};

use crate::Error;

/// What a file of activations says of its rows under `__metadata__`: the hash of its words.
pub(crate) const TRANSCRIPT: &str = "transcript";

/// Rows or columns that a tensor without numbers may have: no byte of the file accounts for them.
const EMPTY: usize = 1 << 24;

/// A mapped file whose header was read and checked against its length.
#[derive(Debug)]
pub(crate) struct Mapped {
    path: PathBuf,
    map: Mmap,
    /// First byte after the header.
    data: usize,
}

impl Mapped {
    /// Maps the file `path`, and reads what its header says.
    ///
    /// # Errors
    /// [`Error::Read`], or [`Error::Tensors`] if it is not a whole safetensors file.
    pub(crate) fn open(path: &Path) -> Result<(Self, Metadata), Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        // SAFETY: the map is only read, results are not written in place while they are read, and lengths are checked
        // against the map.
        let map = unsafe { Mmap::map(&File::open(path).map_err(read)?) }.map_err(read)?;
        let (header, metadata) = SafeTensors::read_metadata(&map).map_err(|error| {
            let reason = format!("not a whole safetensors file ({error})");
            Error::Tensors { path: path.to_owned(), reason }
        })?;
        if let Some((name, info)) = metadata.tensors().into_iter().find(|(_, info)| is_vast(info)) {
            let reason = format!("tensor `{name}` has no numbers and shape {:?}", info.shape);
            return Err(Error::Tensors { path: path.to_owned(), reason });
        }
        Ok((Self { path: path.to_owned(), data: size_of::<u64>() + header, map }, metadata))
    }

    /// The file's path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of one of the header's tensors.
    pub(crate) fn bytes(&self, info: &TensorInfo) -> &[u8] {
        let (start, end) = info.data_offsets;
        &self.map[self.data + start..self.data + end]
    }
}

/// Whether a tensor without numbers says that it has more rows or columns than anybody needs.
fn is_vast(info: &TensorInfo) -> bool {
    info.shape.contains(&0) && info.shape.iter().any(|axis| *axis > EMPTY)
}
