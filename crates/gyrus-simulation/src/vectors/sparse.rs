//! A matrix that is mostly zero, and its products with narrow dense ones.

use ndarray::{Array2, ArrayView2};

/// A matrix by its rows: only what is not 0, columns ascending.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sparse {
    columns: usize,
    /// Where each row begins among the entries, and, last, where the last one ends.
    starts: Vec<usize>,
    /// Column and value.
    entries: Vec<(u32, f64)>,
}

impl Sparse {
    /// From `(row, column, value)` in order of rows and, within a row, of columns; each place at most once.
    pub(super) fn of_sorted((rows, columns): (usize, usize), sorted: impl Iterator<Item = (usize, u32, f64)>) -> Self {
        let (mut starts, mut entries) = (Vec::with_capacity(rows + 1), Vec::new());
        for (row, column, value) in sorted {
            starts.resize(starts.len().max(row + 1), entries.len());
            entries.push((column, value));
        }
        starts.resize(rows + 1, entries.len());
        Self { columns, starts, entries }
    }

    /// Number of rows and columns.
    pub(super) fn shape(&self) -> (usize, usize) {
        (self.starts.len() - 1, self.columns)
    }

    /// A X, `(rows, width)`, of X `(columns, width)`.
    pub(super) fn dot(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut product = Array2::zeros((self.shape().0, x.ncols()));
        for (row, mut sum) in product.rows_mut().into_iter().enumerate() {
            for &(column, value) in &self.entries[self.starts[row]..self.starts[row + 1]] {
                sum.scaled_add(value, &x.row(column as usize));
            }
        }
        product
    }

    /// A' X, `(columns, width)`, of X `(rows, width)`.
    pub(super) fn transposed_dot(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let mut product = Array2::zeros((self.columns, x.ncols()));
        for (row, x) in x.rows().into_iter().enumerate() {
            for &(column, value) in &self.entries[self.starts[row]..self.starts[row + 1]] {
                product.row_mut(column as usize).scaled_add(value, &x);
            }
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn products_are_those_of_the_full_matrix() {
        let dense: Array2<f64> = array![[0.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, -3.0], [0.0, 0.0, 0.0]];
        let entries = [(0, 1, 2.0), (2, 0, 1.0), (2, 2, -3.0)];
        let sparse = Sparse::of_sorted((4, 3), entries.into_iter());
        assert_eq!(sparse.shape(), (4, 3));
        let x = array![[1.0, 4.0], [2.0, 5.0], [3.0, 7.0]];
        assert_abs_diff_eq!(sparse.dot(x.view()), dense.dot(&x), epsilon = 1e-12);
        let y = array![[1.0], [2.0], [3.0], [4.0]];
        assert_abs_diff_eq!(sparse.transposed_dot(y.view()), dense.t().dot(&y), epsilon = 1e-12);
    }
}
