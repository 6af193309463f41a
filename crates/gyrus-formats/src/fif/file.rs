//! A FIF recording whose samples are read where they are needed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, ArrayViewMut2, s};

use super::buffers::{Buffer, Buffers};
use super::channel::ChannelInfo;
use super::part::{Contents, Part};
use super::parts;
use crate::samples::Line;
use crate::signals::{can_be_rate, check_wanted};
use crate::source::Source;
use crate::{Annotation, Channel, Error, Signals};

/// Bytes that are read at a time, if a sample of all channels is not longer.
const BLOCK: usize = 1 << 21;

/// A recording in one FIF file or in several, with its samples calibrated: raw number, calibration and range multiplied.
///
/// What was skipped while it was recorded is a gap. A file that is compressed is uncompressed into a file without a name in
/// the system's folder for those, up to 50 times its size or 256 MiB.
/// Projections and compensations that a file brings along are not applied.
#[derive(Debug)]
pub struct FifFile {
    sources: Vec<Source>,
    buffers: Buffers,
    channels: Vec<Channel>,
    gains: Vec<f64>,
    positions: Vec<Option<[f64; 3]>>,
    annotations: Vec<Annotation>,
    gaps: Vec<Range<f64>>,
    contents: Contents,
}

impl FifFile {
    /// Opens the file `path`, and those that continue it, and finds where samples stand.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Length`] for a file that is cut short; [`Error::Field`] for a tag that cannot be right, with
    /// its first byte; [`Error::Companion`] for a file that goes on in one that is missing; [`Error::Whole`] for one without
    /// channels, samples or a rate, with a name that stands twice, or whose continuation does not continue it.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut parts = parts::open(path)?;
        let rate = rate(&parts[0])?;
        let mut channels = described(&parts[0], rate)?;
        let mut buffers = Buffers::default();
        for (place, part) in parts.iter().enumerate() {
            buffers.add(place, part, channels.len())?;
        }
        let samples = buffers.samples();
        if samples == 0 {
            return Err(wrong(&parts[0], "has no samples"));
        }
        channels.iter_mut().for_each(|channel| channel.samples = samples);
        let contents = std::mem::take(&mut parts[0].contents);
        let annotations = contents.notes.annotations(&parts[0].source, buffers.origin as f64 / rate, contents.date)?;
        let gaps = buffers.gaps().into_iter().map(|gap| gap.start as f64 / rate..gap.end as f64 / rate).collect();
        let (gains, positions) = contents.channels.iter().map(|channel| (channel.gain, channel.position)).unzip();
        let sources = parts.into_iter().map(|part| part.source).collect();
        Ok(Self { sources, buffers, channels, gains, positions, annotations, gaps, contents })
    }

    /// The files of the recording, in order.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().map(Source::path)
    }

    /// Where each channel is, in metres in the frame of the head (magnetometers: of the device), if the file knows.
    pub fn positions(&self) -> &[Option<[f64; 3]>] {
        &self.positions
    }

    /// When the recording was made, in seconds after the beginning of 1970, if the file says.
    pub fn measured_at(&self) -> Option<f64> {
        self.contents.date
    }

    /// Number of the first sample, counted from when the recording was made.
    pub fn first_sample(&self) -> i64 {
        self.buffers.origin
    }

    /// Frequencies in hertz that the samples were filtered to, from the lower to the higher, as far as the file says.
    pub fn band(&self) -> [Option<f64>; 2] {
        [self.contents.highpass, self.contents.lowpass]
    }

    /// The wanted columns of some samples of a buffer, `(samples, channels)`.
    fn buffer(
        &self,
        buffer: &Buffer,
        wanted: Range<usize>,
        lines: &[(usize, Line)],
        mut out: ArrayViewMut2<'_, f64>,
    ) -> Result<(), Error> {
        let frame = self.channels.len() * buffer.form.bytes();
        let block = (BLOCK / frame).max(1).min(wanted.len());
        let mut bytes = vec![0; block * frame];
        for begin in wanted.clone().step_by(block) {
            let n = block.min(wanted.end - begin);
            let at = buffer.at + ((begin - buffer.first) * frame) as u64;
            self.sources[buffer.part].read(at, &mut bytes[..n * frame])?;
            let rows = begin - wanted.start..begin - wanted.start + n;
            buffer.form.decode(&bytes[..n * frame], self.channels.len(), lines, out.slice_mut(s![rows, ..]));
        }
        Ok(())
    }

    /// What a raw number of a channel means.
    fn line(&self, channel: usize) -> Result<(usize, Line), Error> {
        let gain = self.gains[channel];
        match gain.is_finite() && gain != 0.0 {
            true => Ok((channel, Line::proportional(gain))),
            false => {
                let wrong = format!(
                    "has a channel `{}` with a calibration that is none: `{gain}`",
                    self.channels[channel].name
                );
                Err(Error::Whole { path: self.path().to_owned(), wrong })
            }
        }
    }
}

