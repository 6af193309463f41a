//! Weights of a product, laid out once so that the product reads them from front to back.
//!
//! Columns stand in panels of up to 48, a panel's row k after its row k - 1.
//! Where there is an even number of columns, panels never cross the middle: half of a gated product is the gate.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::instructions::{Instructions, LANES};
use super::pool::{Buffer, Pool};
use super::tile::{COLUMNS, ROWS};
use super::turned::turn;
use crate::engine::LinearWeights;

/// The weights and biases of y = x W + b.
#[derive(Debug, Clone)]
pub(crate) struct Panels {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    panels: Arc<[Panel]>,
    /// Panel after panel, `(inputs, vectors * LANES)` each; zeros where a panel has fewer columns.
    weights: Arc<Buffer>,
    /// Panel after panel, `(vectors * LANES)` each, if there are any.
    biases: Option<Arc<[f32]>>,
}

/// Up to 48 columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel {
    /// First column.
    pub(super) column: usize,
    /// Number of columns.
    pub(super) columns: usize,
    /// Columns before it, those of padding counted.
    before: usize,
}

impl Panel {
    /// Vectors that hold its columns.
    pub(super) fn vectors(&self) -> usize {
        self.columns.div_ceil(LANES)
    }

    /// Columns, those of padding counted.
    pub(super) fn padded(&self) -> usize {
        self.vectors() * LANES
    }
}

impl Panels {
    /// Lays weights out.
    pub(super) fn new(weights: &LinearWeights, instructions: Instructions, pool: &Pool) -> Self {
        let (inputs, outputs) = (weights.inputs, weights.outputs);
        let panels = cut(outputs);
        let columns: usize = panels.iter().map(Panel::padded).sum();
        let mut packed = pool.take(inputs * columns);
        let mut rest = &mut packed[..];
        let mut pieces = Vec::with_capacity(panels.len());
        for panel in &panels {
            let (piece, after) = rest.split_at_mut(inputs * panel.padded());
            pieces.push((panel, piece));
            rest = after;
        }
        pieces.into_par_iter().for_each(|(panel, out)| fill(weights, panel, out, instructions));
        let biases = weights.bias.as_ref().map(|biases| padded(biases, &panels));
        Self { inputs, outputs, panels: panels.into(), weights: Arc::new(packed), biases }
    }

    pub(super) fn panels(&self) -> &[Panel] {
        &self.panels
    }

    /// The indices of every panel.
    pub(super) fn all(&self) -> Range<usize> {
        0..self.panels.len()
    }

    /// How many panels lie among the first `columns` columns.
    pub(super) fn within(&self, columns: usize) -> usize {
        self.panels.partition_point(|panel| panel.column + panel.columns <= columns)
    }

    /// Rows `from` to `from + depth` of a panel.
    pub(super) fn weights(&self, panel: &Panel, from: usize, depth: usize) -> &[f32] {
        &self.weights[self.inputs * panel.before + from * panel.padded()..][..depth * panel.padded()]
    }

    /// The biases of a panel, if there are any.
    pub(super) fn biases(&self, panel: &Panel) -> Option<&[f32]> {
        self.biases.as_ref().map(|biases| &biases[panel.before..][..panel.padded()])
    }
}

/// Panels over `outputs` columns.
fn cut(outputs: usize) -> Vec<Panel> {
    let part = if outputs.is_multiple_of(2) { outputs / 2 } else { outputs };
    let starts =
        (0..outputs).step_by(part.max(1)).flat_map(|start| (0..part).step_by(COLUMNS).map(move |c| (start, c)));
    let mut before = 0;
    let panels = starts.map(|(start, c)| {
        let panel = Panel { column: start + c, columns: COLUMNS.min(part - c), before };
        before += panel.padded();
        panel
    });
    panels.collect()
}

/// The biases of every panel.
fn padded(biases: &[f32], panels: &[Panel]) -> Arc<[f32]> {
    let one = |panel: &Panel| {
        let mut padded = biases[panel.column..][..panel.columns].to_vec();
        padded.resize(panel.padded(), 0.0);
        padded
    };
    panels.iter().flat_map(one).collect()
}

/// Copies the columns of one panel, zeros beyond the last.
fn fill(weights: &LinearWeights, panel: &Panel, out: &mut [f32], instructions: Instructions) {
    let (inputs, stride) = (weights.inputs, panel.padded());
    if panel.columns < stride {
        out.fill(0.0);
    }
    if weights.transposed {
        for (row, out) in weights.values.chunks(weights.outputs).zip(out.chunks_mut(stride)) {
            out[..panel.columns].copy_from_slice(&row[panel.column..][..panel.columns]);
        }
        return;
    }
    let row = |column: usize| &weights.values[column * inputs..][..inputs];
    let whole = panel.columns / ROWS * ROWS;
    for c in (0..whole).step_by(ROWS) {
        turn(std::array::from_fn(|r| row(panel.column + c + r)), &mut out[c..], stride, instructions);
    }
    for c in whole..panel.columns {
        for (out, x) in out.chunks_mut(stride).zip(row(panel.column + c)) {
            out[c] = *x;
        }
    }
}
