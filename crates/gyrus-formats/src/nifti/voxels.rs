//! The voxels of a mask in time.

use std::ops::Range;

use ndarray::Array2;

use super::file::NiftiFile;
use crate::Error;

/// What voxels did in time.
#[derive(Debug, Clone, PartialEq)]
pub struct VoxelSeries {
    /// Their values, `(volumes, voxels)`.
    pub values: Array2<f64>,
    /// Their places in the image, from 0.
    pub places: Vec<[usize; 3]>,
    /// Their coordinates, `(voxels, 3)`, in mm unless the file has another unit.
    pub coordinates: Array2<f64>,
}

/// Some volumes of an image at the voxels at which a mask is not zero; NaN in a mask is outside of it.
///
/// Voxels are in the order of NumPy's `data[mask != 0]`: the first axis slowest.
///
/// # Errors
/// [`Error::Content`] for a mask of another shape or affine, with several volumes or without any voxel, and for volumes that
/// cannot be read; [`Error::Read`].
///
/// # Panics
/// There are no such volumes.
pub fn voxels(image: &NiftiFile, mask: &NiftiFile, volumes: Range<usize>) -> Result<VoxelSeries, Error> {
    mask.check_space(image)?;
    let inside = mask.single()?;
    let count: usize = mask.shape().iter().product();
    let mut chosen: Vec<usize> = (0..count)
        .filter(|voxel| {
            let value = inside.value(*voxel);
            value != 0.0 && !value.is_nan()
        })
        .collect();
    if chosen.is_empty() {
        return Err(Error::content(mask.path(), "mask", "has no voxel that is not zero, of", count));
    }
    chosen.sort_by_key(|voxel| mask.place(*voxel));
    let mut values = Vec::new();
    let mut read = image.open_volumes(volumes.clone())?;
    for _ in volumes.clone() {
        read.advance()?;
        values.extend(chosen.iter().map(|voxel| read.value(*voxel)));
    }
    let places: Vec<[usize; 3]> = chosen.iter().map(|voxel| mask.place(*voxel)).collect();
    let coordinates = places.iter().flat_map(|place| image.affine().apply(place.map(|axis| axis as f64))).collect();
    let matrix =
        |rows, columns, values| Array2::from_shape_vec((rows, columns), values).expect("a value for each place");
    Ok(VoxelSeries {
        values: matrix(volumes.len(), places.len(), values),
        coordinates: matrix(places.len(), 3, coordinates),
        places,
    })
}
