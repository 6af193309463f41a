//! What the arrays of a GIFTI file are together: a surface, or a parcellation.

use std::collections::HashMap;

use ndarray::Array2;

use super::document::Document;
use super::numbers::Array;
use crate::freesurfer::corners_of;
use crate::{Error, Parcellation, Surface};

const POINTS: &str = "NIFTI_INTENT_POINTSET";
const TRIANGLES: &str = "NIFTI_INTENT_TRIANGLE";
const LABELS: &str = "NIFTI_INTENT_LABEL";

/// The space of the scanner, in which nothing is left to be moved.
const SCANNER: &str = "NIFTI_XFORM_SCANNER_ANAT";

impl Document<'_> {
    /// The surface of a file with one array of points and one of triangles.
    pub fn surface(self) -> Result<Surface, Error> {
        let points = self.triples(self.one(POINTS, "points")?)?;
        let triangles = self.triples(self.one(TRIANGLES, "triangles")?)?;
        let corners = triangles.values.iter().map(|corner| self.whole(triangles, *corner));
        let corners = corners.collect::<Result<Vec<_>, _>>()?;
        let vertices = points.dimensions[0];
        let centre = self.centre(points)?;
        let points =
            Array2::from_shape_vec((vertices, 3), points.values.clone()).expect("as many as its dimensions say");
        let invalid = |source| Error::Invalid { path: self.path.into(), source: Box::new(source) };
        let corners = corners_of(corners.into_iter(), vertices).map_err(invalid)?;
        Ok(Surface::new(points, corners).map_err(invalid)?.with_centre(centre))
    }

    /// The parcellation of a file with one array of labels; a vertex whose label is not in the table has no region.
    pub fn parcellation(self) -> Result<Parcellation, Error> {
        let array = self.one(LABELS, "labels")?;
        if array.dimensions.iter().skip(1).any(|n| *n != 1) {
            let found = format!("{:?}", array.dimensions);
            return Err(array.wrong(self.path, "has several labels for a vertex", found));
        }
        // Of two names for one number the first counts.
        let positions: HashMap<i64, usize> =
            self.labels.iter().enumerate().rev().map(|(position, (key, _))| (*key, position)).collect();
        let region = |label: &f64| Ok(positions.get(&self.whole(array, *label)?).copied());
        let regions = array.values.iter().map(region).collect::<Result<_, Error>>()?;
        let names = self.labels.iter().map(|(_, name)| name.clone()).collect();
        Parcellation::new(names, regions)
            .map_err(|source| Error::Invalid { path: self.path.into(), source: Box::new(source) })
    }

    fn one(&self, intent: &str, wanted: &'static str) -> Result<&Array, Error> {
        let mut found = self.arrays.iter().filter(|array| array.intent == intent);
        match (found.next(), found.count()) {
            (Some(array), 0) => Ok(array),
            (first, more) => {
                Err(Error::OneArray { path: self.path.into(), wanted, found: more + usize::from(first.is_some()) })
            }
        }
    }

    /// `array`, if it has three numbers in each row.
    fn triples<'s>(&self, array: &'s Array) -> Result<&'s Array, Error> {
        match array.dimensions[..] {
            // An array without its data has no numbers, whatever its dimensions say.
            [rows, 3] if array.values.len() == 3 * rows => Ok(array),
            _ => {
                let found = format!("{} in {:?}", array.values.len(), array.dimensions);
                Err(array.wrong(self.path, "has not three numbers in each row", found))
            }
        }
    }

    /// A number of `array` that must be whole.
    fn whole(&self, array: &Array, number: f64) -> Result<i64, Error> {
        if number.fract() == 0.0 && number.abs() <= f64::from(u32::MAX) {
            Ok(number as i64)
        } else {
            Err(array.wrong(self.path, "has a number that is not whole", number.to_string()))
        }
    }

    /// Where the centre of the volume lies, as FreeSurfer notes it beside the points.
    fn centre(&self, points: &Array) -> Result<Option<[f64; 3]>, Error> {
        let note = |name: &str| points.notes.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let [Some(x), Some(y), Some(z)] = ["VolGeomC_R", "VolGeomC_A", "VolGeomC_S"].map(note) else { return Ok(None) };
        let number = |text: &String| {
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            number.ok_or_else(|| points.wrong(self.path, "the centre of its volume is no place", text.clone()))
        };
        let centre = [number(x)?, number(y)?, number(z)?];
        Ok(Some(centre).filter(|_| points.space != SCANNER))
    }
}
