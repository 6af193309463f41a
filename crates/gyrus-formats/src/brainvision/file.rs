//! A BrainVision recording whose samples are read where they are needed.

use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayViewMut2, s};

use super::header::{Header, Order};
use super::markers;
use super::sections::Sections;
use crate::samples::Line;
use crate::signals::check_wanted;
use crate::source::Source;
use crate::{Annotation, Channel, ChannelKind, Error, Signals};

/// Bytes that are read at a time, if a sample of all channels is not longer.
const BLOCK: usize = 1 << 21;

/// A recording in three files: header (`.vhdr`), samples (`.eeg`, `.dat`) and markers (`.vmrk`).
///
/// The header names the others. Where those names are not beside it, files of its own name are taken, because recordings
/// are often renamed without a change in the header.
#[derive(Debug)]
pub struct BrainVisionFile {
    path: PathBuf,
    source: Source,
    header: Header,
    samples: usize,
    channels: Vec<Channel>,
    annotations: Vec<Annotation>,
}

impl BrainVisionFile {
    /// Opens the recording of the header `path`, and reads its markers.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Line`] for a line that cannot be right; [`Error::Whole`] for what is missing or not read;
    /// [`Error::Companion`] for a file that it names and that is not there; [`Error::Length`] for samples that are fewer or
    /// more than it says.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let header = Header::new(&Sections::read(path, "header file")?)?;
        let source = Source::open(&companion(path, &header.data)?)?;
        let samples = samples(&header, &source)?;
        let markers = header.markers.as_ref().map(|name| companion(path, name)).transpose()?;
        let annotations = markers.map_or(Ok(Vec::new()), |markers| markers::read(&markers, header.rate))?;
        let channel = |described: &super::header::Described| {
            let (name, unit) = (described.name.clone(), described.unit.clone());
            Channel { name, kind: ChannelKind::Other, unit, rate: header.rate, samples, bad: false }
        };
        let channels = header.channels.iter().map(channel).collect();
        Ok(Self { path: path.to_owned(), source, header, samples, channels, annotations })
    }

    /// The file of samples.
    pub fn samples_file(&self) -> &Path {
        self.source.path()
    }

    /// Samples that stand in rows of `width`, of which the given columns are taken; the first row begins at byte `at`.
    fn rows(
        &self,
        at: u64,
        width: usize,
        columns: &[(usize, Line)],
        mut out: ArrayViewMut2<'_, f64>,
    ) -> Result<(), Error> {
        let frame = width * self.header.form.bytes();
        let block = (BLOCK / frame).max(1).min(out.nrows());
        let mut bytes = vec![0; block * frame];
        for begin in (0..out.nrows()).step_by(block.max(1)) {
            let n = block.min(out.nrows() - begin);
            self.source.read(at + (begin * frame) as u64, &mut bytes[..n * frame])?;
            let rows = out.slice_mut(s![begin..begin + n, ..]);
            self.header.form.decode(&bytes[..n * frame], width, columns, rows);
        }
        Ok(())
    }
}

impl Signals for BrainVisionFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn channels(&self) -> &[Channel] {
        &self.channels
    }

    fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    fn gaps(&self) -> &[Range<f64>] {
        &[]
    }

    fn read(&self, channels: &[usize], samples: Range<usize>) -> Result<Array2<f64>, Error> {
        check_wanted(self, channels, &samples)?;
        let mut values = Array2::zeros((samples.len(), channels.len()));
        let line = |channel: usize| self.header.channels[channel].line;
        let (all, bytes) = (self.channels.len(), self.header.form.bytes());
        if self.header.order == Order::ByMoment && !channels.is_empty() {
            let columns: Vec<(usize, Line)> = channels.iter().map(|channel| (*channel, line(*channel))).collect();
            self.rows((samples.start * all * bytes) as u64, all, &columns, values.view_mut())?;
        } else {
            for (column, channel) in channels.iter().enumerate() {
                let at = ((channel * self.samples + samples.start) * bytes) as u64;
                self.rows(at, 1, &[(0, line(*channel))], values.slice_mut(s![.., column..=column]))?;
            }
        }
        Ok(values)
    }
}

/// Samples of a channel, by the length of the file of samples.
fn samples(header: &Header, source: &Source) -> Result<usize, Error> {
    let frame = (header.channels.len() * header.form.bytes()) as u64;
    let (path, found) = (source.path().to_owned(), source.length());
    if let Some(expected) = header.samples.map(|samples| samples.saturating_mul(frame)).filter(|bytes| *bytes != found)
    {
        return Err(Error::Length { path, found, expected });
    }
    if found == 0 || found % frame != 0 {
        let wrong = format!("has {found} bytes, which is no whole number of samples of {frame} bytes each");
        return Err(Error::Whole { path, wrong });
    }
    Ok((found / frame) as usize)
}

/// The file that the header `path` calls `name`.
fn companion(path: &Path, name: &str) -> Result<PathBuf, Error> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    // `$b` stands for the header's own name, and folders of another machine mean nothing here.
    let name = name.replace("$b", &stem);
    let bare = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let ending = bare.rsplit_once('.').map_or("", |(_, ending)| ending);
    let renamed = path.with_extension(ending);
    let tried = [path.with_file_name(&name), path.with_file_name(bare), renamed];
    let there = tried.into_iter().find(|file| file.is_file() && file != path);
    let hint = "and neither is one of the header's own name; the three files of a recording lie together";
    there.ok_or_else(|| Error::Companion { path: path.to_owned(), name, hint })
}
