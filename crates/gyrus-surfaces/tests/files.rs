//! Files that nibabel wrote (`tests/scripts/surfaces_fixtures.py` at the top of the repository), and broken ones.

use std::fs;
use std::path::{Path, PathBuf};

use gyrus_surfaces::{Error, Parcellation, Surface, read_curvature, read_label, read_parcellation, read_surface};
use serde_json::Value;
use tempfile::TempDir;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn data(name: &str) -> PathBuf {
    Path::new("tests/data").join(name)
}

fn expected() -> Result<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(data("expected.json"))?)?)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map_or_else(|| value.as_f64().into_iter().collect(), |all| all.iter().flat_map(numbers).collect())
}

/// The surface in the file `name` has the points and triangles that nibabel wrote, and this centre.
fn check(name: &str, centre: Option<[f64; 3]>, tolerance: f64) -> Result<Surface> {
    let (surface, expected) = (read_surface(&data(name))?, expected()?);
    let points = numbers(&expected["points"]);
    assert_eq!(surface.points().len(), points.len());
    let near = surface.points().iter().zip(&points).all(|(found, wanted)| (found - wanted).abs() <= tolerance);
    assert!(near, "{name}");
    let corners: Vec<f64> = surface.triangles().iter().flatten().map(|corner| f64::from(*corner)).collect();
    assert_eq!(corners, numbers(&expected["triangles"]), "{name}");
    assert_eq!(surface.centre(), centre, "{name}");
    Ok(surface)
}

#[test]
fn freesurfer_surfaces_are_those_nibabel_wrote() -> Result<()> {
    let centre = Some([-5.5, 17.25, -3.125]);
    for (name, centre) in [("plain", None), ("footer", centre), ("short", centre), ("scanner", None), ("invalid", None)]
    {
        check(&format!("lh.{name}"), centre, 0.0)?;
    }
    let (before, after) = (read_surface(&data("lh.footer"))?, read_surface(&data("lh.footer"))?.in_scanner_space());
    let moved = &after.points() - &before.points();
    assert!(
        moved.rows().into_iter().all(|row| row.iter().zip([-5.5, 17.25, -3.125]).all(|(a, b)| (a - b).abs() < 1e-9))
    );
    Ok(())
}

#[test]
fn gifti_surfaces_are_those_nibabel_wrote() -> Result<()> {
    let centre = Some([1.5, -2.25, 8.0]);
    check("ascii.surf.gii", centre, 1e-4)?;
    for name in ["base64", "gzip", "columns"] {
        check(&format!("{name}.surf.gii"), centre, 0.0)?;
    }
    check("big.surf.gii", None, 0.0)?;
    check("scanner.surf.gii", None, 0.0)?;
    Ok(())
}

#[test]
fn parcellations_are_those_nibabel_wrote() -> Result<()> {
    let expected = expected()?;
    let regions =
        expected["regions"].as_array().ok_or("a list")?.iter().map(|region| region.as_u64().map(|r| r as usize));
    let names = expected["names"].as_array().ok_or("a list")?.iter().filter_map(|name| Some(name.as_str()?.to_owned()));
    let wanted = Parcellation::new(names.collect(), regions.collect())?;
    for name in ["lh.new.annot", "lh.old.annot", "ascii.label.gii", "gzip.label.gii"] {
        assert_eq!(read_parcellation(&data(name))?, wanted, "{name}");
    }
    let surface = read_surface(&data("lh.plain"))?;
    assert_eq!(wanted.region(&surface, 0)?, None);
    assert_eq!(wanted.region(&surface, 2)?, Some("superiortemporal"));
    Ok(())
}

#[test]
fn an_electrode_has_a_vertex_a_region_and_a_distance() -> Result<()> {
    let surface = read_surface(&data("lh.plain"))?;
    let place = surface.point(7)?;
    let electrode = [place[0] * 1.01, place[1] * 1.01, place[2] * 1.01];
    let found = surface.snap(electrode, 5.0)?;
    assert_eq!(found.vertex, 7);
    assert_eq!(read_parcellation(&data("lh.new.annot"))?.region(&surface, 7)?, Some("superiortemporal"));
    assert!(matches!(surface.snap([0.0, 0.0, 300.0], 5.0), Err(Error::TooFar { .. })));
    Ok(())
}

