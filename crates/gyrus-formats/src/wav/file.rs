//! A WAV file whose samples are read where they are needed.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::Array1;

use super::header::{self, Encoding, Header};
use crate::Error;

/// Bytes that are read at a time, if a sample is not longer.
const BLOCK: usize = 1 << 20;

/// What is made of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WavChannel {
    /// Their mean.
    #[default]
    Mean,
    /// One of them, from 0.
    One(usize),
}

/// A WAV file, its header checked against its length.
#[derive(Debug)]
pub struct WavFile {
    path: PathBuf,
    header: Header,
}

impl WavFile {
    /// Opens the file `path` and reads its header.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Length`] for a file shorter than it says; [`Error::Content`] for what is no WAV file, is
    /// compressed, or contradicts itself.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut file = File::open(path).map_err(Error::read(path))?;
        Ok(Self { path: path.to_owned(), header: header::read(path, &mut file)? })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Samples a second.
    pub fn rate(&self) -> f64 {
        self.header.rate
    }

    /// Number of channels, one or more.
    pub fn channels(&self) -> usize {
        self.header.channels
    }

    /// Samples of each channel.
    pub fn samples(&self) -> usize {
        self.header.samples
    }

    /// Length of the sound in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples() as f64 / self.rate()
    }

    /// The sound from one time to another, in seconds after the first sample, from -1 to 1.
    ///
    /// It begins with the sample nearest to the start, and two stretches that meet have no sample in common.
    ///
    /// # Errors
    /// [`Error::Content`] for times that are not in the sound, and a channel that there is not; [`Error::Read`].
    pub fn read(&self, channel: WavChannel, seconds: Range<f64>) -> Result<Array1<f64>, Error> {
        let place = |time: f64| (time * self.rate()).round();
        let [start, end] = [place(seconds.start), place(seconds.end)];
        if !(start >= 0.0 && start <= end && end <= self.samples() as f64) {
            let wrong = format!("are not all within the {} s of the sound", self.seconds());
            return Err(Error::content(&self.path, "seconds", wrong, format!("{} .. {}", seconds.start, seconds.end)));
        }
        self.read_samples(channel, start as usize..end as usize)
    }

    /// Some samples, from -1 to 1.
    ///
    /// # Errors
    /// [`Error::Content`] for a channel that there is not; [`Error::Read`].
    ///
    /// # Panics
    /// There are no such samples.
    pub fn read_samples(&self, channel: WavChannel, samples: Range<usize>) -> Result<Array1<f64>, Error> {
        assert!(samples.start <= samples.end && samples.end <= self.samples(), "samples are among those of the file");
        let channels = match channel {
            WavChannel::Mean => 0..self.channels(),
            WavChannel::One(channel) if channel < self.channels() => channel..channel + 1,
            WavChannel::One(channel) => {
                let wrong = format!("is not among {} channels, from 0", self.channels());
                return Err(Error::content(&self.path, "channel", wrong, channel));
            }
        };
        let read = Error::read(&self.path);
        let frame = self.channels() * self.header.encoding.bytes();
        let mut file = File::open(&self.path).map_err(read)?;
        file.seek(SeekFrom::Start(self.header.begin + (samples.start * frame) as u64)).map_err(read)?;
        let (mut values, block) = (Vec::with_capacity(samples.len()), (BLOCK / frame).max(1));
        let mut bytes = vec![0; block.min(samples.len()) * frame];
        for first in samples.clone().step_by(block) {
            let bytes = &mut bytes[..block.min(samples.end - first) * frame];
            file.read_exact(bytes).map_err(read)?;
            values.extend(bytes.chunks_exact(frame).map(|frame| mean(frame, self.header.encoding, channels.clone())));
        }
        Ok(values.into())
    }
}

/// Mean of some channels of a sample.
fn mean(frame: &[u8], encoding: Encoding, channels: Range<usize>) -> f64 {
    let (size, count) = (encoding.bytes(), channels.len());
    let sum: f64 = channels.map(|channel| number(&frame[channel * size..(channel + 1) * size], encoding)).sum();
    sum / count as f64
}

/// A number of the sound; the largest whole number of its size would be 1.
fn number(bytes: &[u8], encoding: Encoding) -> f64 {
    match (encoding, bytes) {
        (Encoding::Whole(_), [byte]) => (f64::from(*byte) - 128.0) / 128.0,
        (Encoding::Whole(_), _) => {
            // Aligned with the highest byte of 32 bits, which keeps the sign.
            let mut word = [0; 4];
            word[4 - bytes.len()..].copy_from_slice(bytes);
            f64::from(i32::from_le_bytes(word)) / f64::from(1_u32 << 31)
        }
        (Encoding::Float32, _) => bytes.first_chunk().map_or(f64::NAN, |bytes| f64::from(f32::from_le_bytes(*bytes))),
        (Encoding::Float64, _) => bytes.first_chunk().map_or(f64::NAN, |bytes| f64::from_le_bytes(*bytes)),
    }
}
