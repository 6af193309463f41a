//! What a representation is to every measure here: a matrix that can be read a panel at a time.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};

/// A matrix (n, p): n rows, the same stimuli in all representations that are compared, and p columns.
///
/// It may lie in memory or in a mapped file; a measure asks for no more than the panels that it needs.
pub trait Representation: Sync {
    /// Rows n and columns p.
    fn dim(&self) -> (usize, usize);

    /// Writes some rows and columns to `to`, row after row.
    ///
    /// # Panics
    /// The rows or columns are not there, or `to` has not room for exactly them.
    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]);

    /// The whole matrix.
    fn matrix(&self) -> Array2<f32> {
        let (n, p) = self.dim();
        let mut values = vec![0.0; n * p];
        self.read(0..n, 0..p, &mut values);
        Array2::from_shape_vec((n, p), values).expect("n rows of p numbers")
    }
}

impl Representation for ArrayView2<'_, f32> {
    fn dim(&self) -> (usize, usize) {
        self.dim()
    }

    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        let width = columns.len();
        assert_eq!(to.len(), rows.len() * width, "room for the rows and columns");
        let panel = self.slice(s![rows, columns]);
        for (row, to) in panel.outer_iter().zip(to.chunks_mut(width.max(1))) {
            match row.as_slice() {
                Some(row) => to.copy_from_slice(row),
                None => to.iter_mut().zip(row).for_each(|(to, value)| *to = *value),
            }
        }
    }
}

impl Representation for Array2<f32> {
    fn dim(&self) -> (usize, usize) {
        self.dim()
    }

    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        self.view().read(rows, columns, to);
    }
}

impl<R: Representation + ?Sized> Representation for &R {
    fn dim(&self) -> (usize, usize) {
        (**self).dim()
    }

    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        (**self).read(rows, columns, to);
    }
}

impl<R: Representation + ?Sized> Representation for Box<R> {
    fn dim(&self) -> (usize, usize) {
        (**self).dim()
    }

    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        (**self).read(rows, columns, to);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn panels_are_the_rows_and_columns_asked_for_whatever_the_layout() {
        let x = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
        let (mut straight, mut turned) = ([0.0; 4], [0.0; 4]);
        x.read(1..3, 0..2, &mut straight);
        x.t().read(1..3, 0..2, &mut turned);
        assert_eq!((straight, turned), ([4.0, 5.0, 7.0, 8.0], [2.0, 5.0, 3.0, 6.0]));
        assert_eq!(Box::new(x.view()).matrix(), x);
    }

    #[test]
    fn a_matrix_without_columns_is_read_too() {
        Array2::<f32>::zeros((3, 0)).read(0..2, 0..0, &mut []);
    }
}
