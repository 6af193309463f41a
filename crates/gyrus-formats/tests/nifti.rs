//! NIfTI images by nibabel.

use std::fs;
use std::io::Write;
use std::path::Path;

use fixtures::{Outcome, array, expected, fixture, said, same};
use flate2::Compression;
use flate2::write::GzEncoder;
use gyrus_formats::Error;
use gyrus_formats::nifti::{NiftiFile, parcels, voxels};
use ndarray::{ArrayD, Axis, IxDyn};

mod fixtures;

fn open(name: &str) -> Result<NiftiFile, Error> {
    NiftiFile::open(&fixture("nifti").join(name))
}

/// All volumes, time last.
fn all(file: &NiftiFile) -> Result<ArrayD<f64>, Error> {
    let volumes = (0..file.volumes()).map(|volume| file.volume(volume)).collect::<Result<Vec<_>, _>>()?;
    let views: Vec<_> = volumes.iter().map(|volume| volume.view()).collect();
    Ok(ndarray::stack(Axis(3), &views).expect("volumes of one shape").into_dyn())
}

#[test]
fn every_type_and_byte_order_is_read() -> Outcome {
    for (name, values) in expected("nifti")["volumes"].as_object().expect("images") {
        let file = open(name)?;
        assert_eq!((file.shape(), file.volumes(), file.repetition_time()), ([4, 3, 2], 1, None));
        same(&file.volume(0)?.into_dyn(), &array(values), 0.0, name);
    }
    Ok(())
}

#[test]
fn both_versions_and_all_affines_are_those_of_nibabel() -> Outcome {
    let values = expected("nifti");
    for (name, affine) in values["affines"].as_object().expect("images") {
        let file = open(name)?;
        same(&all(&file)?, &array(&values["data"]), 0.0, name);
        let found = file.affine().0.iter().flatten().copied().chain([0.0, 0.0, 0.0, 1.0]).collect();
        same(&ArrayD::from_shape_vec(IxDyn(&[4, 4]), found)?, &array(affine), 2e-6, name);
        let step = if name.starts_with("bold") { 0.72 } else { 1.5 };
        assert_eq!((file.volumes(), file.repetition_time()), (6, Some(step)), "{name}");
    }
    same(&all(&open("scaled.nii.gz")?)?, &array(&values["scaled"]), 1e-12, "scaled");
    Ok(())
}

#[test]
fn masks_choose_voxels_in_the_order_of_numpy() -> Outcome {
    let (values, mask) = (expected("nifti"), open("mask.nii.gz")?);
    for name in ["bold.nii.gz", "second-big.nii"] {
        let image = open(name)?;
        let series = voxels(&image, &mask, 0..6)?;
        same(&series.values.clone().into_dyn(), &array(&values["masked"]), 0.0, name);
        same(&series.coordinates.into_dyn(), &array(&values["coordinates"]), 1e-6, name);
        let places: Vec<f64> = series.places.iter().flatten().map(|axis| *axis as f64).collect();
        assert_eq!(places, array(&values["places"]).into_raw_vec_and_offset().0);
        let part = voxels(&image, &mask, 2..5)?.values;
        assert_eq!(part, series.values.slice(ndarray::s![2..5, ..]));
    }
    Ok(())
}

#[test]
fn parcels_are_means() -> Outcome {
    let values = expected("nifti");
    let series = parcels(&open("bold.nii.gz")?, &open("parcels.nii")?, 0..6)?;
    same(&series.values.into_dyn(), &array(&values["means"]), 1e-14, "means");
    same(&series.coordinates.into_dyn(), &array(&values["centres"]), 1e-6, "centres");
    assert_eq!((series.labels, series.sizes), (vec![-3, 5, 1001], vec![1, 12, 4]));
    Ok(())
}

#[test]
fn images_of_other_spaces_are_refused() -> Outcome {
    let image = open("bold.nii.gz")?;
    let message = |mask: &str| said(voxels(&image, &open(mask).expect("an image"), 0..1));
    assert!(
        message("other-shape.nii")
            .contains("shape differs from [4, 3, 2] of `tests/data/nifti/bold.nii.gz`: `[3, 3, 2]`")
    );
    assert!(message("other-affine.nii").contains("affine differs from"));
    assert!(message("bold.nii.gz").ends_with("a mask or parcellation has several volumes: `6`"));
    let labels = said(parcels(&image, &halves()?, 0..1));
    assert!(labels.contains("label of voxel [0, 0, 0] (from 0) is no whole number"), "{labels}");
    Ok(())
}

/// Whole numbers with a slope of a half and an intercept of a quarter.
fn halves() -> Result<NiftiFile, Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fraction.nii");
    let mut bytes = fs::read(fixture("nifti/type-u1-little.nii"))?;
    bytes[112..116].copy_from_slice(&0.5_f32.to_le_bytes());
    bytes[116..120].copy_from_slice(&0.25_f32.to_le_bytes());
    fs::write(&path, bytes)?;
    Ok(NiftiFile::open(&path)?)
}

#[test]
fn files_that_lie_are_said() -> Outcome {
    let whole = fs::read(fixture("nifti/quaternion.nii"))?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("a.nii");
    let open = |bytes: &[u8]| -> Result<String, Box<dyn std::error::Error>> {
        fs::write(&path, bytes)?;
        Ok(said(NiftiFile::open(&path).and_then(|file| all(&file))))
    };
    let change = |at: usize, field: &[u8]| {
        let mut bytes = whole.clone();
        bytes[at..at + field.len()].copy_from_slice(field);
        bytes
    };
    assert!(open(&whole[..whole.len() - 1])?.ends_with("has 927 bytes, its header says 928"));
    assert!(open(&whole[..200])?.ends_with("header is cut off, after bytes: `200`"));
    assert!(open(b"")?.contains("is no NIfTI image, by its first number: `0`"));
    assert!(open(&change(344, b"ni1\0"))?.contains("has its numbers in a file of their own"));
    assert!(
        open(&change(70, &32_i16.to_le_bytes()))?
            .contains("type of numbers is not read: complex, coloured or unknown: `32`")
    );
    assert!(open(&change(42, &(-4_i16).to_le_bytes()))?.contains("shape is none"));
    let more: Vec<u8> = [5_i16, 4, 3, 2, 6, 2].iter().flat_map(|size| size.to_le_bytes()).collect();
    assert!(open(&change(40, &more))?.contains("shape has more axes than space and time"));
    assert!(open(&change(108, &f32::NAN.to_le_bytes()))?.contains("is not after a header of 348 bytes: `NaN`"));
    assert!(open(&change(268, &f32::INFINITY.to_le_bytes()))?.contains("affine has a value that is not finite: `inf`"));
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&whole)?;
    let packed = packed.finish()?;
    assert!(open(&packed[..packed.len() - 20])?.contains("cannot be"), "cut off");
    let mut sum = packed.clone();
    let end = sum.len() - 6;
    sum[end] ^= 1;
    assert!(open(&sum)?.contains("volume 6 (from 0) is followed by what cannot be decompressed"));
    Ok(())
}
