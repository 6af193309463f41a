//! Products of some rows with others, whose long sums are 64-bit.

use std::ops::Range;

use super::kernel;
use super::packed::{BLOCKS, PANEL, Packed, SIDE};
use crate::stretch::even;

/// Bytes of the products of two runs of [`Packed::strips`].
pub(crate) const TILE: usize = BLOCKS * SIDE * BLOCKS * SIDE * size_of::<f64>();

/// Which products of two runs of blocks are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// All.
    Whole,
    /// Those of rows with rows that are no earlier, and more; the others are anything.
    Upper,
}

/// Products, and the memory they are made in.
#[derive(Debug, Default)]
pub(crate) struct Tile {
    sums: Vec<f64>,
    /// Where a row starts after the one before it.
    stride: usize,
}

impl Tile {
    /// The products of the rows of some blocks of `left` (n, p) with those of some of `right` (m, p).
    pub(crate) fn fill(
        &mut self,
        (left, rows): (&Packed, &Range<usize>),
        (right, columns): (&Packed, &Range<usize>),
        part: Part,
    ) {
        self.stride = columns.len() * SIDE;
        self.sums.clear();
        self.sums.resize(rows.len() * SIDE * self.stride, 0.0);
        for panel in even(left.width(), PANEL) {
            for (i, row) in rows.clone().enumerate() {
                let wanted = |column: &(usize, usize)| part == Part::Whole || column.1 >= row;
                for (j, column) in columns.clone().enumerate().filter(wanted) {
                    let sums = &mut self.sums[i * SIDE * self.stride + j * SIDE..];
                    let used = (left.rows_of(&(row..row + 1)).len(), right.rows_of(&(column..column + 1)).len());
                    kernel::add(left.columns(row, &panel), right.columns(column, &panel), used, sums, self.stride);
                }
            }
        }
    }

    /// The products of the row that comes `row` rows after the first.
    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.sums[row * self.stride..(row + 1) * self.stride]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;
    use crate::samples::gaussian;

    fn packed(x: &Array2<f32>) -> Packed {
        let mut packed = Packed::default();
        packed.lay(x.dim(), |rows, columns, to| {
            to.iter_mut().zip(x.slice(s![rows, columns])).for_each(|(to, value)| *to = *value);
        });
        packed
    }

    /// All products of rows of `x` with rows of `y`.
    fn products(x: &Array2<f32>, y: &Array2<f32>, part: Part) -> Array2<f64> {
        let (left, right, mut tile) = (packed(x), packed(y), Tile::default());
        let mut found = Array2::zeros((x.nrows(), y.nrows()));
        for rows in left.strips() {
            for columns in right.strips() {
                tile.fill((&left, &rows), (&right, &columns), part);
                for (at, row) in left.rows_of(&rows).enumerate() {
                    let columns = right.rows_of(&columns);
                    found.slice_mut(s![row, columns.clone()]).iter_mut().zip(tile.row(at)).for_each(|(to, x)| *to = *x);
                }
            }
        }
        found
    }

    #[test]
    fn agree_with_sums_in_double_precision() {
        for (m, n, p) in [(1, 1, 1), (3, 50, 0), (47, 49, 3), (48, 48, 64), (210, 5, 65), (97, 401, 700)] {
            let (x, y) = (gaussian(m, p, 1), gaussian(n, p, 2));
            let expected = x.mapv(f64::from).dot(&y.mapv(f64::from).t());
            let apart = (products(&x, &y, Part::Whole) - expected).mapv(f64::abs).fold(0.0, |a: f64, b| a.max(*b));
            assert!(apart < 1e-4, "{m} {n} {p}: {apart}");
        }
    }

    #[test]
    fn do_not_depend_on_where_a_row_stands_nor_on_which_comes_first() {
        let mut x = gaussian(230, 800, 3);
        let row = x.row(5).to_owned();
        x.row_mut(60).assign(&row);
        x.row_mut(229).assign(&row);
        let found = products(&x, &x, Part::Whole);
        assert_eq!(found, found.t());
        assert_eq!((found.row(5), found.row(5)), (found.row(60), found.row(229)));
        assert_eq!(packed(&x).squared_norms(), found.diag().to_vec());
    }

    #[test]
    fn of_the_upper_part_those_of_later_rows_are_there() {
        let x = gaussian(130, 20, 4);
        let (all, upper) = (products(&x, &x, Part::Whole), products(&x, &x, Part::Upper));
        assert!(all.indexed_iter().all(|((i, j), product)| i > j || upper[[i, j]] == *product));
    }
}
