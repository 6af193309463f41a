//! A recording of any length through a pipeline.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};
use serde::{Deserialize, Serialize};

use super::Plan;
use super::chunks::Channels;
use crate::Error;

/// What is said of a run beside its signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Rate of the answer in hertz.
    pub rate: f64,
    /// Columns of the answer, from 0, whose signal never changes before the first step.
    pub constant: Vec<usize>,
    /// Columns of the answer, from 0, that cannot be standardised and are NaN: those, and any that a step leaves without
    /// change.
    pub undefined: Vec<usize>,
}

impl Plan {
    /// Reads a recording in chunks, and gives the answer in blocks.
    ///
    /// `read` gives samples of all columns, `(samples, columns)`; it is asked for `chunk` at a time, in order, from the
    /// first to the last, once, and once more for each step with normalised bands.
    /// `sink` gets the place of a block's first sample in the answer, and the block, `(samples, columns)`; blocks follow
    /// one another, and with steps of [`Finish`](crate::Finish) there is one.
    ///
    /// # Errors
    /// What `read` and `sink` say; [`Error::Block`] for samples other than those asked for; [`Error::NotFinite`] for a
    /// value that is not finite, with its sample and column in the recording.
    pub fn run<E: From<Error>>(
        &self,
        chunk: usize,
        mut read: impl FnMut(Range<usize>) -> Result<Array2<f64>, E>,
        mut sink: impl FnMut(usize, ArrayView2<f64>) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        let scales = self.scales(chunk, &mut read)?;
        let mut channels = Channels::new(&self.stages, self.columns, &scales, false);
        if self.pipeline.finish.is_empty() {
            let mut given = 0;
            self.walk(chunk, &mut read, |x, last| {
                channels.push(x, last);
                let block = channels.take();
                given += block.nrows();
                if block.nrows() > 0 { sink(given - block.nrows(), block.view()) } else { Ok(()) }
            })?;
            let none = Array2::zeros((0, self.columns));
            return Ok(self.pipeline.finish(none, self.rate(), &channels.constant())?.1);
        }
        let mut gathered = Array2::zeros((0, self.columns));
        self.walk(chunk, &mut read, |x, last| {
            channels.push(x, last);
            let block = channels.take();
            gathered.append(ndarray::Axis(0), block.view()).map_err(|_| self.wrong_block(0..0, block.view()).into())
        })?;
        let (values, outcome) = self.pipeline.finish(gathered, self.reduced_rate, &channels.constant())?;
        sink(0, values.view())?;
        Ok(outcome)
    }

    /// For each stage by what its bands are divided, which is found stage after stage where they are normalised.
    fn scales<E: From<Error>>(
        &self,
        chunk: usize,
        read: &mut impl FnMut(Range<usize>) -> Result<Array2<f64>, E>,
    ) -> Result<Vec<Array2<f64>>, E> {
        let mut scales = Vec::new();
        let mut samples = self.read_samples;
        for (index, stage) in self.stages.iter().enumerate() {
            samples = stage.ratio().map_or(samples, |ratio| ratio.samples(samples));
            if !stage.normalised() {
                scales.push(Array2::zeros((self.columns, 0)));
                continue;
            }
            let mut channels = Channels::new(&self.stages[..=index], self.columns, &scales, true);
            self.walk(chunk, read, |x, last| {
                channels.push(x, last);
                channels.take();
                Ok(())
            })?;
            scales.push(channels.means(samples));
        }
        Ok(scales)
    }

    /// Gives every chunk, against its reference, to `work`, and says whether it is the last.
    fn walk<E: From<Error>>(
        &self,
        chunk: usize,
        read: &mut impl FnMut(Range<usize>) -> Result<Array2<f64>, E>,
        mut work: impl FnMut(ArrayView2<f64>, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        while start < self.read_samples {
            let samples = start..self.read_samples.min(start.saturating_add(chunk.max(1)));
            let x = read(samples.clone())?;
            if x.dim() != (samples.len(), self.read_columns) {
                return Err(self.wrong_block(samples, x.view()).into());
            }
            let x = self.pipeline.montage.referenced(x, start)?;
            start = samples.end;
            work(x.slice(s![.., ..]), start == self.read_samples)?;
        }
        Ok(())
    }

    fn wrong_block(&self, samples: Range<usize>, found: ArrayView2<f64>) -> Error {
        let Range { start, end } = samples;
        Error::Block { start, end, columns: self.read_columns, rows: found.nrows(), found: found.ncols() }
    }
}