#[test]
fn numbers_and_labels_are_those_written() -> Result<()> {
    let (found, wanted) = (read_curvature(&data("lh.curv"))?, numbers(&expected()?["curvature"]));
    assert!(found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-15));
    let label = read_label(&data("lh.test.label"))?;
    assert_eq!((label.vertices, label.values), (vec![3, 7, 40], vec![0.75, 1.75, 10.0]));
    assert_eq!(label.points.len(), 3);
    Ok(())
}

/// A file whose bytes are those of the fixture `name`, changed.
fn changed(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let (path, mut bytes) = (folder.path().join(name), fs::read(data(name))?);
    change(&mut bytes);
    fs::write(&path, bytes)?;
    Ok((folder, path))
}

fn said<T>(path: &Path, found: std::result::Result<T, Error>) -> String {
    let error = found.err().map(|error| error.to_string()).unwrap_or_default();
    error.replace(&format!("`{}`", path.display()), "it")
}

/// What reading the fixture `name` says once `from` is `to` in it.
fn check_error(name: &str, from: &str, to: &str, expected: &str) -> Result<()> {
    let (_folder, path) = changed(name, |bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert!(text.contains(from), "{from}");
        *bytes = text.replacen(from, to, 1).into_bytes();
    })?;
    let found =
        if name.contains("label") { said(&path, read_parcellation(&path)) } else { said(&path, read_surface(&path)) };
    assert!(found.starts_with(expected), "{found}");
    Ok(())
}

#[test]
fn a_field_that_contradicts_the_file_is_named() -> Result<()> {
    // After the magic number and two lines of comment.
    let counts = 3 + "created by a test on a day\n\n".len();
    for (at, to, expected) in [
        (counts, [0x7f; 4], "it byte 39 (from 0): the coordinates takes 25668745716 bytes, 2328 are left"),
        (counts, [0xff; 4], "it byte 31 (from 0): the number of vertices is negative: `-1`"),
        (counts + 4, [0x7f; 4], "it byte 831 (from 0): the triangles takes 25668745716 bytes, 1536 are left"),
        (counts + 4, [0; 4], "it: a surface needs points `(vertices, 3)` and triangles: 66 x 3 numbers, 0 triangles"),
        (counts + 8, [0x7f, 0xc0, 0, 0], "it: vertex 0 (from 0) has the coordinate `NaN`"),
        (counts + 800, [0, 0, 0, 66], "it: triangle 0 (from 0) has the corner `66`, the surface has 66 vertices"),
        (counts + 800, [0xff; 4], "it: triangle 0 (from 0) has the corner `-1`, the surface has 66 vertices"),
        (0, [0xff; 4], "it is a file of quadrangles, or of numbers per vertex, surfaces are FreeSurfer's triangles"),
        (0, [b'p'; 4], "it is no surface, surfaces are FreeSurfer's triangles"),
    ] {
        let (_folder, path) = changed("lh.plain", |bytes| bytes[at..at + 4].copy_from_slice(&to))?;
        let found = said(&path, read_surface(&path));
        assert!(found.starts_with(expected), "{found}");
    }
    let (_folder, path) = changed("lh.footer", |bytes| {
        let at = bytes.windows(4).rposition(|four| four == b"17.2").expect("cras");
        bytes[at] = b'x';
    })?;
    let found = said(&path, read_surface(&path));
    assert!(found.ends_with("cras is not three finite numbers: `-5.5 x7.25 -3.125`"), "{found}");
    Ok(())
}

#[test]
fn annotations_that_contradict_themselves_are_named() -> Result<()> {
    let table = 4 + 66 * 8;
    for (at, to, expected) in [
        (0, 67, "it byte 532 (from 0): a vertex has two colours: `1`"),
        (4, 66, "it byte 4 (from 0): a vertex does not exist: `66`"),
        (4, 1, "it byte 12 (from 0): a vertex has two colours: `1`"),
        (table, 0, "it byte 532 (from 0): the table of colours is not there, so regions have no names: `0`"),
        (table + 4, -3, "it byte 536 (from 0): the version of the table of colours is not 2: `3`"),
        (table + 4, 900, "it byte 552 (from 0): the name of a region takes"),
    ] {
        let (_folder, path) =
            changed("lh.new.annot", |bytes| bytes[at..at + 4].copy_from_slice(&i32::to_be_bytes(to)))?;
        let found = said(&path, read_parcellation(&path));
        assert!(found.starts_with(expected), "{found}");
    }
    Ok(())
}

