//! What all files of signals have in common: channels, and samples that are read where they are needed.

use std::ops::Range;
use std::path::Path;

use ndarray::Array2;

use crate::Error;

/// What a channel measures, as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ChannelKind {
    /// The scalp.
    Eeg,
    /// The surface of the brain.
    Ecog,
    /// The depth of the brain.
    Seeg,
    /// A stimulating electrode in the depth.
    Dbs,
    /// The magnetic field around the head.
    Meg,
    /// A sensor that tells what disturbs the others.
    Reference,
    /// The eyes.
    Eog,
    /// The heart.
    Ecg,
    /// Muscles.
    Emg,
    /// Triggers.
    Stimulus,
    /// Sound.
    Audio,
    /// Anything else, or a file that does not say.
    #[default]
    Other,
}

impl ChannelKind {
    /// Whether it measures a brain.
    pub fn is_neural(self) -> bool {
        matches!(self, Self::Ecog | Self::Seeg | Self::Dbs | Self::Eeg | Self::Meg)
    }
}

/// One signal of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name; no two channels of a file have the same.
    pub name: String,
    /// What it measures.
    pub kind: ChannelKind,
    /// Unit of its values as they are read, for instance `uV`; empty where the file does not say.
    pub unit: String,
    /// Samples a second.
    pub rate: f64,
    /// Number of samples.
    pub samples: usize,
    /// Whether the file itself calls it bad.
    pub bad: bool,
}

/// Something that a file says of a stretch of its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Seconds after the first sample.
    pub onset: f64,
    /// Seconds, 0 for a moment.
    pub duration: f64,
    /// What it says.
    pub text: String,
}

/// A file of signals whose header is checked and whose samples are read where they are needed.
pub trait Signals: std::fmt::Debug + Send + Sync {
    /// The file.
    fn path(&self) -> &Path;

    /// Its channels, in the order of the file.
    fn channels(&self) -> &[Channel];

    /// What the file says of stretches of its time, in order of their onsets.
    fn annotations(&self) -> &[Annotation];

    /// Stretches in which nothing was recorded, in seconds after the first sample; samples there are read as NaN.
    fn gaps(&self) -> &[Range<f64>];

    /// Some samples of some channels of one rate, in the units of the channels, `(samples, channels)`.
    ///
    /// # Errors
    /// [`Error::OtherRate`] for channels of different rates, [`Error::Read`], and what is wrong with the samples.
    ///
    /// # Panics
    /// There are no such channels or samples.
    fn read(&self, channels: &[usize], samples: Range<usize>) -> Result<Array2<f64>, Error>;

    /// Channels that measure a brain and are not called bad; all that are not bad where the file says of none what it
    /// measures.
    fn neural(&self) -> Vec<usize> {
        let good: Vec<_> = self.channels().iter().enumerate().filter(|(_, channel)| !channel.bad).collect();
        let silent = good.iter().all(|(_, channel)| channel.kind == ChannelKind::Other);
        good.iter().filter(|(_, channel)| silent || channel.kind.is_neural()).map(|(at, _)| *at).collect()
    }

    /// Place of the channel of that name, if there is one.
    fn find(&self, name: &str) -> Option<usize> {
        self.channels().iter().position(|channel| channel.name == name)
    }
}

/// That the chosen channels have one rate and hold the wanted samples.
///
/// # Panics
/// There are no such channels or samples.
pub(crate) fn check_wanted(signals: &dyn Signals, chosen: &[usize], samples: &Range<usize>) -> Result<(), Error> {
    let channels: Vec<&Channel> = chosen.iter().map(|channel| &signals.channels()[*channel]).collect();
    let Some(first) = channels.first() else { return Ok(()) };
    if let Some(other) = channels.iter().find(|channel| channel.rate != first.rate) {
        let (path, channel, by) = (signals.path().to_owned(), other.name.clone(), format!("`{}`", first.name));
        return Err(Error::OtherRate { path, channel, rate: other.rate, by, expected: first.rate });
    }
    let there = channels.iter().all(|channel| samples.end <= channel.samples);
    assert!(samples.start <= samples.end && there, "samples are among those of the channels");
    Ok(())
}

/// Whether a rate in hertz can be one; the ends keep times from overflowing.
pub(crate) fn can_be_rate(rate: f64) -> bool {
    (1e-9..=1e12).contains(&rate)
}

/// A unit as it is written here: the letter for micro, of which there are two, is `u`.
pub(crate) fn plain_unit(unit: &str) -> String {
    unit.trim().replace(['\u{b5}', '\u{3bc}'], "u")
}
