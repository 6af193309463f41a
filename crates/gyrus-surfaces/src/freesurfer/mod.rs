//! FreeSurfer's files: surfaces, annotations, numbers per vertex and labels.
//!
//! Layouts as in FreeSurfer's `mrisurf_io` and nibabel's `freesurfer.io`; all numbers are big-endian.

mod annotation;
pub(crate) mod bytes;
mod curvature;
mod footer;
mod label;
mod triangles;

pub(crate) use self::annotation::read_annotation;
pub use self::curvature::read_curvature;
pub use self::label::{Label, read_label};
pub(crate) use self::triangles::{MAGIC, corners_of, read_triangles};
