//! The tile of a Gram matrix between two strips of rows: how it lies in memory, and what fills it.
//!
//! For each segment of the right strip, one after the other, it holds the products of rows of the left strip with the
//! segment's rows, row by row. Of a strip with itself nothing on or below the diagonal counts: it is 0 within a segment and
//! left out elsewhere.

use std::ops::Range;

use super::cells::{Segment, merged, rows_of};
use crate::centred::Centred;
use crate::gram::{Packed, Part, Tile};
use crate::product::Before;
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

/// Room for centred rows of both strips and their products, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Panels {
    left: Packed,
    right: Packed,
    tile: Tile,
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
        if self.diagonal || layer.width() == 0 {
            tile.fill(0.0);
        }
        for start in (0..layer.width()).step_by(PANEL) {
            let columns = start..(start + PANEL).min(layer.width());
            let before = if start == 0 { Before::Overwritten } else { Before::Kept };
            lay(&mut panels.left, layer, rows_of(self.left), &columns);
            if !self.diagonal {
                lay(&mut panels.right, layer, rows_of(&self.right), &columns);
            }
            self.multiply(tile, before, panels);
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

    /// The products of what was laid out of the left and the right rows.
    fn multiply(&self, to: &mut [f32], before: Before, panels: &mut Panels) {
        let (left, right) = (&panels.left, if self.diagonal { &panels.left } else { &panels.right });
        for rows in left.strips() {
            for columns in right.strips().iter().filter(|columns| !self.diagonal || columns.start >= rows.start) {
                let part = if self.diagonal && *columns == rows { Part::Upper } else { Part::Whole };
                panels.tile.fill((left, &rows), (right, columns), part);
                for (at, row) in left.rows_of(&rows).enumerate() {
                    let columns = right.rows_of(columns);
                    let first = if self.diagonal { columns.start.max(row + 1) } else { columns.start };
                    let products = &panels.tile.row(at)[first.min(columns.end) - columns.start..columns.len()];
                    self.put(to, before, (row, first), products);
                }
            }
        }
    }

    /// Puts the products of a left row with right rows from `column` on where they lie; both count from their strip's first.
    fn put(&self, tile: &mut [f32], before: Before, (row, column): (usize, usize), products: &[f64]) {
        let (mut offset, first) = (0, rows_of(&self.right).start);
        let wanted = first + column..first + column + products.len();
        for segment in &self.right {
            let (start, end) = (segment.rows.start.max(wanted.start), segment.rows.end.min(wanted.end));
            if start < end {
                let products = &products[start - wanted.start..end - wanted.start];
                let to = &mut tile[offset + row * segment.rows.len() + start - segment.rows.start..][..products.len()];
                match before {
                    Before::Overwritten => to.iter_mut().zip(products).for_each(|(to, value)| *to = *value as f32),
                    Before::Kept => to.iter_mut().zip(products).for_each(|(to, value)| *to += *value as f32),
                }
            }
            offset += self.rows_before(segment) * segment.rows.len();
        }
    }

    /// The rows of the left strip that are multiplied with a segment: on the diagonal none that come after it.
    fn rows_before(&self, segment: &Segment) -> usize {
        let rows = rows_of(self.left);
        if self.diagonal { segment.rows.end - rows.start } else { rows.len() }
    }
}

/// Lays out some rows and columns, centred.
fn lay<R: Representation>(to: &mut Packed, layer: &Centred<R>, rows: Range<usize>, columns: &Range<usize>) {
    to.lay((rows.len(), columns.len()), |part, some, to| {
        let (rows, columns) =
            (rows.start + part.start..rows.start + part.end, columns.start + some.start..columns.start + some.end);
        layer.write(rows, columns, to);
    });
}
