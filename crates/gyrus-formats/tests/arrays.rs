//! Arrays by NumPy, safetensors, h5py and scipy through one door.

use std::fs;

use fixtures::{Outcome, array, expected, fixture, said, same};
use gyrus_formats::arrays::{ArrayFile, read_matrix};
use ndarray::s;
use serde_json::Value;

mod fixtures;

/// That all arrays of a file are what Python says, by rows too.
fn check(name: &str, expected: &Value) -> Outcome {
    let file = ArrayFile::open(&fixture(name))?;
    let expected = expected.as_object().expect("arrays by name");
    assert_eq!(file.names().len(), expected.len(), "{name}");
    for (array_name, values) in expected {
        let (found, values) = (file.matrix(Some(array_name))?, array(values));
        same(&found.clone().into_dyn(), &values, 0.0, &format!("{array_name} of {name}"));
        let rows = found.nrows();
        for range in [0..rows, rows / 2..rows, 1..1] {
            assert_eq!(
                file.rows(Some(array_name), range.clone())?,
                found.slice(s![range, ..]),
                "{array_name} of {name}"
            );
        }
    }
    Ok(())
}

#[test]
fn numpy_of_every_type_and_order() -> Outcome {
    for (name, values) in expected("arrays")["npy"].as_object().expect("files") {
        let path = fixture("arrays").join(name);
        let found = read_matrix(&path, None)?;
        same(&found.clone().into_dyn(), &array(values), 0.0, name);
        let file = ArrayFile::open(&path)?;
        let half = found.nrows() / 2;
        let part = file.rows(Some("array"), half..found.nrows())?;
        same(&part.into_dyn(), &found.slice(s![half.., ..]).to_owned().into_dyn(), 0.0, name);
    }
    Ok(())
}

#[test]
fn files_of_several_arrays() -> Outcome {
    let values = expected("arrays");
    for name in ["arrays/plain.npz", "arrays/packed.npz"] {
        check(name, &values["npz"])?;
    }
    check("arrays/tensors.safetensors", &values["tensors"])?;
    same(&read_matrix(&fixture("arrays/single.npz"), None)?.into_dyn(), &array(&values["npz"]["x"]), 0.0, "single");
    Ok(())
}

#[test]
fn hdf5_and_matlab_through_the_same_door() -> Outcome {
    let hdf5 = expected("hdf5");
    for name in ["hdf5/old.h5", "hdf5/new.h5"] {
        let file = ArrayFile::open(&fixture(name))?;
        for path in ["layouts/shuffled", "/layouts/gzip", "types/int16-big"] {
            let values = array(&hdf5[path.trim_start_matches('/')]);
            same(&file.matrix(Some(path))?.into_dyn(), &values, 0.0, path);
        }
        assert!(!file.names().iter().any(|name| name.starts_with("texts")));
    }
    let values = array(&expected("matlab")["of_int16"]["numbers"]);
    for name in ["matlab/v5.mat", "matlab/v7.mat", "matlab/v73.mat"] {
        let file = ArrayFile::open(&fixture(name))?;
        same(&file.matrix(Some("of_int16"))?.into_dyn(), &values, 0.0, name);
        assert_eq!(file.rows(Some("thin"), 1..2)?.row(0).to_vec(), [1.5, 0.0, -3.0]);
        assert!(said(file.matrix(Some("list"))).ends_with("variable `list` is no array of numbers but: `cells`"));
    }
    Ok(())
}

#[test]
fn what_is_wrong_is_said() -> Outcome {
    let read = |name: &str, array: Option<&str>| said(read_matrix(&fixture(name), array));
    assert!(read("arrays/plain.npz", None).contains("has several arrays, name one of them: `x, turned, y`"));
    assert!(read("arrays/plain.npz", Some("z")).ends_with("has no array `z`; it has `turned`, `x`, `y`"));
    assert!(read("arrays/cube.npy", None).ends_with("array `array` has more than two axes: `[2, 3, 4]`"));
    assert!(read("arrays/words.npy", None).contains("header of array is not understood: `{'descr': '<U1'"));
    assert!(read("matlab/v7.mat", Some("cube")).contains("`[2, 3, 4]`"));
    assert!(
        read("nifti/mask.nii.gz", None).contains("is no .npy, .npz, safetensors, HDF5 or MATLAB file, by its first")
    );
    let rows = said(ArrayFile::open(&fixture("arrays/row.npy"))?.rows(None, 3..6));
    assert!(rows.ends_with("array `array` has 5 rows, not all of: `3..6`"), "{rows}");
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("a.npy");
    let whole = fs::read(fixture("arrays/columns.npy"))?;
    fs::write(&path, &whole[..whole.len() - 1])?;
    assert!(said(ArrayFile::open(&path)).ends_with("has 295 bytes, its header says 296"));
    let mut open_shape = whole.clone();
    let end = whole.iter().position(|byte| *byte == b')').expect("the end of the shape");
    open_shape[end] = b' ';
    fs::write(&path, open_shape)?;
    assert!(said(ArrayFile::open(&path)).contains("header of array is not understood: `{'descr'"));
    Ok(())
}
