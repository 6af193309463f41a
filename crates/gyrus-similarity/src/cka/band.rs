//! Neighbouring diagonals of a Gram matrix, around its corner, without what a row adds to all its pairs.
//!
//! Diagonals 1 to n / 2 hold every pair of rows once; the last one of an even n holds its pairs twice and counts half.

use std::f64::consts::FRAC_1_SQRT_2;
use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayViewMut2, s};

use super::far_pairs::near;
use crate::centred::Centred;
use crate::product::{Before, multiply};
use crate::representation::Representation;

/// Most and fewest columns that are centred and multiplied at a time.
const PANEL: [usize; 2] = [512, 16];

/// Bytes of them.
const ROOM: usize = 8 << 20;

/// Rows that are multiplied at a time with those on some diagonals.
const ROWS: usize = 64;

/// Entries k(a, a + d) of K = XX' less f_a + f_b, 0 for rows that are near.
#[derive(Debug)]
pub(crate) struct Band {
    /// Of row a and the diagonals, `(n, diagonals)`.
    entries: Array2<f32>,
    /// Sums over all pairs of rows, both ways, of the squares of entries, before f was taken away and after.
    pub(crate) squares: [f64; 2],
}

impl Band {
    /// Of one representation: the diagonals `band`, from 1 to n / 2, with `f` for each of its rows; rows are far where they
    /// are more than `gap` apart.
    pub(crate) fn new<R: Representation>(
        layer: &Centred<R>,
        f: ArrayView1<f64>,
        gap: usize,
        band: &Range<usize>,
    ) -> Self {
        let n = f.len();
        let mut entries = products(layer, n, band);
        // Twice there, and squared later.
        let weight = |diagonal: usize| if 2 * diagonal == n { FRAC_1_SQRT_2 } else { 1.0 };
        let mut squares = [0.0; 2];
        for (a, mut row) in entries.outer_iter_mut().enumerate() {
            let near = near(a, n, gap);
            for (entry, diagonal) in row.iter_mut().zip(band.clone()) {
                let b = (a + diagonal) % n;
                if near.contains(&b) {
                    *entry = 0.0;
                    continue;
                }
                let [before, alone] = [f64::from(*entry), f[a] + f[b]].map(|x| x * weight(diagonal));
                *entry = (before - alone) as f32;
                squares[0] += 2.0 * before * before;
                squares[1] += 2.0 * f64::from(*entry).powi(2);
            }
        }
        Self { entries, squares }
    }

    /// Writes some diagonals, which count from the first of the band, `(diagonals, n)`.
    pub(crate) fn write(&self, diagonals: Range<usize>, mut to: ArrayViewMut2<f32>) {
        for (a, row) in self.entries.slice(s![.., diagonals]).outer_iter().enumerate() {
            to.column_mut(a).assign(&row);
        }
    }
}

/// Products of each row with those that come a diagonal's number later, the first rows coming after the last.
fn products<R: Representation>(layer: &Centred<R>, n: usize, band: &Range<usize>) -> Array2<f32> {
    let mut entries = Array2::<f32>::zeros((n, band.len()));
    let panel = (ROOM / size_of::<f32>() / (n + band.end)).clamp(PANEL[1], PANEL[0]);
    for start in (0..layer.width()).step_by(panel) {
        let columns = start..(start + panel).min(layer.width());
        // The rows that are met after the last are there twice.
        let mut x = vec![0.0; (n + band.end) * columns.len()];
        layer.write(0..n, columns.clone(), &mut x[..n * columns.len()]);
        x.copy_within(..band.end * columns.len(), n * columns.len());
        let x = Array2::from_shape_vec((n + band.end, columns.len()), x).expect("whole rows");
        for first in (0..n).step_by(ROWS) {
            let rows = first..(first + ROWS).min(n);
            let met = rows.start + band.start..rows.end + band.end - 1;
            let mut tile = Array2::zeros((rows.len(), met.len()));
            multiply(tile.view_mut(), Before::Overwritten, x.slice(s![rows.clone(), ..]), x.slice(s![met, ..]).t());
            for (at, row) in rows.enumerate() {
                let mut to = entries.row_mut(row);
                to += &tile.slice(s![at, at..at + band.len()]);
            }
        }
    }
    entries
}
