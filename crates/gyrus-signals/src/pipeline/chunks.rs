//! All channels of a recording, a chunk at a time.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::chain::{Bench, Channel, Stage};
use crate::columns::{TOGETHER, gather};

/// Samples that are brought together as rows at a time.
const SAMPLES: usize = 1 << 14;

/// The channels of a recording on their way through some stages.
#[derive(Debug)]
pub(super) struct Channels<'a> {
    stages: &'a [Stage],
    channels: Vec<Channel>,
}

impl<'a> Channels<'a> {
    /// Channels at their beginning, with what the bands of each stage are divided by, `[stage]`: `(channels, bands)`.
    pub(super) fn new(stages: &'a [Stage], columns: usize, scales: &[Array2<f64>], totals: bool) -> Self {
        let own = |column: usize| scales.iter().map(|scales| scales.row(column).to_vec()).collect();
        let channel = |column: usize| Channel::new(stages, own(column), totals);
        Self { stages, channels: (0..columns).map(channel).collect() }
    }

    /// Takes the next samples, `(samples, channels)`.
    pub(super) fn push(&mut self, x: ArrayView2<f64>, last: bool) {
        let benches = || (vec![Bench::default(); self.stages.len()], Array2::zeros((TOGETHER, 0)));
        let groups: Vec<_> = x.axis_chunks_iter(Axis(1), TOGETHER).collect();
        let channels = self.channels.par_chunks_mut(TOGETHER).zip(groups);
        channels.for_each_init(benches, |(benches, rows), (channels, group)| {
            let pieces = group.nrows().div_ceil(SAMPLES);
            for (index, piece) in group.axis_chunks_iter(Axis(0), SAMPLES).enumerate() {
                if rows.ncols() != piece.nrows() {
                    *rows = Array2::zeros((TOGETHER, piece.nrows()));
                }
                gather(piece, rows);
                for (channel, row) in channels.iter_mut().zip(rows.outer_iter()) {
                    let row = row.to_slice().expect("rows are whole");
                    channel.push(self.stages, benches, row, last && index + 1 == pieces);
                }
            }
        });
    }

    /// What came out since, `(samples, channels)`.
    pub(super) fn take(&mut self) -> Array2<f64> {
        let samples = self.channels.first().map_or(0, |channel| channel.out.len());
        let mut block = Array2::zeros((samples, self.channels.len()));
        let mut stretches: Vec<_> = block.axis_chunks_iter_mut(Axis(0), TOGETHER).collect();
        stretches.par_iter_mut().enumerate().with_min_len(64).for_each(|(index, stretch)| {
            for (column, channel) in self.channels.iter().enumerate() {
                let values = &channel.out[index * TOGETHER..];
                stretch.column_mut(column).iter_mut().zip(values).for_each(|(to, value)| *to = *value);
            }
        });
        self.channels.iter_mut().for_each(|channel| channel.out.clear());
        block
    }

    /// For each channel the means of the values of the last stage's bands over `samples`, `(channels, bands)`.
    pub(super) fn means(&self, samples: usize) -> Array2<f64> {
        let bands = self.channels.first().map_or(0, |channel| channel.totals().len());
        Array2::from_shape_fn((self.channels.len(), bands), |(channel, band)| {
            self.channels[channel].totals()[band] / samples as f64
        })
    }

    /// Whether each never changed.
    pub(super) fn constant(&self) -> Vec<bool> {
        self.channels.iter().map(|channel| channel.constant).collect()
    }
}
