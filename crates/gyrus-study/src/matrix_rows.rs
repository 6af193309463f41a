//! A matrix of a file as a representation: read a panel at a time, straight from the mapped pages.

use std::ops::Range;

use gyrus_similarity::Representation;

use crate::matrix_file::MatrixFile;

/// One matrix of a file.
#[derive(Debug, Clone, Copy)]
pub struct MatrixRows<'a> {
    file: &'a MatrixFile,
    matrix: usize,
}

impl<'a> MatrixRows<'a> {
    /// A matrix of `file`.
    ///
    /// # Panics
    /// The file has fewer.
    pub fn new(file: &'a MatrixFile, matrix: usize) -> Self {
        assert!(matrix < file.len(), "the file has the matrix");
        Self { file, matrix }
    }
}

impl Representation for MatrixRows<'_> {
    fn dim(&self) -> (usize, usize) {
        self.file.shape(self.matrix)
    }

    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        self.file.write_panel(self.matrix, rows, columns, to);
    }
}
