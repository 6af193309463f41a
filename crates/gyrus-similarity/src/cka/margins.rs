//! What CKA needs of each representation by itself, in one pass over its rows.

use std::ops::Range;

use ndarray::{Array1, Array2, Axis, s};

use super::far_pairs::near;
use crate::centred::Centred;
use crate::product::{Before, multiply};
use crate::representation::Representation;

/// Columns that are read at a time.
const PANEL: usize = 256;

/// Sums over the Gram matrix K = XX' of one representation, centred over all rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Margins {
    /// K_aa, `(n)`.
    pub(crate) diagonal: Array1<f64>,
    /// sum over b of a group, without b = a, of K_ab, `(groups, n)`.
    pub(crate) rows: Array2<f64>,
    /// The same over b far from a only.
    pub(crate) far_rows: Array2<f64>,
    /// Number of columns, p.
    pub(crate) width: usize,
}

impl Margins {
    /// Takes the sums of `layer`, whose rows belong to `groups`; rows are far where they are more than `gap` apart.
    pub(crate) fn new<R: Representation>(layer: &Centred<R>, groups: &[Range<usize>], gap: usize) -> Self {
        let n = groups.last().map_or(0, |last| last.end);
        let (mut diagonal, mut rows) = (Array1::zeros(n), Array2::zeros((groups.len(), n)));
        let mut near_rows = Array2::zeros(if gap > 0 { rows.dim() } else { (0, 0) });
        for panel in panels(layer, n) {
            diagonal += &panel.map_axis(Axis(1), |row| row.dot(&row));
            let mut sums = Array2::zeros((groups.len(), panel.ncols()));
            for (group, mut to) in groups.iter().zip(sums.outer_iter_mut()) {
                to.assign(&panel.slice(s![group.clone(), ..]).sum_axis(Axis(0)));
            }
            multiply(rows.view_mut(), Before::Kept, sums.view(), panel.t());
            if gap > 0 {
                add_near(&mut near_rows, &panel, groups, gap);
            }
        }
        let mut own = Array2::zeros(rows.dim());
        for (group, mut row) in groups.iter().zip(own.outer_iter_mut()) {
            row.slice_mut(s![group.clone()]).assign(&diagonal.slice(s![group.clone()]));
        }
        let far_rows = if gap > 0 { &rows - &near_rows } else { &rows - &own };
        Self { diagonal, rows: rows - own, far_rows, width: layer.width() }
    }
}

/// All rows, centred, some columns at a time, each (n, columns).
pub(crate) fn panels<R: Representation>(layer: &Centred<R>, n: usize) -> impl Iterator<Item = Array2<f64>> {
    (0..layer.width()).step_by(PANEL).map(move |start| {
        let columns = start..(start + PANEL).min(layer.width());
        let mut values = vec![0.0_f32; n * columns.len()];
        layer.write(0..n, columns.clone(), &mut values);
        Array2::from_shape_vec((n, columns.len()), values).expect("whole rows").mapv(f64::from)
    })
}

/// Sums of the rows before each row, (n + 1, columns).
fn running(panel: &Array2<f64>) -> Array2<f64> {
    let mut sums = Array2::zeros((panel.nrows() + 1, panel.ncols()));
    for (row, values) in panel.outer_iter().enumerate() {
        let (before, mut after) = sums.multi_slice_mut((s![row, ..], s![row + 1, ..]));
        after.assign(&before);
        after += &values;
    }
    sums
}

/// Adds, for each row, its products with the rows near to it, itself among them, by their groups.
fn add_near(near_rows: &mut Array2<f64>, panel: &Array2<f64>, groups: &[Range<usize>], gap: usize) {
    let (n, before) = (panel.nrows(), running(panel));
    for row in 0..n {
        let window = near(row, n, gap);
        for (group, rows) in groups.iter().enumerate() {
            let (start, end) = (window.start.max(rows.start), window.end.min(rows.end));
            if start < end {
                near_rows[[group, row]] += panel.row(row).dot(&(&before.row(end) - &before.row(start)));
            }
        }
    }
}
