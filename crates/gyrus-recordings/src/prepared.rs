//! The signals of a file as an analysis wants them: prepared in chunks of time, so that memory is bounded.

use std::ops::Range;

use gyrus_formats::Signals;
use gyrus_signals::{Condition, Outcome, Pipeline};
use ndarray::{Array2, ArrayView2, s};

use crate::Error;

/// Bytes that preparing a recording takes about at most, beside what comes out of it.
const MEMORY: usize = 512 << 20;

/// Signals of one rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// `(samples, channels)`, every value finite.
    pub signal: Array2<f64>,
    /// Samples a second.
    pub rate: f64,
    /// What is wrong with channels that are used all the same: those that stick to an end of their range or never change.
    pub warnings: Vec<String>,
}

/// The first `samples` samples of some channels of `file`, all of one rate, as `pipeline` leaves them, or as they are.
///
/// A pipeline works on `threads` threads of the current pool and reads the file once, a chunk at a time.
///
/// # Errors
/// [`Error::Gap`] for a recording that was interrupted within these samples; [`Error::Prepare`] for what the pipeline cannot do
/// with them; [`Error::Constant`] for a channel that it leaves undefined; [`Error::NotFinite`] for a value that is missing; what is
/// wrong with the file.
///
/// # Panics
/// There are no such channels or samples.
pub fn prepared(
    file: &dyn Signals,
    (channels, samples): (&[usize], usize),
    pipeline: Option<&Pipeline>,
    threads: usize,
) -> Result<Prepared, Error> {
    let rate = channels.first().map_or(0.0, |channel| file.channels()[*channel].rate);
    if let Some(gap) = file.gaps().iter().find(|gap| gap.start * rate < samples as f64) {
        return Err(Error::Gap { path: file.path().to_owned(), start: gap.start, end: gap.end });
    }
    let mut condition = Condition::new(channels.len());
    let Some(pipeline) = pipeline else {
        let signal = file.read(channels, 0..samples)?;
        condition.look(0, signal.view());
        whole(file, channels, &condition, signal.view())?;
        return Ok(Prepared { signal, rate, warnings: said(file, channels, &condition) });
    };
    let wrong = |source| Error::Prepare { path: file.path().to_owned(), source: Box::new(source) };
    let plan = pipeline.plan(samples, channels.len(), rate).map_err(wrong)?;
    let mut signal = Array2::zeros((plan.samples(), plan.columns()));
    let mut take = |first: usize, block: ArrayView2<f64>| {
        signal.slice_mut(s![first..first + block.nrows(), ..]).assign(&block);
        Ok(())
    };
    let read = |range: Range<usize>| {
        let block = file.read(channels, range.clone()).map_err(Failure::Read)?;
        condition.look(range.start, block.view());
        Ok(block)
    };
    let outcome =
        plan.run::<Failure>(plan.chunk(MEMORY, threads), read, &mut take).map_err(|failure| match failure {
            Failure::Read(error) => error.into(),
            Failure::Signals(gyrus_signals::Error::NotFinite { sample, column, value }) => {
                missing(file, channels, (sample, column), value)
            }
            Failure::Signals(error) => wrong(error),
        })?;
    defined(file, channels, &outcome)?;
    Ok(Prepared { signal, rate: outcome.rate, warnings: said(file, channels, &condition) })
}

/// Names of channels.
fn names(file: &dyn Signals, channels: &[usize]) -> Vec<String> {
    channels.iter().map(|channel| file.channels()[*channel].name.clone()).collect()
}

/// What was seen of channels, with the file's name.
fn said(file: &dyn Signals, channels: &[usize], condition: &Condition) -> Vec<String> {
    let path = file.path().display();
    condition.said(&names(file, channels)).into_iter().map(|line| format!("`{path}`: {line}")).collect()
}

/// That no value is missing.
fn whole(file: &dyn Signals, channels: &[usize], condition: &Condition, x: ArrayView2<f64>) -> Result<(), Error> {
    if condition.is_whole() {
        return Ok(());
    }
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some((place, value)) => Err(missing(file, channels, place, *value)),
        None => Ok(()),
    }
}

