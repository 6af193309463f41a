//! The region of every vertex.

use crate::{Error, Surface};

/// Named regions, and the one that each vertex belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcellation {
    names: Vec<String>,
    regions: Vec<Option<usize>>,
}

impl Parcellation {
    /// Regions called `names`, and for each vertex the position of its own among them, or none.
    ///
    /// # Errors
    /// [`Error::Region`] for a position without a name.
    pub fn new(names: Vec<String>, regions: Vec<Option<usize>>) -> Result<Self, Error> {
        let wrong = regions.iter().enumerate().find_map(|(v, region)| Some((v, region.filter(|r| *r >= names.len())?)));
        match wrong {
            Some((vertex, region)) => Err(Error::Region { vertex, region, regions: names.len() }),
            None => Ok(Self { names, regions }),
        }
    }

    /// Names of the regions.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// For each vertex the position of its region among the names; none where the file gives it a label without a name.
    pub fn regions(&self) -> &[Option<usize>] {
        &self.regions
    }

    /// The name of the region of `vertex` of `surface`; none where it has none.
    ///
    /// # Errors
    /// [`Error::OtherSurface`] if the parcellation has other vertices than the surface, [`Error::Vertex`] if there is no such vertex.
    pub fn region(&self, surface: &Surface, vertex: usize) -> Result<Option<&str>, Error> {
        if self.regions.len() != surface.vertices() {
            return Err(Error::OtherSurface { found: self.regions.len(), expected: surface.vertices() });
        }
        let region = self.regions.get(vertex).ok_or_else(|| surface.no_vertex(vertex))?;
        Ok(region.map(|region| self.names[region].as_str()))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn a_vertex_has_the_name_of_its_region() -> Result<(), Error> {
        let surface = Surface::new(Array2::zeros((3, 3)), vec![[0, 1, 2]])?;
        let parcels = Parcellation::new(vec!["STG".into(), "MTG".into()], vec![Some(1), None, Some(0)])?;
        let found = [0, 1, 2].map(|vertex| parcels.region(&surface, vertex).ok().flatten());
        assert_eq!(found, [Some("MTG"), None, Some("STG")]);
        assert!(matches!(parcels.region(&surface, 3), Err(Error::Vertex { .. })));
        let other = Surface::new(Array2::zeros((4, 3)), vec![[0, 1, 2]])?;
        assert!(matches!(parcels.region(&other, 0), Err(Error::OtherSurface { found: 3, expected: 4 })));
        Ok(())
    }

    #[test]
    fn a_region_needs_a_name() {
        let error = Parcellation::new(vec!["STG".into()], vec![Some(0), Some(1)]).expect_err("no second name");
        assert_eq!(error.to_string(), "vertex 1 (from 0) has the region `1`, there are 1 names");
    }
}
