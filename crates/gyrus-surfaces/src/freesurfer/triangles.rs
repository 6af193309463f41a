//! Surfaces in FreeSurfer's triangle format: `lh.pial`, `lh.white`, `lh.inflated`.
//!
//! Magic number, two lines of comment, numbers of vertices and triangles, coordinates, corners, and a footer that may
//! say where the volume lies.

use std::path::Path;

use ndarray::Array2;

use super::bytes::{Bytes, floats, integers};
use super::footer::centre;
use crate::{Error, Surface};

/// What a surface of triangles begins with.
pub(crate) const MAGIC: [u8; 3] = [0xff, 0xff, 0xfe];

/// The surface in the bytes `all` of the file `path`.
pub(crate) fn read_triangles(path: &Path, all: &[u8]) -> Result<Surface, Error> {
    let mut bytes = Bytes::new(path, all);
    bytes.take(1, MAGIC.len(), "the magic number")?;
    bytes.line("the comment")?;
    // The line after the comment is empty, and some writers leave it out.
    if bytes.rest().first() == Some(&b'\n') {
        bytes.line("the end of the comment")?;
    }
    let (vertices, triangles) = (bytes.count("the number of vertices")?, bytes.count("the number of triangles")?);
    let points = floats(bytes.take(vertices, 12, "the coordinates")?).map(f64::from).collect();
    let points = Array2::from_shape_vec((vertices, 3), points).expect("three numbers a vertex");
    let corners = bytes.take(triangles, 12, "the triangles")?;
    let invalid = |source| Error::Invalid { path: path.into(), source: Box::new(source) };
    let corners = corners_of(integers(corners).map(i64::from), vertices).map_err(invalid)?;
    let centre = centre(&mut bytes)?;
    Ok(Surface::new(points, corners).map_err(invalid)?.with_centre(centre))
}

/// Every three of `corners` as a triangle of a surface of `vertices` vertices.
pub(crate) fn corners_of(corners: impl Iterator<Item = i64>, vertices: usize) -> Result<Vec<[u32; 3]>, Error> {
    let (mut triangles, mut one, mut filled) = (Vec::new(), [0; 3], 0);
    for corner in corners {
        one[filled] =
            u32::try_from(corner).map_err(|_| Error::Corner { triangle: triangles.len(), corner, vertices })?;
        filled += 1;
        if filled == 3 {
            triangles.push(one);
            filled = 0;
        }
    }
    Ok(triangles)
}
