//! Reads surfaces and parcellations in whatever format they are.

use std::path::Path;

use crate::freesurfer::{MAGIC, bytes::whole, read_annotation, read_triangles};
use crate::gifti::{Document, is_xml};
use crate::{Error, Parcellation, Surface};

/// The surface in the file `path`: FreeSurfer's triangles or GIFTI, as its first bytes say.
///
/// # Errors
/// [`Error::Read`]; [`Error::Kind`] for another file; [`Error::Short`], [`Error::Field`], [`Error::Xml`], [`Error::Gifti`]
/// or [`Error::OneArray`] for one that contradicts itself; [`Error::Invalid`] for a surface that is not valid.
pub fn read_surface(path: &Path) -> Result<Surface, Error> {
    let bytes = whole(path)?;
    match () {
        () if bytes.starts_with(&MAGIC) => read_triangles(path, &bytes),
        () if is_xml(&bytes) => Document::read(path, &bytes)?.surface(),
        () => {
            let old = bytes.starts_with(&[0xff, 0xff]);
            let found = if old { "a file of quadrangles, or of numbers per vertex" } else { "no surface" };
            let wanted = "surfaces are FreeSurfer's triangles (magic number ff ff fe) or GIFTI";
            Err(Error::Kind { path: path.into(), found, wanted })
        }
    }
}

/// The parcellation in the file `path`: a FreeSurfer annotation or a GIFTI label file, as its first bytes say.
///
/// # Errors
/// As [`read_surface`].
pub fn read_parcellation(path: &Path) -> Result<Parcellation, Error> {
    let bytes = whole(path)?;
    if is_xml(&bytes) { Document::read(path, &bytes)?.parcellation() } else { read_annotation(path, &bytes) }
}
