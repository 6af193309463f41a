//! An image whose volumes are read where they are needed.

use std::fs::File;
use std::io::{BufReader, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use ndarray::{Array3, ShapeBuilder};

use super::affine::Affine;
use super::header::{self, BYTES, Header};
use super::volumes::Volumes;
use crate::Error;

/// An image of version 1 or 2, in one file, plain or compressed by gzip.
#[derive(Debug)]
pub struct NiftiFile {
    path: PathBuf,
    header: Header,
    compressed: bool,
}

impl NiftiFile {
    /// Opens the file `path` and reads its header.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Length`] for a plain file that is shorter than it says; [`Error::Content`] for what is no
    /// NIfTI image or contradicts itself.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = Error::read(path);
        let mut file = File::open(path).map_err(read)?;
        let found = file.metadata().map_err(read)?.len();
        let mut bytes = Vec::new();
        file.by_ref().take(BYTES[1] as u64).read_to_end(&mut bytes).map_err(read)?;
        let compressed = bytes.starts_with(&[0x1f, 0x8b]);
        if compressed {
            bytes.clear();
            let packed = BufReader::new(File::open(path).map_err(read)?);
            let whole = MultiGzDecoder::new(packed).take(BYTES[1] as u64).read_to_end(&mut bytes);
            whole.map_err(|said| Error::content(path, "header", "cannot be decompressed", said))?;
        }
        let file = Self { path: path.to_owned(), header: header::read(path, &bytes)?, compressed };
        let expected = file.header.begin.saturating_add((file.volume_bytes() * file.volumes()) as u64);
        if !compressed && found < expected {
            return Err(Error::Length { path: path.to_owned(), found, expected });
        }
        Ok(file)
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Sizes of the three axes of space.
    pub fn shape(&self) -> [usize; 3] {
        self.header.shape
    }

    /// Number of volumes, one or more.
    pub fn volumes(&self) -> usize {
        self.header.volumes
    }

    /// From places to coordinates, in mm unless the file has another unit.
    ///
    /// It is the one that the header gives in rows, or else as a rotation, or else as sizes of voxels around the middle.
    pub fn affine(&self) -> &Affine {
        &self.header.affine
    }

    /// Seconds between volumes, if the file says so.
    pub fn repetition_time(&self) -> Option<f64> {
        self.header.repetition_time
    }

    /// One volume, from 0.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Content`] for a file that ends before it, or cannot be decompressed.
    ///
    /// # Panics
    /// There is no such volume.
    pub fn volume(&self, volume: usize) -> Result<Array3<f64>, Error> {
        let mut read = self.open_volumes(volume..volume + 1)?;
        read.advance()?;
        let values: Vec<f64> = (0..self.shape().iter().product()).map(|voxel| read.value(voxel)).collect();
        let shape = self.shape();
        Ok(Array3::from_shape_vec((shape[0], shape[1], shape[2]).f(), values)
            .expect("as many values as the shape says"))
    }

    /// Makes ready to read some volumes, one after the other.
    pub(super) fn open_volumes(&self, volumes: Range<usize>) -> Result<Volumes<'_>, Error> {
        assert!(volumes.start <= volumes.end && volumes.end <= self.volumes(), "volumes are among those of the file");
        Volumes::open(self, volumes)
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    pub(super) fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Bytes of a volume; all volumes together are known to fit a number.
    pub(super) fn volume_bytes(&self) -> usize {
        self.shape().iter().product::<usize>() * self.header.number.bytes()
    }

    /// Place of a voxel, given as the place of its number in a volume.
    pub(super) fn place(&self, voxel: usize) -> [usize; 3] {
        let [x, y, _] = self.shape();
        [voxel % x, voxel / x % y, voxel / x / y]
    }

    /// That this image lies in the space of `other`.
    pub(super) fn check_space(&self, other: &Self) -> Result<(), Error> {
        if self.shape() != other.shape() {
            let wrong = format!("differs from {:?} of `{}`", other.shape(), other.path.display());
            return Err(Error::content(&self.path, "shape", wrong, format!("{:?}", self.shape())));
        }
        if !self.affine().is_close(other.affine()) {
            let wrong = format!("differs from {:?} of `{}`", other.affine().0, other.path.display());
            return Err(Error::content(&self.path, "affine", wrong, format!("{:?}", self.affine().0)));
        }
        Ok(())
    }

    /// The numbers of an image of one volume, first axis fastest.
    pub(super) fn single(&self) -> Result<Volumes<'_>, Error> {
        if self.volumes() != 1 {
            return Err(Error::content(&self.path, "a mask or parcellation", "has several volumes", self.volumes()));
        }
        let mut read = self.open_volumes(0..1)?;
        read.advance()?;
        Ok(read)
    }
}