#[test]
fn gifti_that_contradicts_itself_is_named() -> Result<()> {
    let surface = "base64.surf.gii";
    check_error(
        surface,
        "Dim0=\"66\"",
        "Dim0=\"67\"",
        "it array 1: the number of its bytes is not that of its dimensions: `792, not 4 x [67, 3]`",
    )?;
    check_error(surface, "Dim0=\"66\"", "Dim0=\"x\"", "it array 1: a dimension is no number: `x`")?;
    check_error(surface, "Dim1=\"3\"", "Dim1=\"9223372036854775807\"", "it array 1: its dimensions are too large")?;
    check_error(surface, "Base64Binary", "Base32", "it array 1: its encoding is not known: `Base32`")?;
    check_error(
        surface,
        "Base64Binary",
        "ExternalFileBinary",
        "it array 1: its numbers are in another file, which is not read",
    )?;
    check_error(surface, "NIFTI_TYPE_FLOAT32", "NIFTI_TYPE_COMPLEX64", "it array 1: its data type is not known")?;
    check_error(surface, "LittleEndian", "MiddleEndian", "it array 1: its order of bytes is not known")?;
    check_error(surface, "INTENT_POINTSET", "INTENT_VECTOR", "it has 0 arrays of points instead of one")?;
    check_error(surface, "INTENT_TRIANGLE", "INTENT_POINTSET", "it has 2 arrays of points instead of one")?;
    check_error(surface, "<Data>", "<Data>*", "it array 1: its numbers are not base64")?;
    check_error(surface, "</GIFTI>", "", "it text: ends within an element: `GIFTI`")?;
    check_error(surface, "</Data>", "</Dato>", "it byte")?;
    check_error(surface, "<Name>VolGeomC_R", "&quot;<Name>VolGeom&#67;_R", "")?;
    check_error(surface, "<Name>VolGeomC_R", "<Name>&bomb;", "it text: unknown entity: `bomb`")?;
    check_error(surface, ">1.5<", ">east<", "it array 1: the centre of its volume is no place: `east`")?;
    check_error(surface, "<GIFTI", "<svg", "it is XML of another kind, surfaces in XML are GIFTI")?;
    check_error(
        "gzip.surf.gii",
        "Dim0=\"66\"",
        "Dim0=\"666666\"",
        "it array 1: its dimensions are larger than what its data can hold",
    )?;
    check_error(
        "gzip.surf.gii",
        "Dim0=\"66\"",
        "Dim0=\"65\"",
        "it array 1: the number of its bytes is not that of its dimensions: `781, not 4 x [65, 3]`",
    )?;
    check_error("gzip.surf.gii", "<Data>eJ", "<Data>AA", "it array 1: its data cannot be decompressed")?;
    check_error("ascii.surf.gii", "<Data>", "<Data>one ", "it array 1: a number is none: `one`")?;
    check_error("ascii.label.gii", "Key=\"0\"", "Key=\"first\"", "it text: a label's key is no number: `first`")?;
    check_error("ascii.label.gii", "INTENT_LABEL", "INTENT_SHAPE", "it has 0 arrays of labels instead of one")
}

#[test]
fn other_text_is_named() -> Result<()> {
    let (_folder, path) = changed("lh.test.label", |bytes| bytes.truncate(60))?;
    assert_eq!(said(&path, read_label(&path)), "it line 3 is not a vertex and four finite numbers: `3 -30.000`");
    let (_folder, path) = changed("lh.test.label", |bytes| bytes.truncate(50))?;
    assert_eq!(
        said(&path, read_label(&path)),
        "it line 2 says another number of vertices than there are lines: `3, not 0`"
    );
    let (_folder, path) = changed("lh.curv", |bytes| bytes.truncate(20))?;
    assert_eq!(said(&path, read_curvature(&path)), "it byte 15 (from 0): the values takes 264 bytes, 5 are left");
    assert!(matches!(read_surface(Path::new("nowhere")), Err(Error::Read { .. })));
    Ok(())
}
