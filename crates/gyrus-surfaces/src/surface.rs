//! A mesh of triangles.

use ndarray::{Array2, ArrayView2};

use crate::Error;

/// Points in millimetres, joined to triangles.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    points: Array2<f64>,
    triangles: Vec<[u32; 3]>,
    centre: Option<[f64; 3]>,
}

impl Surface {
    /// A surface of `points`, `(vertices, 3)` in mm, and `triangles` of their rows.
    ///
    /// Parts need not be connected, a triangle may be flat or named twice, and vertices may belong to none.
    ///
    /// # Errors
    /// [`Error::Empty`] without triangles or with points that are not `(vertices, 3)`, [`Error::Coordinate`] for a
    /// coordinate that is not finite, [`Error::Corner`] for a corner that is no vertex.
    pub fn new(points: Array2<f64>, triangles: Vec<[u32; 3]>) -> Result<Self, Error> {
        let (vertices, columns) = points.dim();
        if columns != 3 || triangles.is_empty() {
            return Err(Error::Empty { vertices, columns, triangles: triangles.len() });
        }
        if let Some(((vertex, _), &value)) = points.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(Error::Coordinate { vertex, value });
        }
        let outside = |corner: &&u32| **corner as usize >= vertices;
        let wrong = triangles.iter().enumerate().find_map(|(t, corners)| Some((t, *corners.iter().find(outside)?)));
        match wrong {
            Some((triangle, corner)) => Err(Error::Corner { triangle, corner: corner.into(), vertices }),
            None => Ok(Self { points, triangles, centre: None }),
        }
    }

    /// The same surface with the centre that its file names.
    pub(crate) fn with_centre(self, centre: Option<[f64; 3]>) -> Self {
        Self { centre, ..self }
    }

    /// The points, `(vertices, 3)` in mm.
    pub fn points(&self) -> ArrayView2<'_, f64> {
        self.points.view()
    }

    /// The corners of each triangle, as rows of [`Self::points`].
    pub fn triangles(&self) -> &[[u32; 3]] {
        &self.triangles
    }

    /// Number of vertices.
    pub fn vertices(&self) -> usize {
        self.points.nrows()
    }

    /// The place of `vertex` in mm.
    ///
    /// # Errors
    /// [`Error::Vertex`] if there is no such vertex.
    pub fn point(&self, vertex: usize) -> Result<[f64; 3], Error> {
        if vertex < self.vertices() { Ok(self.at(vertex)) } else { Err(self.no_vertex(vertex)) }
    }

    /// Where the centre of the volume that the surface was made from lies in the scanner's space, in mm (FreeSurfer's
    /// `c_ras`), if the file says so and its points are measured from there.
    pub fn centre(&self) -> Option<[f64; 3]> {
        self.centre
    }

    /// The surface in the space of the scanner, where electrodes are that were found in the volume: moved by
    /// [`Self::centre`], or as it is without one.
    pub fn in_scanner_space(mut self) -> Self {
        let by = self.centre.take().unwrap_or_default();
        self.points.rows_mut().into_iter().for_each(|mut point| {
            point.iter_mut().zip(by).for_each(|(coordinate, by)| *coordinate += by);
        });
        self
    }

    /// The place of a vertex that exists.
    pub(crate) fn at(&self, vertex: usize) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.points[[vertex, axis]])
    }

    pub(crate) fn no_vertex(&self, vertex: usize) -> Error {
        Error::Vertex { vertex, vertices: self.vertices() }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn points() -> Array2<f64> {
        array![[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    }

    #[test]
    fn corners_that_do_not_exist_are_named() {
        let error = Surface::new(points(), vec![[0, 1, 2], [0, 3, 1]]).expect_err("no vertex 3");
        assert_eq!(error.to_string(), "triangle 1 (from 0) has the corner `3`, the surface has 3 vertices");
    }

    #[test]
    fn places_that_are_none_are_named() {
        let mut wrong = points();
        wrong[[1, 2]] = f64::NAN;
        let error = Surface::new(wrong, vec![[0, 1, 2]]).expect_err("not a number");
        assert_eq!(error.to_string(), "vertex 1 (from 0) has the coordinate `NaN`");
        assert!(matches!(Surface::new(points(), Vec::new()), Err(Error::Empty { .. })));
        assert!(matches!(Surface::new(Array2::zeros((3, 2)), vec![[0, 1, 2]]), Err(Error::Empty { .. })));
    }

    #[test]
    fn the_centre_moves_every_point_once() -> Result<(), Error> {
        let surface = Surface::new(points(), vec![[0, 1, 2]])?.with_centre(Some([1.0, -2.0, 0.5]));
        let moved = surface.in_scanner_space();
        assert_eq!(moved.point(1)?, [2.0, -2.0, 0.5]);
        assert_eq!(moved.clone().in_scanner_space(), moved);
        assert!(matches!(moved.point(3), Err(Error::Vertex { vertex: 3, vertices: 3 })));
        Ok(())
    }
}
