//! The tile of a Gram matrix between two strips of rows: how it lies in memory, and what fills it.
//!
//! For each segment of the right strip, one after the other, it holds the products of rows of the left strip with the
//! segment's rows, row by row. Of a strip with itself nothing below the diagonal is computed but within a segment.

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, s};

use super::cells::{Segment, merged, rows_of};
use crate::centred::Centred;
use crate::product::{Before, multiply};
use crate::representation::Representation;

/// Columns that are centred and multiplied at a time.
const PANEL: usize = 1024;

/// Two strips of rows.
#[derive(Debug)]
pub(crate) struct StripPair<'a> {
    left: &'a [Segment],
    right: Vec<Segment>,
    /// Whether they are the same.
    diagonal: bool,
}

/// Part of a tile: the products of one segment of rows with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Where in the tile its entries lie.
    pub(crate) entries: Range<usize>,
    /// Groups of the two segments.
    pub(crate) groups: (usize, usize),
}

/// Room for centred rows of both strips, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Panels {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl<'a> StripPair<'a> {
    /// Strips that are the same where `diagonal`, and have no row in common otherwise.
    pub(crate) fn new(left: &'a [Segment], right: &[Segment], diagonal: bool) -> Self {
        Self { left, right: if diagonal { right.to_vec() } else { merged(right) }, diagonal }
    }

    /// The parts of the tile in the order in which they lie.
    pub(crate) fn units(&self) -> Vec<Unit> {
        let (mut units, mut offset) = (Vec::new(), 0);
        for column in &self.right {
            let end = rows_of(self.left).start + self.rows_before(column);
            for row in self.left.iter().filter(|row| row.rows.end <= end) {
                let entries = offset..offset + row.rows.len() * column.rows.len();
                offset = entries.end;
                units.push(Unit { entries, groups: (row.group, column.group) });
            }
        }
        units
    }

    /// Writes the tile of one representation.
    pub(crate) fn fill<R: Representation>(&self, tile: &mut [f32], layer: &Centred<R>, panels: &mut Panels) {
        if layer.width() == 0 {
            tile.fill(0.0);
        }
        for start in (0..layer.width()).step_by(PANEL) {
            let columns = start..(start + PANEL).min(layer.width());
            let before = if start == 0 { Before::Overwritten } else { Before::Kept };
            let own = panel(&mut panels.left, layer, rows_of(self.left), &columns);
            let other = match self.diagonal {
                true => own,
                false => panel(&mut panels.right, layer, rows_of(&self.right), &columns),
            };
            self.multiply(tile, before, own, other);
        }
        if self.diagonal {
            self.halve_squares(tile);
        }
    }

    /// Sets the products of rows to 0 that are no more than `gap` apart.
    pub(crate) fn clear_near(&self, tile: &mut [f32], gap: usize) {
        let (mut offset, first) = (0, rows_of(self.left).start);
        for segment in &self.right {
            let (rows, width) = (self.rows_before(segment), segment.rows.len());
            for row in 0..rows {
                let near = (first + row).saturating_sub(gap)..(first + row).saturating_add(gap + 1);
                let (start, end) = (near.start.max(segment.rows.start), near.end.min(segment.rows.end));
                if start < end {
                    let entries = offset + row * width;
                    tile[entries + start - segment.rows.start..entries + end - segment.rows.start].fill(0.0);
                }
            }
            offset += rows * width;
        }
    }

    /// The products of some columns of the left and the right rows.
    fn multiply(&self, tile: &mut [f32], before: Before, own: ArrayView2<f32>, other: ArrayView2<f32>) {
        let (mut offset, first) = (0, rows_of(&self.right).start);
        for segment in &self.right {
            let shape = (self.rows_before(segment), segment.rows.len());
            let entries = &mut tile[offset..offset + shape.0 * shape.1];
            offset += entries.len();
            let product = ArrayViewMut2::from_shape(shape, entries).expect("rows of a segment");
            let segment = s![segment.rows.start - first..segment.rows.end - first, ..];
            multiply(product, before, own.slice(s![..shape.0, ..]), other.slice(segment).t());
        }
    }

    /// The rows of the left strip that are multiplied with a segment: on the diagonal none that come after it.
    fn rows_before(&self, segment: &Segment) -> usize {
        let rows = rows_of(self.left);
        if self.diagonal { segment.rows.end - rows.start } else { rows.len() }
    }

    /// Within a segment both K_ab and K_ba are in the tile: products of what is left by sqrt(1/2) count half, and nothing
    /// counts on the diagonal.
    fn halve_squares(&self, tile: &mut [f32]) {
        let mut offset = 0;
        for segment in &self.right {
            let (side, rows) = (segment.rows.len(), self.rows_before(segment));
            let square = &mut tile[offset + (rows - side) * side..offset + rows * side];
            square.iter_mut().for_each(|x| *x *= std::f32::consts::FRAC_1_SQRT_2);
            square.iter_mut().step_by(side + 1).for_each(|x| *x = 0.0);
            offset += rows * side;
        }
    }
}

/// Some rows and columns, centred.
fn panel<'a, R: Representation>(
    room: &'a mut Vec<f32>,
    layer: &Centred<R>,
    rows: Range<usize>,
    columns: &Range<usize>,
) -> ArrayView2<'a, f32> {
    let shape = (rows.len(), columns.len());
    room.resize((shape.0 * shape.1).max(room.len()), 0.0);
    let room = &mut room[..shape.0 * shape.1];
    layer.write(rows, columns.clone(), room);
    ArrayView2::from_shape(shape, room).expect("whole rows")
}
