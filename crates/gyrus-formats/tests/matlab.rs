//! MATLAB files of versions 5 and 7 by scipy and of version 7.3 by h5py.

use fixtures::{Outcome, array, expected, fixture, said, same, texts};
use gyrus_formats::matlab::{MatFile, Value};
use ndarray::ArrayD;
use serde_json::Value as Json;

mod fixtures;

/// That a value is what Python says.
fn check(found: &Value, expected: &Json, what: &str) {
    let expected = expected.as_object().expect("a value with its kind");
    match found {
        Value::Numbers(numbers) => same(numbers, &array(&expected["numbers"]), 0.0, what),
        Value::Complex([real, imaginary]) => {
            same(real, &array(&expected["real"]), 0.0, what);
            same(imaginary, &array(&expected["imaginary"]), 0.0, what);
        }
        Value::Text(rows) => assert_eq!(*rows, texts(&expected["text"]), "{what}"),
        Value::Cell(cells) => {
            let list = expected["cells"].as_array().expect("cells");
            assert_eq!(
                (cells.values.len(), serde_json::json!(cells.shape)),
                (list.len(), expected["shape"].clone()),
                "{what}"
            );
            cells.values.iter().zip(list).for_each(|(cell, expected)| check(cell, expected, what));
        }
        Value::Struct(structs) => {
            let list = expected["struct"].as_array().expect("structs");
            assert_eq!((structs.len(), structs.shape.as_slice()), (list.len(), &[1, list.len()][..]), "{what}");
            for (place, fields) in list.iter().enumerate() {
                let fields = fields.as_object().expect("fields");
                assert_eq!(structs.names().count(), fields.len(), "{what}");
                for (name, expected) in fields {
                    check(structs.get(place, name).expect(name), expected, &format!("{what}.{name}"));
                }
            }
        }
        Value::Sparse(sparse) => {
            let dense = sparse.dense().expect("a small matrix");
            same(&dense.into_dyn(), &array(&expected["sparse"]), 0.0, what);
        }
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn all_versions_give_what_python_wrote() -> Outcome {
    let values = expected("matlab");
    for name in ["matlab/v5.mat", "matlab/v7.mat", "matlab/v73.mat"] {
        let file = MatFile::open(&fixture(name))?;
        let variables = values.as_object().expect("variables");
        assert_eq!(file.names().len(), variables.len());
        for (variable, expected) in variables {
            check(&file.read(variable)?, expected, &format!("{variable} of {name}"));
        }
        let rate = file.read("one_struct")?.field("rate").and_then(Value::number);
        assert_eq!(rate, Some(512.0));
        assert_eq!(file.read("word")?.text(), Some("gr\u{fc}\u{df}e"));
        assert_eq!(file.read("no_word")?.text(), Some(""));
    }
    Ok(())
}

#[test]
fn the_other_byte_order_and_small_elements() -> Outcome {
    let file = MatFile::open(&fixture("matlab/big.mat"))?;
    assert_eq!(file.names(), ["x", "word"]);
    let expected = ArrayD::from_shape_vec(vec![2, 3], vec![1.0, 300.0, 5.0, -2.0, 4.0, 6.0])?;
    assert_eq!(file.read("x")?, Value::Numbers(expected));
    assert_eq!(file.read("word")?.text(), Some("na\u{ef}v"));
    Ok(())
}

#[test]
fn what_is_no_file_of_ours_is_said() -> Outcome {
    let version = said(MatFile::open(&fixture("matlab/v4.mat")));
    assert!(
        version.contains("is of MATLAB's version 4, which is not read; save it again with `save -v7`"),
        "{version}"
    );
    assert!(said(MatFile::open(&fixture("matlab/expected.json"))).contains("is no MATLAB file"));
    for name in ["matlab/v7.mat", "matlab/v73.mat"] {
        let absent = said(MatFile::open(&fixture(name))?.read("resp"));
        assert!(absent.contains("has no variable `resp`; it has `cube`, `grid`, `list`"), "{absent}");
    }
    Ok(())
}
