//! Products of rows with rows in 32-bit floats, whose long sums are 64-bit.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};

use crate::product::{Before, multiply};
use crate::stretch::even;

/// Columns whose products are summed in 32-bit floats.
const PANEL: usize = 512;

/// Products of some rows with others, and the memory they are made in.
#[derive(Debug, Default)]
pub(crate) struct Tile {
    sum: Array2<f64>,
    panel: Array2<f32>,
}

impl Tile {
    /// X_left X_right' for X (n, p).
    pub(crate) fn of(&mut self, x: ArrayView2<f32>, left: &Range<usize>, right: &Range<usize>) -> &Array2<f64> {
        let shape = (left.len(), right.len());
        if self.sum.dim() != shape {
            (self.sum, self.panel) = (Array2::zeros(shape), Array2::zeros(shape));
        }
        self.sum.fill(0.0);
        for panel in even(x.ncols(), PANEL) {
            let (a, b) = (x.slice(s![left.clone(), panel.clone()]), x.slice(s![right.clone(), panel]));
            multiply(self.panel.view_mut(), Before::Overwritten, a, b.t());
            self.sum.zip_mut_with(&self.panel, |sum, &product| *sum += f64::from(product));
        }
        &self.sum
    }
}
