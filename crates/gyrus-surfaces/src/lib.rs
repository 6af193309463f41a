//! Surfaces of cortex: reads them, measures distances along them, and puts electrodes on them.
//!
//! A surface is a mesh of triangles with points in millimetres, from FreeSurfer or GIFTI files.
//! Regions come as a label for every vertex, from annotations or GIFTI label files.
//! Nothing here knows a brain signal, a subject or a data set.
//!
#![doc = include_str!("../README.md")]

mod error;
mod freesurfer;
mod geodesic;
mod gifti;
mod nearest;
mod parcellation;
mod read;
mod surface;

pub use error::Error;
pub use freesurfer::{Label, read_curvature, read_label};
pub use geodesic::{Geodesics, STEINER_POINTS};
pub use nearest::Nearest;
pub use parcellation::Parcellation;
pub use read::{read_parcellation, read_surface};
pub use surface::Surface;
