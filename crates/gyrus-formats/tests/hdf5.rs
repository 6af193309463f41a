//! HDF5 files written by h5py, in the oldest format and the newest.

use fixtures::{Outcome, array, expected, fixture, said, same};
use gyrus_formats::hdf5::{Attribute, DataKind, Hdf5File, Object};
use ndarray::{Axis, Slice};

mod fixtures;

const FILES: [&str; 3] = ["hdf5/old.h5", "hdf5/new.h5", "hdf5/v110.h5"];

#[test]
fn every_layout_filter_and_type_is_read_as_h5py_reads_it() -> Outcome {
    let values = expected("hdf5");
    for name in FILES {
        let file = Hdf5File::open(&fixture(name))?;
        for (path, expected) in values.as_object().expect("arrays by path") {
            let data_set = file.data_set(path)?;
            assert_eq!(data_set.kind(), DataKind::Number, "{path}");
            same(&data_set.read()?, &array(expected), 0.0, &format!("{path} of {name}"));
        }
        let odd = file.data_set("types/nan")?.read()?;
        assert!(odd[0] == 1.0 && odd[1].is_nan() && odd[2] == f64::INFINITY);
    }
    Ok(())
}

#[test]
fn rows_are_those_of_the_whole() -> Outcome {
    for name in FILES {
        let file = Hdf5File::open(&fixture(name))?;
        for path in file.all_data_sets()?.iter().filter(|path| path.starts_with("layouts") || *path == "types/cube") {
            let data_set = file.data_set(path)?;
            let (all, rows) = (data_set.read()?, data_set.shape()[0]);
            for range in [0..0, 0..1, 1..rows, rows / 2..rows / 2 + 1, 2..rows.min(7), 0..rows] {
                let part = all.slice_axis(Axis(0), Slice::from(range.clone())).to_owned();
                same(&data_set.rows(range.clone())?, &part, 0.0, &format!("{range:?} of {path} of {name}"));
            }
        }
        let floats = file.data_set("types/float32-little")?;
        assert_eq!(floats.f32_rows(1..2)?.mapv(f64::from), floats.rows(1..2)?);
        assert!(said(file.data_set("types/float64-little")?.f32_rows(0..1)).contains("does not hold 32-bit floats"));
    }
    Ok(())
}

#[test]
fn texts_and_attributes_are_read() -> Outcome {
    for name in FILES {
        let file = Hdf5File::open(&fixture(name))?;
        for path in ["texts/variable", "texts/fixed", "texts/zipped"] {
            assert_eq!(file.data_set(path)?.texts()?, ["one", "zwei", "drei\u{df}", ""], "{path} of {name}");
        }
        assert_eq!(file.data_set("texts/scalar")?.texts()?, ["a text"]);
        assert_eq!(file.data_set("types/scalar")?.read()?.iter().copied().collect::<Vec<_>>(), [2.5]);
        let attributes = file.attributes("attributes")?;
        assert_eq!(attributes.number("rate"), Some(512.0), "{name}");
        assert_eq!(attributes.number("count"), Some(-3.0));
        assert_eq!(attributes.get("several"), Some(&Attribute::Numbers(vec![1.5, 2.5])));
        assert_eq!(attributes.text("unit"), Some("volts"));
        assert_eq!(attributes.text("fixed"), Some("fixed text"));
        assert_eq!(attributes.texts("names"), ["a", "bc"]);
        assert_eq!(attributes.number("good"), Some(1.0));
        assert_eq!(attributes.number("more-11"), Some(11.0));
        assert_eq!(attributes.names().count(), 20);
        assert_eq!(file.data_sets("many")?.len(), 40);
        assert_eq!(file.data_set("many/item-39")?.read()?.sum(), 39.0);
    }
    Ok(())
}

#[test]
fn references_lead_to_their_objects() -> Outcome {
    for name in FILES {
        let file = Hdf5File::open(&fixture(name))?;
        let target = file.attributes("attributes")?.reference("target").expect("a reference");
        assert!(matches!(file.referred(target)?, Object::DataSet(data_set) if data_set.path() == "/layouts/gzip"));
        let references = file.data_set("attributes/references")?.references()?;
        assert_eq!((references.len(), references[0]), (2, target));
        assert!(matches!(file.referred(references[1])?, Object::Group(path) if path == "/types"));
        assert!(said(file.referred(3)).ends_with("a reference leads to no object: `0x3`"));
    }
    Ok(())
}

#[test]
fn what_is_not_there_is_said_with_what_is() -> Outcome {
    let file = Hdf5File::open(&fixture(FILES[1]))?;
    let absent = said(file.data_set("layouts/nothing"));
    assert!(
        absent.contains("has no data set `layouts/nothing`; it has `attributes/references`, `layouts/"),
        "{absent}"
    );
    assert!(absent.contains(" more"), "{absent}");
    assert!(said(file.data_set("nowhere/nothing")).contains("has no data set"));
    let absent = said(file.groups("nowhere"));
    assert!(
        absent.ends_with("has no group `nowhere`; it has `attributes`, `layouts`, `many`, `texts`, `types`"),
        "{absent}"
    );
    assert!(said(file.data_set("texts/fixed")?.read()).contains("data set texts/fixed holds no numbers"));
    assert!(said(file.data_set("types/bool")?.texts()).contains("data set types/bool holds no texts"));
    assert!(said(Hdf5File::open(&fixture("hdf5/expected.json"))).contains("is no HDF5 file"));
    assert!(said(Hdf5File::open(&fixture("hdf5/nothing.h5"))).starts_with("read `"));
    assert!(Hdf5File::is_one(&fixture(FILES[0]))? && !Hdf5File::is_one(&fixture("hdf5/expected.json"))?);
    Ok(())
}