impl Signals for FifFile {
    fn path(&self) -> &Path {
        self.sources[0].path()
    }

    fn channels(&self) -> &[Channel] {
        &self.channels
    }

    fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    fn gaps(&self) -> &[Range<f64>] {
        &self.gaps
    }

    fn read(&self, channels: &[usize], samples: Range<usize>) -> Result<Array2<f64>, Error> {
        check_wanted(self, channels, &samples)?;
        let lines = channels.iter().map(|channel| self.line(*channel)).collect::<Result<Vec<_>, _>>()?;
        let mut values = Array2::zeros((samples.len(), channels.len()));
        if values.is_empty() {
            return Ok(values);
        }
        let mut filled = 0;
        for buffer in self.buffers.with(&samples) {
            let wanted = buffer.first.max(samples.start)..buffer.end().min(samples.end);
            let rows = wanted.start - samples.start..wanted.end - samples.start;
            values.slice_mut(s![filled..rows.start, ..]).fill(f64::NAN);
            filled = rows.end;
            self.buffer(buffer, wanted, &lines, values.slice_mut(s![rows, ..]))?;
        }
        values.slice_mut(s![filled.., ..]).fill(f64::NAN);
        Ok(values)
    }
}

fn wrong(part: &Part, wrong: impl Into<String>) -> Error {
    Error::Whole { path: part.source.path().to_owned(), wrong: wrong.into() }
}

fn rate(part: &Part) -> Result<f64, Error> {
    let rate = part.contents.rate.ok_or_else(|| wrong(part, "says no rate"))?;
    if can_be_rate(rate) { Ok(rate) } else { Err(wrong(part, format!("has a rate that cannot be: `{rate}`"))) }
}

/// The channels, without their samples.
fn described(part: &Part, rate: f64) -> Result<Vec<Channel>, Error> {
    let Contents { channels, long_names, bad, count, .. } = &part.contents;
    let n = channels.len();
    if n == 0 {
        return Err(wrong(part, "has no channels"));
    }
    if let Some(count) = count.filter(|count| *count != n as i64) {
        return Err(wrong(part, format!("counts {count} channels and describes {n}")));
    }
    if ![0, n].contains(&long_names.len()) {
        return Err(wrong(part, format!("has long names of {} channels and describes {n}", long_names.len())));
    }
    let (mut names, bad) = (BTreeSet::new(), bad.iter().collect::<BTreeSet<_>>());
    let channel = |(i, about): (usize, &ChannelInfo)| {
        let name = long_names.get(i).unwrap_or(&about.name).clone();
        if !names.insert(name.clone()) {
            return Err(wrong(part, format!("has a channel name that stands twice: `{name}`")));
        }
        // Bad channels are listed by either name.
        let bad = bad.contains(&name) || bad.contains(&about.name);
        Ok(Channel { name, kind: about.kind, unit: about.unit.clone(), rate, samples: 0, bad })
    };
    channels.iter().enumerate().map(channel).collect()
}
