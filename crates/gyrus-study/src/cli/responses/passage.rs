//! A recording on its way from the disk to the means around words, a chunk at a time.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, bail};
use gyrus_encoding::{LaggedResponses, LaggedSums, Lags};
use gyrus_signals::{Condition, Pipeline, Plan};
use gyrus_types::Sampling;
use ndarray::{Array2, ArrayView2, s};

use super::channels::Chosen;

/// How channels are read and prepared.
#[derive(Debug)]
pub struct Passage<'c> {
    chosen: &'c Chosen<'c>,
    /// What is done to them.
    plan: Option<Plan>,
    memory: usize,
}

/// What came of a recording.
#[derive(Debug)]
pub struct Prepared {
    /// The means around words.
    pub responses: LaggedResponses,
    /// All of the prepared signal, `(samples, channels)`, if it was asked for.
    pub signal: Option<Array2<f64>>,
    /// What was seen of the channels before they were prepared.
    pub condition: Condition,
}

/// What takes the prepared signal.
struct Sink {
    sums: LaggedSums,
    signal: Option<Array2<f64>>,
}

/// Samples of the shortest chunk.
const SHORTEST: usize = 1024;

impl<'c> Passage<'c> {
    /// The way of channels through the steps of a file, or as they are, in chunks that take about `memory` bytes.
    ///
    /// # Errors
    /// Steps that the channels do not hold, or a recording with a gap, which cannot be prepared.
    pub fn new(chosen: &'c Chosen<'c>, steps: Option<(&Pipeline, &Path)>, memory: usize) -> anyhow::Result<Self> {
        let path = chosen.file.path().display();
        let Some((pipeline, steps)) = steps else { return Ok(Self { chosen, plan: None, memory }) };
        let reached = |gap: &&Range<f64>| gap.start * chosen.rate() < chosen.samples() as f64;
        if let Some(Range { start, end }) = chosen.file.gaps().iter().find(reached) {
            bail!("`{path}` has a gap from {start} to {end} s, over which no signal can be prepared");
        }
        let plan = pipeline.plan(chosen.samples(), chosen.places.len(), chosen.rate());
        let plan = plan.with_context(|| format!("the steps of `{}` cannot be done to `{path}`", steps.display()))?;
        Ok(Self { chosen, plan: Some(plan), memory })
    }

    /// Samples a second of what comes out.
    pub fn rate(&self) -> f64 {
        self.plan.as_ref().map_or(self.chosen.rate(), Plan::rate)
    }

    /// Samples of what comes out.
    pub fn samples(&self) -> usize {
        self.plan.as_ref().map_or(self.chosen.samples(), Plan::samples)
    }

    /// Reads, prepares, and averages around words at `times` seconds; `keeps` the whole signal if that is wanted.
    ///
    /// # Errors
    /// What is wrong with the file or its values.
    pub fn run(&self, lags: &Lags, sampling: Sampling, times: &[f64], keeps: bool) -> anyhow::Result<Prepared> {
        let shape = (self.samples(), self.chosen.places.len());
        let sums = LaggedSums::new(lags, sampling, shape, times)?;
        let mut sink = Sink { sums, signal: keeps.then(|| Array2::zeros(shape)) };
        let mut condition = Condition::new(shape.1);
        match &self.plan {
            None => self.plain(&mut sink, &mut condition)?,
            Some(plan) => self.prepared(plan, &mut sink, &mut condition)?,
        }
        Ok(Prepared { responses: sink.sums.finish(), signal: sink.signal, condition })
    }

    fn plain(&self, sink: &mut Sink, condition: &mut Condition) -> anyhow::Result<()> {
        let samples = self.chosen.samples();
        let chunk = (self.memory / (16 * self.chosen.places.len())).max(SHORTEST);
        for start in (0..samples).step_by(chunk) {
            let block = self.read(start..(start + chunk).min(samples), condition)?;
            sink.take(start, block.view());
        }
        Ok(())
    }

    fn prepared(&self, plan: &Plan, sink: &mut Sink, condition: &mut Condition) -> anyhow::Result<()> {
        let chunk = plan.chunk(self.memory, rayon::current_num_threads());
        let read = |samples| Ok(self.read(samples, condition)?);
        let outcome = plan.run::<Failure>(chunk, read, |first, block| {
            sink.take(first, block);
            Ok(())
        });
        condition.undefined = outcome.map_err(|failure| self.explained(failure))?.undefined;
        Ok(())
    }

    fn read(&self, samples: Range<usize>, condition: &mut Condition) -> Result<Array2<f64>, gyrus_formats::Error> {
        let block = self.chosen.file.read(&self.chosen.places, samples.clone())?;
        condition.look(samples.start, block.view());
        Ok(block)
    }

    /// The failure with the names of what it counts.
    fn explained(&self, failure: Failure) -> anyhow::Error {
        let path = self.chosen.file.path().display();
        match failure {
            Failure::Read(error) => error.into(),
            Failure::Signals(gyrus_signals::Error::NotFinite { sample, column, value }) => {
                let name = self.chosen.names().get(column).cloned().unwrap_or_default();
                let time = sample as f64 / self.chosen.rate();
                anyhow::anyhow!(
                    "channel `{name}` of `{path}` is not finite {time} s after its first sample: `{value}`; \
                     leave it out with `--channels`, or take signals as they are, without `--prepare`"
                )
            }
            Failure::Signals(error) => anyhow::Error::from(error).context(format!("could not prepare `{path}`")),
        }
    }
}

impl Sink {
    fn take(&mut self, first: usize, block: ArrayView2<f64>) {
        self.sums.push(block);
        if let Some(signal) = &mut self.signal {
            signal.slice_mut(s![first..first + block.nrows(), ..]).assign(&block);
        }
    }
}

/// What can go wrong between a file and its responses.
enum Failure {
    Read(gyrus_formats::Error),
    Signals(gyrus_signals::Error),
}

impl From<gyrus_formats::Error> for Failure {
    fn from(error: gyrus_formats::Error) -> Self {
        Self::Read(error)
    }
}

impl From<gyrus_signals::Error> for Failure {
    fn from(error: gyrus_signals::Error) -> Self {
        Self::Signals(error)
    }
}
