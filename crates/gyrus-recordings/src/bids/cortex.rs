//! Electrodes on the surface of the cortex: how far they are along it from the landmark, and in which region.

use std::path::{Path, PathBuf};

use gyrus_surfaces::{Geodesics, Parcellation, STEINER_POINTS, Surface, read_parcellation, read_surface};
use serde::{Deserialize, Serialize};

use super::landmark::{Hemisphere, Landmark};
use crate::Error;

/// What stands for a subject's name in a path.
const SUBJECT: &str = "{subject}";

/// Surfaces and parcellations, in the space of the electrodes; `{subject}` in a path is the subject's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surfaces {
    /// The surface of the left hemisphere; electrodes there have no distance without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<PathBuf>,
    /// That of the right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<PathBuf>,
    /// Regions of the left surface, for electrodes whose table names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_regions: Option<PathBuf>,
    /// Those of the right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right_regions: Option<PathBuf>,
    /// How far from the surface an electrode may lie, in mm; beyond, it has neither distance nor region.
    #[serde(default = "limit")]
    pub limit: f64,
}

fn limit() -> f64 {
    10.0
}

impl Surfaces {
    /// Whether every subject has the same.
    pub(super) fn are_shared(&self) -> bool {
        self.paths().all(|path| !path.to_string_lossy().contains(SUBJECT))
    }

    /// Every path, as it was given.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        [&self.left, &self.right, &self.left_regions, &self.right_regions].into_iter().flatten()
    }

    /// Every path, to be changed.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        [&mut self.left, &mut self.right, &mut self.left_regions, &mut self.right_regions].into_iter().flatten()
    }
}

/// The surfaces of one subject, with distances from the landmark.
#[derive(Debug, Default)]
pub(super) struct Cortex {
    left: Option<Side>,
    right: Option<Side>,
    limit: f64,
    /// The files that were read.
    pub files: Vec<PathBuf>,
}

#[derive(Debug)]
struct Side {
    surface: Surface,
    /// Millimetres along the surface from the landmark to each vertex.
    distances: Vec<Option<f64>>,
    regions: Option<Parcellation>,
}

/// What a surface says of an electrode.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct OnCortex {
    /// Millimetres along the surface from the landmark.
    pub distance: Option<f64>,
    /// The region of the nearest vertex.
    pub region: Option<String>,
}

impl Cortex {
    /// The surfaces of `subject`, with `landmark` on them.
    ///
    /// # Errors
    /// [`Error::Surface`] for a file that cannot be used, or a landmark that lies farther than the limit from its surface.
    pub fn read(surfaces: &Surfaces, landmark: &Landmark, subject: &str) -> Result<Self, Error> {
        let mut cortex = Self { limit: surfaces.limit, ..Self::default() };
        let sides = [
            (&surfaces.left, &surfaces.left_regions, landmark.left),
            (&surfaces.right, &surfaces.right_regions, landmark.right),
        ];
        let mut read = Vec::new();
        for (surface, regions, place) in sides {
            let of = |path: &PathBuf| PathBuf::from(path.to_string_lossy().replace(SUBJECT, subject));
            let (surface, regions) = (surface.as_ref().map(of), regions.as_ref().map(of));
            cortex.files.extend(surface.iter().chain(&regions).cloned());
            read.push(match (surface, place) {
                (Some(surface), Some(place)) => {
                    Some(Side::read((&surface, regions.as_deref()), place, surfaces.limit)?)
                }
                _ => None,
            });
        }
        (cortex.right, cortex.left) = (read.pop().flatten(), read.pop().flatten());
        Ok(cortex)
    }

    /// What the surface of its hemisphere says of an electrode; nothing if there is none, or it lies too far away.
    pub fn place(&self, position: [f64; 3], hemisphere: Option<Hemisphere>) -> OnCortex {
        let side = match hemisphere.unwrap_or(Hemisphere::of(position)) {
            Hemisphere::Left => &self.left,
            Hemisphere::Right => &self.right,
        };
        let near = side.as_ref().and_then(|side| Some((side, side.surface.snap(position, self.limit).ok()?)));
        near.map_or_else(OnCortex::default, |(side, near)| side.at(near.vertex))
    }
}

impl Side {
    fn read((surface, regions): (&Path, Option<&Path>), landmark: [f64; 3], limit: f64) -> Result<Self, Error> {
        let wrong = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Surface { path: path.clone(), source: Box::new(source) }
        };
        let path = surface;
        let surface = read_surface(path).map_err(wrong(path))?.in_scanner_space();
        let vertex = surface.snap(landmark, limit).map_err(wrong(path))?.vertex;
        let geodesics = Geodesics::new(&surface, STEINER_POINTS).map_err(wrong(path))?;
        let distances = geodesics.distances(vertex).map_err(wrong(path))?;
        let regions = regions.map(|path| read_parcellation(path).map_err(wrong(path))).transpose()?;
        if let Some(parcellation) = &regions {
            // Asked once, so that a parcellation of another surface is an error here and not at every electrode.
            parcellation.region(&surface, vertex).map_err(wrong(path))?;
        }
        Ok(Self { surface, distances, regions })
    }

    fn at(&self, vertex: usize) -> OnCortex {
        let region = self.regions.as_ref().and_then(|regions| regions.region(&self.surface, vertex).ok().flatten());
        OnCortex { distance: self.distances[vertex], region: region.map(ToOwned::to_owned) }
    }
}
