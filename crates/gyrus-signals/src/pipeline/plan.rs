//! A pipeline that is prepared for recordings of one shape.

use super::chain::{Stage, stages};
use super::{Finish, Pipeline};
use crate::Error;

/// A [`Pipeline`] for recordings of one number of samples, number of columns and rate.
///
/// # How chunks are joined
///
/// Filters that follow one another have no shift in time, so that each is a real gain at every frequency; they are
/// multiplied, with a Hilbert transform if [`HighGamma`](crate::HighGamma) comes next, and done by one Fourier transform
/// forward and one back of stretches that overlap.
/// The margin of a stretch is where the impulse response of all that is merged has ended: half of its length for a filter
/// of finite length, and for recursive ones and Hilbert transforms the place beyond which its absolute values sum to less
/// than 1e-10 of the root of its sum of squares, found on a grid of frequencies that is made finer until it holds.
/// Resampling by a ratio looks ten samples of the lower rate to either side and counts samples in whole numbers from the
/// beginning of the recording, so that positions are exact.
///
/// Each channel keeps its last stretch between chunks: samples are read once, in order, and stretches stand at the same
/// samples whatever the chunks are.
/// Answers therefore depend neither on the length of chunks nor on the number of threads, to the last bit.
///
/// # Where it differs from whole recordings
///
/// The whole recording is turned about its ends, in time and in value, by the margin, once for all that is merged, where
/// [`Pipeline::whole`] extends it anew for every filter and takes it for periodic in a Hilbert transform.
/// Within some margins of the ends the answers differ; elsewhere by less than 1e-6 of the standard deviation.
///
/// # Steps that need the whole
///
/// Detrending, standardising and resampling by Fourier transforms ([`Finish`]) work on what the steps before have left,
/// which is kept in memory.
/// Normalised bands ([`HighGamma::normalised`](crate::HighGamma::normalised)) take one more pass through the recording
/// for each step that has them, to find their means.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) pipeline: Pipeline,
    pub(super) stages: Vec<Stage>,
    /// Samples of the recording.
    pub(super) read_samples: usize,
    /// Columns of the recording.
    pub(super) read_columns: usize,
    /// Columns after the montage.
    pub(super) columns: usize,
    /// The rate after the stages.
    pub(super) reduced_rate: f64,
    rate: f64,
    samples: usize,
}

impl Plan {
    pub(super) fn new(pipeline: &Pipeline, samples: usize, columns: usize, rate: f64) -> Result<Self, Error> {
        crate::checks::positive("sampling rate", rate)?;
        if samples == 0 {
            return Err(Error::Short { what: "a pipeline", needed: 1, samples });
        }
        let (stages, reduced_rate) = stages(&pipeline.steps, rate)?;
        let kept = pipeline.montage.columns(columns)?;
        let reduced = stages.iter().filter_map(Stage::ratio).fold(samples, |n, ratio| ratio.samples(n));
        let finish = pipeline.finish.iter().try_fold((reduced_rate, reduced), |(rate, n), finish| match finish {
            Finish::FourierResample(resample) => resample.shape(n, rate),
            Finish::Detrend(_) | Finish::Standardise => Ok((rate, n)),
        });
        let (rate, reduced) = finish?;
        let (pipeline, read_samples, read_columns) = (pipeline.clone(), samples, columns);
        Ok(Self { pipeline, stages, read_samples, read_columns, columns: kept, reduced_rate, rate, samples: reduced })
    }

    /// Rate of the answer in hertz.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Samples of the answer; the first stands at the time of the first of the recording.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Columns of the answer.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Samples of the recording on either side of each that the steps look at, all together.
    pub fn margin(&self) -> usize {
        let (mut margin, mut before) = (0.0, 1.0);
        for stage in &self.stages {
            margin += stage.margin() as f64 * before;
            before *= stage.ratio().map_or(1.0, |ratio| f64::from(ratio.down()) / f64::from(ratio.up()));
        }
        margin.ceil() as usize
    }

    /// Bytes that a run takes about at most, with chunks of `chunk` samples on `threads` threads: the chunk as it is read
    /// and against its reference, what channels keep, what threads work in, and what is gathered for [`Finish`].
    ///
    /// What the reader needs for itself is not in it.
    pub fn memory(&self, chunk: usize, threads: usize) -> usize {
        let per_channel: usize = self.stages.iter().map(|stage| stage.kept(chunk)).sum();
        let shrunk = self.samples.min(self.read_samples) as f64 / self.read_samples as f64;
        let given = ((chunk + 2 * per_channel) as f64 * shrunk) as usize;
        let gathered = if self.pipeline.finish.is_empty() { 0 } else { 3 * self.samples * self.columns };
        let read = chunk * (self.read_columns + self.columns);
        8 * (read + self.columns * (per_channel + 2 * given) + gathered + threads * (8 * chunk + 12 * per_channel))
    }

    /// The longest chunk of those that double from 1,024 samples on with which a run takes no more than `bytes`, or 1,024.
    pub fn chunk(&self, bytes: usize, threads: usize) -> usize {
        let longer = (10..26).map(|power| 1 << power).filter(|&chunk| self.memory(chunk, threads) <= bytes);
        longer.max().unwrap_or(1 << 10).min(self.read_samples.next_power_of_two())
    }
}
