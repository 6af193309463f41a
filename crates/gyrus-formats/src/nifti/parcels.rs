//! Means of parcels in time.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::Array2;

use super::file::NiftiFile;
use crate::Error;

/// What parcels did in time.
#[derive(Debug, Clone, PartialEq)]
pub struct ParcelSeries {
    /// Means of their voxels, `(volumes, parcels)`; NaN where a voxel is NaN.
    pub values: Array2<f64>,
    /// Their labels, in rising order.
    pub labels: Vec<i64>,
    /// Numbers of their voxels.
    pub sizes: Vec<usize>,
    /// Means of the coordinates of their voxels, `(parcels, 3)`, in mm unless the file has another unit.
    pub coordinates: Array2<f64>,
}

/// Some volumes of an image, as means over the voxels of each label of a parcellation; 0 is no label.
///
/// # Errors
/// [`Error::Content`] for a parcellation of another shape or affine, with several volumes, without any label or with one that is
/// no whole number, and for volumes that cannot be read; [`Error::Read`].
///
/// # Panics
/// There are no such volumes.
pub fn parcels(image: &NiftiFile, parcellation: &NiftiFile, volumes: Range<usize>) -> Result<ParcelSeries, Error> {
    parcellation.check_space(image)?;
    let members = members(parcellation)?;
    let mut values = Vec::new();
    let mut read = image.open_volumes(volumes.clone())?;
    for _ in volumes.clone() {
        read.advance()?;
        let mean =
            |voxels: &Vec<usize>| voxels.iter().map(|voxel| read.value(*voxel)).sum::<f64>() / voxels.len() as f64;
        values.extend(members.values().map(mean));
    }
    let centre = |voxels: &Vec<usize>| {
        let mut sum = [0.0; 3];
        for voxel in voxels {
            let at = image.affine().apply(image.place(*voxel).map(|axis| axis as f64));
            (0..3).for_each(|axis| sum[axis] += at[axis]);
        }
        sum.map(|axis| axis / voxels.len() as f64)
    };
    let coordinates = members.values().flat_map(centre).collect();
    let matrix =
        |rows, columns, values| Array2::from_shape_vec((rows, columns), values).expect("a value for each parcel");
    Ok(ParcelSeries {
        values: matrix(volumes.len(), members.len(), values),
        coordinates: matrix(members.len(), 3, coordinates),
        sizes: members.values().map(Vec::len).collect(),
        labels: members.into_keys().collect(),
    })
}

/// The voxels of each label.
fn members(parcellation: &NiftiFile) -> Result<BTreeMap<i64, Vec<usize>>, Error> {
    let labels = parcellation.single()?;
    let count: usize = parcellation.shape().iter().product();
    let mut members: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for voxel in 0..count {
        let label = labels.value(voxel);
        if !(label.fract() == 0.0 && label.abs() < 9e15) {
            let place = format!("label of voxel {:?} (from 0)", parcellation.place(voxel));
            return Err(Error::content(parcellation.path(), place, "is no whole number", label));
        }
        if label != 0.0 {
            members.entry(label as i64).or_default().push(voxel);
        }
    }
    if members.is_empty() {
        return Err(Error::content(
            parcellation.path(),
            "parcellation",
            "has no label that is not zero, of voxels",
            count,
        ));
    }
    Ok(members)
}
