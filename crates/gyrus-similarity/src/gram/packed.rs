//! Rows laid out for products with other rows: in blocks of 48, each column after column.

use std::ops::Range;

use super::kernel;
use crate::stretch::even;

/// Rows of a block.
pub(crate) const SIDE: usize = 48;

/// Most blocks that are multiplied at a time.
pub(super) const BLOCKS: usize = 4;

/// Columns whose products are summed in 32-bit floats.
pub(super) const PANEL: usize = 512;

/// Columns that are written at a time: short stretches of rows would come slowly from memory.
const CHUNK: usize = 256;

/// Columns that are turned at a time, so that both sides stay in the nearest cache.
const TURNED: usize = 64;

/// One column of a block.
pub(super) type Column = [f32; SIDE];

/// Rows (n, p); where the last block has fewer than 48 rows the rest of it says nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packed {
    columns: Vec<Column>,
    rows: usize,
    width: usize,
}

impl Packed {
    /// Takes `rows` rows of `width` columns in the memory of those before; `write` writes some rows and columns of them
    /// to where it is told, row after row.
    pub(crate) fn lay(
        &mut self,
        (rows, width): (usize, usize),
        mut write: impl FnMut(Range<usize>, Range<usize>, &mut [f32]),
    ) {
        (self.rows, self.width) = (rows, width);
        self.columns.resize(rows.div_ceil(SIDE) * width, [0.0; SIDE]);
        let mut room = vec![0.0; SIDE * CHUNK];
        for (start, block) in (0..rows).step_by(SIDE).zip(self.columns.chunks_mut(width.max(1))) {
            let rows = start..rows.min(start + SIDE);
            for (first, columns) in (0..width).step_by(CHUNK).zip(block.chunks_mut(CHUNK)) {
                let values = &mut room[..rows.len() * columns.len()];
                write(rows.clone(), first..first + columns.len(), values);
                turn(values, columns);
            }
        }
    }

    /// Number of rows, n.
    pub(crate) fn n_rows(&self) -> usize {
        self.rows
    }

    /// Number of columns, p.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Runs of blocks that are multiplied at a time.
    pub(crate) fn strips(&self) -> Vec<Range<usize>> {
        even(self.rows.div_ceil(SIDE), BLOCKS)
    }

    /// The rows of some blocks.
    pub(crate) fn rows_of(&self, blocks: &Range<usize>) -> Range<usize> {
        blocks.start * SIDE..self.rows.min(blocks.end * SIDE)
    }

    /// The product of each row with itself, to the bit as [`super::Tile`] has it.
    pub(crate) fn squared_norms(&self) -> Vec<f64> {
        let mut norms = vec![0.0; self.rows.next_multiple_of(SIDE)];
        for (block, norms) in norms.chunks_mut(SIDE).enumerate() {
            for panel in even(self.width, PANEL) {
                kernel::add_squares(self.columns(block, &panel), norms);
            }
        }
        norms.truncate(self.rows);
        norms
    }

    /// Some columns of a block.
    pub(super) fn columns(&self, block: usize, columns: &Range<usize>) -> &[Column] {
        &self.columns[block * self.width + columns.start..block * self.width + columns.end]
    }
}

/// Rows, one after the other, become columns.
fn turn(rows: &[f32], columns: &mut [Column]) {
    let width = columns.len();
    for (start, columns) in (0..width).step_by(TURNED).zip(columns.chunks_mut(TURNED)) {
        for (row, values) in rows.chunks(width).enumerate() {
            for (column, value) in columns.iter_mut().zip(&values[start..]) {
                column[row] = *value;
            }
        }
    }
}
