//! Files of versions 5 to 7: a header of 128 bytes, then elements, each with a tag that says its type and size.
//!
//! A variable is an element of type matrix, or a compressed element that holds one; a matrix is made of elements again.
//! Either byte order may occur; the header says which.

mod bytes;
mod file;
mod matrix;
mod numeric;

pub(super) use file::File;
pub(super) use matrix::sparse_of;
