//! One number for each vertex (`lh.curv`, `lh.thickness`, `lh.sulc`), in the format that all newer versions write.

use std::path::Path;

use super::bytes::{Bytes, floats, whole};
use crate::Error;

/// What a file of numbers begins with.
const MAGIC: [u8; 3] = [0xff, 0xff, 0xff];

/// The numbers in the file `path`, one for each vertex.
///
/// # Errors
/// [`Error::Read`]; [`Error::Kind`] for another file; [`Error::Short`] or [`Error::Field`] for one that contradicts itself,
/// has several numbers a vertex, or one that is not finite.
pub fn read_curvature(path: &Path) -> Result<Vec<f64>, Error> {
    let all = whole(path)?;
    let mut bytes = Bytes::new(path, &all);
    if bytes.take(1, 3, "the magic number")? != MAGIC {
        let (found, wanted) = ("no file of numbers per vertex", "those begin with ff ff ff");
        return Err(Error::Kind { path: path.into(), found, wanted });
    }
    let vertices = bytes.count("the number of vertices")?;
    bytes.count("the number of triangles")?;
    let byte = bytes.at();
    match bytes.count("the number of values per vertex")? {
        1 => {}
        n => return Err(bytes.wrong(byte, "the number of values per vertex", "is not 1", n)),
    }
    let start = bytes.at();
    let values: Vec<f64> = floats(bytes.take(vertices, 4, "the values")?).map(f64::from).collect();
    match values.iter().position(|value| !value.is_finite()) {
        Some(vertex) => Err(bytes.wrong(start + 4 * vertex, "a value", "is not finite", values[vertex])),
        None => Ok(values),
    }
}
