//! GIFTI files (`.surf.gii`, `.label.gii`), version 1.0: arrays of numbers in XML.

mod document;
mod numbers;
mod parts;

pub(crate) use self::document::{Document, is_xml};
