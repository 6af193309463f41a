//! NIfTI images, versions 1 and 2, plain or compressed: volumes in time, as voxels of a mask or as parcels.
//!
//! Volumes are read one at a time, so memory is what is kept.
//! Voxels come in the order of NumPy's `data[mask != 0]`: the first axis slowest.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::nifti::{NiftiFile, voxels};
//!
//! let folder = Path::new("tests/data/nifti");
//! let (image, mask) = (NiftiFile::open(&folder.join("bold.nii.gz"))?, NiftiFile::open(&folder.join("mask.nii.gz"))?);
//! let series = voxels(&image, &mask, 0..image.volumes())?;
//! assert_eq!((series.values.dim(), image.repetition_time()), ((6, 4), Some(0.72)));
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

mod affine;
mod file;
mod header;
mod parcels;
mod volumes;
mod voxels;

pub use affine::Affine;
pub use file::NiftiFile;
pub use parcels::{ParcelSeries, parcels};
pub use voxels::{VoxelSeries, voxels};
