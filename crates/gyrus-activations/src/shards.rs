//! Weight files mapped into memory, and where in them each tensor is.
//!
//! A model is one `model.safetensors` or several files listed in `model.safetensors.index.json`.
//! Numbers are turned into f32 as they are read; nothing stays in memory.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

use half::{bf16, f16};
use memmap2::Mmap;
use safetensors::{Dtype, SafeTensors, tensor::TensorInfo};

use crate::Error;
use crate::config::Config;

/// One mapped file, its header checked against its length.
#[derive(Debug)]
pub(crate) struct Shard {
    path: PathBuf,
    map: Mmap,
    /// First byte after the header.
    data: usize,
    tensors: HashMap<String, TensorInfo>,
}

/// Every file of a model.
#[derive(Debug)]
pub(crate) struct Shards {
    dir: PathBuf,
    files: Vec<Shard>,
    /// The file of each tensor.
    file_of: HashMap<String, usize>,
}

impl Shard {
    /// Maps the file `path`.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let read = |source| Error::Read { path: path.into(), source };
        let file = File::open(path).map_err(read)?;
        // SAFETY: the map is only read, and a checkpoint is not written while it is used.
        let map = unsafe { Mmap::map(&file) }.map_err(read)?;
        let (header, metadata) = SafeTensors::read_metadata(&map).map_err(|error| Error::Damaged {
            path: path.into(),
            bytes: map.len(),
            reason: error.to_string(),
        })?;
        let tensors = metadata.tensors().into_iter().map(|(name, info)| (name, info.clone())).collect();
        Ok(Self { path: path.into(), data: size_of::<u64>() + header, tensors, map })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Type and shape of a tensor.
    pub(crate) fn info(&self, name: &str) -> Result<&TensorInfo, Error> {
        self.tensors.get(name).ok_or_else(|| Error::MissingTensor { path: self.path.clone(), tensor: name.into() })
    }

    /// The bytes of a tensor.
    pub(crate) fn bytes(&self, info: &TensorInfo) -> &[u8] {
        let (start, end) = info.data_offsets;
        &self.map[self.data + start..self.data + end]
    }

    /// Checks that `name` has floating-point numbers in `shape`.
    pub(crate) fn check(&self, name: &str, shape: &[usize]) -> Result<(), Error> {
        let info = self.info(name)?;
        if info.shape != shape {
            let (expected, found) = (shape.to_vec(), info.shape.clone());
            return Err(Error::Shape { path: self.path.clone(), tensor: name.into(), expected, found });
        }
        self.check_floats(name)
    }

    /// Checks that `name` has floating-point numbers.
    pub(crate) fn check_floats(&self, name: &str) -> Result<(), Error> {
        match self.info(name)?.dtype {
            Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64 => Ok(()),
            other => Err(Error::NumberType {
                path: self.path.clone(),
                tensor: name.into(),
                found: format!("{other:?}"),
                expected: "`F32`, `F16`, `BF16` or `F64`",
            }),
        }
    }

    /// All numbers of a checked tensor.
    pub(crate) fn values(&self, name: &str) -> Result<Vec<f32>, Error> {
        let info = self.info(name)?;
        Ok(floats(info.dtype, self.bytes(info)))
    }

    /// The numbers of some rows of a checked matrix, one row after the other.
    pub(crate) fn rows(&self, name: &str, rows: &[u32]) -> Result<Vec<f32>, Error> {
        let info = self.info(name)?;
        let (bytes, width) = (self.bytes(info), info.shape[1] * info.dtype.bitsize() / 8);
        Ok(rows.iter().flat_map(|&row| floats(info.dtype, &bytes[row as usize * width..][..width])).collect())
    }
}

impl Shards {
    /// Maps every weight file in the folder `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Self, Error> {
        let (one, index) = (dir.join("model.safetensors"), dir.join("model.safetensors.index.json"));
        if one.exists() {
            let file = Shard::open(&one)?;
            let file_of = file.tensors.keys().map(|name| (name.clone(), 0)).collect();
            Ok(Self { dir: dir.into(), files: vec![file], file_of })
        } else if index.exists() {
            Self::open_listed(dir, &index)
        } else {
            Err(Error::NoWeights { dir: dir.into() })
        }
    }

    fn open_listed(dir: &Path, index: &Path) -> Result<Self, Error> {
        let config = Config::open(index)?;
        let map = config.section("weight_map")?.ok_or_else(|| config.refuse("weight_map", "an object"))?;
        let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (tensor, file) in map.entries() {
            let file = file.as_str().ok_or_else(|| map.refuse(tensor, "a file name"))?;
            listed.entry(file.into()).or_default().push(tensor.clone());
        }
        let files = listed.keys().map(|file| Shard::open(&dir.join(file))).collect::<Result<_, _>>()?;
        let file_of =
            (0..).zip(listed.into_values()).flat_map(|(i, names)| names.into_iter().map(move |name| (name, i)));
        Ok(Self { dir: dir.into(), files, file_of: file_of.collect() })
    }

    /// Whether some file has the tensor.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.file_of.contains_key(name)
    }

    /// The file that holds the tensor.
    pub(crate) fn shard(&self, name: &str) -> Result<&Shard, Error> {
        match (self.file_of.get(name), self.files.as_slice()) {
            (Some(&file), files) => Ok(&files[file]),
            (None, [one]) => Err(Error::MissingTensor { path: one.path.clone(), tensor: name.into() }),
            (None, _) => Err(Error::MissingTensor { path: self.dir.clone(), tensor: name.into() }),
        }
    }
}

/// Little-endian numbers of a floating type as f32.
fn floats(dtype: Dtype, bytes: &[u8]) -> Vec<f32> {
    match dtype {
        Dtype::F16 => numbers(bytes, |b| f16::from_le_bytes(b).to_f32()),
        Dtype::BF16 => numbers(bytes, |b| bf16::from_le_bytes(b).to_f32()),
        Dtype::F64 => numbers(bytes, |b| f64::from_le_bytes(b) as f32),
        _ => numbers(bytes, f32::from_le_bytes),
    }
}

/// Every N bytes as a number.
pub(crate) fn numbers<const N: usize, T>(bytes: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|&chunk| number(chunk)).collect()
}
