//! Images of a brain in time, as the voxels of a mask or the means of parcels.

use gyrus_formats::nifti::{NiftiFile, parcels, voxels};
use ndarray::Array2;

use crate::Error;
use crate::settings::RecordingEntry;

/// What an image did in time.
pub(super) struct Series {
    /// `(volumes, targets)`.
    pub values: Array2<f64>,
    /// Volumes a second.
    pub rate: f64,
    /// Names of the targets: places of voxels from 0, as `12-40-7`, or labels of parcels.
    pub names: Vec<String>,
}

impl Series {
    /// Whether the signal of `entry` is an image, by its name.
    pub fn is_meant(entry: &RecordingEntry) -> bool {
        let name = entry.signal.to_string_lossy().to_ascii_lowercase();
        name.ends_with(".nii") || name.ends_with(".nii.gz")
    }

    /// The image of `entry` at the voxels of its mask, or as means over its parcels.
    ///
    /// # Errors
    /// What is wrong with one of the files; neither a mask nor parcels, or both; no rate, or another one than the file has.
    pub fn read(entry: &RecordingEntry) -> Result<Self, Error> {
        let image = NiftiFile::open(&entry.signal)?;
        let rate = rate(entry, image.repetition_time())?;
        let volumes = 0..image.volumes();
        match (&entry.mask, &entry.parcels) {
            (Some(mask), None) => {
                let found = voxels(&image, &NiftiFile::open(mask)?, volumes)?;
                let names = found.places.iter().map(|[x, y, z]| format!("{x}-{y}-{z}")).collect();
                Ok(Self { values: found.values, rate, names })
            }
            (None, Some(labels)) => {
                let found = parcels(&image, &NiftiFile::open(labels)?, volumes)?;
                let names = found.labels.iter().map(i64::to_string).collect();
                Ok(Self { values: found.values, rate, names })
            }
            _ => Err(wrong(entry, "is an image: give `recordings.mask` or `recordings.parcels`, and not both".into())),
        }
    }
}

/// Volumes a second: what the study says, or else the file; they must not disagree.
fn rate(entry: &RecordingEntry, repetition_time: Option<f64>) -> Result<f64, Error> {
    let of_file = repetition_time.map(|seconds| 1.0 / seconds);
    match (entry.rate, of_file) {
        (Some(said), Some(found)) if (said - found).abs() > 1e-4 * found => {
            let reason = format!("has a volume every {} s ({found} Hz), `recordings.rate` says {said}", 1.0 / found);
            Err(wrong(entry, reason))
        }
        (Some(rate), _) | (None, Some(rate)) => Ok(rate),
        (None, None) => Err(wrong(entry, "does not say how long a volume takes: give `recordings.rate`".into())),
    }
}

/// What is wrong with the signal of `entry`.
pub(super) fn wrong(entry: &RecordingEntry, reason: String) -> Error {
    Error::Tensors { path: entry.signal.clone(), reason }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn entry(settings: &str) -> RecordingEntry {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../gyrus-formats/tests/data/nifti");
        let mut entry: RecordingEntry =
            toml::from_str(&format!("subject = \"p\"\nsignal = \"bold.nii.gz\"\n{settings}")).expect("an entry");
        for path in [Some(&mut entry.signal), entry.mask.as_mut(), entry.parcels.as_mut()].into_iter().flatten() {
            *path = folder.join(&path);
        }
        entry
    }

    #[test]
    fn voxels_of_a_mask_are_targets() -> Result<(), Error> {
        let series = Series::read(&entry("mask = \"mask.nii.gz\""))?;
        assert_eq!((series.values.dim(), series.names.len()), ((6, 4), 4));
        assert!((series.rate - 1.0 / 0.72).abs() < 1e-6, "{}", series.rate);
        Ok(())
    }

    #[test]
    fn parcels_are_targets() -> Result<(), Error> {
        let series = Series::read(&entry("parcels = \"parcels.nii\""))?;
        assert_eq!((series.values.nrows(), series.values.ncols()), (6, series.names.len()));
        Ok(())
    }

    #[test]
    fn neither_mask_nor_parcels_is_an_error() {
        let error = Series::read(&entry("")).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("`recordings.mask`"), "{error}");
    }

    #[test]
    fn other_rate_is_an_error() {
        let error = Series::read(&entry("mask = \"mask.nii.gz\"\nrate = 0.5")).err().map(|error| error.to_string());
        assert!(error.unwrap_or_default().contains("`recordings.rate` says 0.5"));
    }
}
