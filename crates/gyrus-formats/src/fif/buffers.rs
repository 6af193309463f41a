//! Where samples stand in the files of a recording, and which were never written.

use std::ops::Range;

use super::part::{Item, Part};
use crate::Error;
use crate::samples::Form;

/// Samples that no index should reach: what a lying file would make us count to.
const MOST_SAMPLES: u64 = 1 << 48;

/// Samples that stand together, `(samples, channels)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Buffer {
    /// The file.
    pub part: usize,
    /// First byte in it.
    pub at: u64,
    pub form: Form,
    /// Its samples among those of the recording, which begins with the first one that was written.
    pub first: usize,
    pub samples: usize,
}

impl Buffer {
    pub fn end(&self) -> usize {
        self.first + self.samples
    }
}

/// All samples of a recording.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub all: Vec<Buffer>,
    /// Number of the first sample by the count of the first file.
    pub origin: i64,
    /// Samples that were not written since the last buffer, and buffers.
    skipped: (u64, u64),
}

impl Buffers {
    /// Samples from the first to the last.
    pub fn samples(&self) -> usize {
        self.all.last().map_or(0, Buffer::end)
    }

    /// Those that hold some of the wanted samples.
    pub fn with(&self, wanted: &Range<usize>) -> &[Buffer] {
        let begin = self.all.partition_point(|buffer| buffer.end() <= wanted.start);
        let end = self.all.partition_point(|buffer| buffer.first < wanted.end);
        &self.all[begin..end.max(begin)]
    }

    /// Samples between buffers.
    pub fn gaps(&self) -> Vec<Range<usize>> {
        let between = self.all.windows(2).map(|pair| pair[0].end()..pair[1].first);
        between.filter(|gap| !gap.is_empty()).collect()
    }

    /// Adds the next file of the recording, in which there are so many channels.
    pub fn add(&mut self, place: usize, part: &Part, channels: usize) -> Result<(), Error> {
        let next = self.origin + self.samples() as i64;
        match part.contents.first_sample {
            Some(first) if place == 0 => self.origin = first,
            Some(first) if first != next => {
                let wrong = format!(
                    "does not continue the file before it, which ends before sample {next}: it begins with {first}"
                );
                return Err(Error::Whole { path: part.source.path().to_owned(), wrong });
            }
            _ => {}
        }
        for item in &part.contents.items {
            match *item {
                Item::Buffer { tag, form } => {
                    let frame = (channels * form.bytes()) as u64;
                    if tag.size % frame != 0 {
                        let said = format!("{} bytes, {frame} a sample of all channels", tag.size);
                        return Err(tag.wrong(&part.source, "holds no whole number of samples", said));
                    }
                    self.push(Buffer { part: place, at: tag.at, form, first: 0, samples: (tag.size / frame) as usize })
                        .ok_or_else(|| {
                            tag.wrong(&part.source, "comes after more samples than can be counted", tag.size)
                        })?;
                }
                Item::Buffers(n) => self.skipped.1 = self.skipped.1.saturating_add(n),
                Item::Samples(n) => self.skipped.0 = self.skipped.0.saturating_add(n),
            }
        }
        Ok(())
    }

    /// Adds a buffer behind what was skipped; a skipped buffer is as long as it. What is skipped before the first one only
    /// moves the beginning.
    fn push(&mut self, buffer: Buffer) -> Option<()> {
        if buffer.samples == 0 {
            return Some(());
        }
        let (samples, buffers) = std::mem::take(&mut self.skipped);
        let skipped = buffers.checked_mul(buffer.samples as u64)?.checked_add(samples)?;
        let end = skipped.checked_add((self.samples() + buffer.samples) as u64)?;
        if end > MOST_SAMPLES {
            return None;
        }
        let first = match self.all.is_empty() {
            true => {
                self.origin += skipped as i64;
                0
            }
            false => self.samples() + skipped as usize,
        };
        self.all.push(Buffer { first, ..buffer });
        Some(())
    }
}