/// The error of a value that is missing.
fn missing(file: &dyn Signals, channels: &[usize], (sample, column): (usize, usize), value: f64) -> Error {
    let channel = channels.get(column).map(|channel| &file.channels()[*channel]);
    let seconds = channel.map_or(0.0, |channel| sample as f64 / channel.rate);
    let channel = channel.map_or_else(String::new, |channel| channel.name.clone());
    Error::NotFinite { path: file.path().to_owned(), channel, seconds, value }
}

/// That every channel still says something: one that never changed has no standard deviation.
fn defined(file: &dyn Signals, channels: &[usize], outcome: &Outcome) -> Result<(), Error> {
    match outcome.undefined.first() {
        None => Ok(()),
        Some(column) => {
            let channel = channels.get(*column).map_or(String::new(), |channel| file.channels()[*channel].name.clone());
            Err(Error::Constant { path: file.path().to_owned(), channel })
        }
    }
}

/// What can go wrong between a file and what is made of it.
enum Failure {
    Read(gyrus_formats::Error),
    Signals(gyrus_signals::Error),
}

impl From<gyrus_signals::Error> for Failure {
    fn from(error: gyrus_signals::Error) -> Self {
        Self::Signals(error)
    }
}

#[cfg(test)]
mod tests {
    use gyrus_formats::edf::{EdfChannel, write_edf};
    use gyrus_signals::{HighGamma, Resample, Step};
    use ndarray::Array1;

    use super::*;

    /// A tone of 100 Hz whose loudness rises and falls, and a channel that says nothing.
    fn recording() -> Result<(tempfile::TempDir, Box<dyn Signals>), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.edf");
        let loudness = |t: f64| 1.0 + 0.5 * (2.0 * std::f64::consts::PI * 0.5 * t).sin();
        let tone = Array1::from_shape_fn(5120, |i| {
            let t = i as f64 / 512.0;
            loudness(t) * (2.0 * std::f64::consts::PI * 100.0 * t).sin()
        });
        let flat = Array1::zeros(5120);
        let channel = |name, values| EdfChannel { name, unit: "uV", rate: 512.0, values };
        write_edf(&path, &[channel("A1", tone.view()), channel("A2", flat.view())])?;
        let file = gyrus_formats::open(&path)?;
        Ok((folder, file))
    }

    #[test]
    fn the_envelope_of_a_tone_is_its_loudness_at_the_new_rate() -> Result<(), Box<dyn std::error::Error>> {
        let (_folder, file) = recording()?;
        let band = HighGamma { bands: vec![(70.0, 150.0)], ..HighGamma::default() };
        let steps = vec![Step::HighGamma(band), Step::Resample(Resample { rate: 64.0 })];
        let pipeline = Pipeline { steps, ..Pipeline::default() };
        let found = prepared(&*file, (&[0], 5120), Some(&pipeline), 2)?;
        assert_eq!((found.rate, found.signal.dim()), (64.0, (640, 1)));
        for i in 64..576 {
            let expected = 1.0 + 0.5 * (std::f64::consts::PI * i as f64 / 64.0).sin();
            assert!((found.signal[[i, 0]] - expected).abs() < 0.02, "{i}: {} {expected}", found.signal[[i, 0]]);
        }
        let as_it_is = prepared(&*file, (&[1, 0], 512), None, 1)?;
        assert_eq!((as_it_is.rate, as_it_is.signal.dim()), (512.0, (512, 2)));
        Ok(())
    }

    #[test]
    fn a_channel_that_never_changes_cannot_be_standardised() -> Result<(), Box<dyn std::error::Error>> {
        let (_folder, file) = recording()?;
        let pipeline = Pipeline { finish: vec![gyrus_signals::Finish::Standardise], ..Pipeline::default() };
        let said = prepared(&*file, (&[0, 1], 5120), Some(&pipeline), 1).err().map(|error| error.to_string());
        assert!(said.is_some_and(|said| said.contains("`A2`")));
        Ok(())
    }
}
