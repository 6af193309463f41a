//! An EDF or BDF file whose samples are read where they are needed.

use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, s};

use super::header::{EdfSignal, Header};
use super::opened::Opened;
use super::timeline::Timeline;
use crate::samples::Line;
use crate::signals::check_wanted;
use crate::source::Source;
use crate::{Annotation, Channel, Error, Signals};

/// An EDF, EDF+, BDF or BDF+ file, its header checked against its length.
///
/// Signals named `EDF Annotations` or `BDF Annotations` hold text with times: they are no channels, and what they say stands in
/// [`Signals::annotations`] (of EDF+ and BDF+). Where there are gaps between records (EDF+D), every signal has a sample at every
/// multiple of its own interval, and those in gaps are NaN; a record begins at the sample nearest to its time.
#[derive(Debug)]
pub struct EdfFile {
    pub(super) source: Source,
    pub(super) header: Header,
    /// First byte after the header.
    pub(super) begin: u64,
    pub(super) timeline: Timeline,
    channels: Vec<Channel>,
    annotations: Vec<Annotation>,
    gaps: Vec<Range<f64>>,
    records: usize,
}

impl EdfFile {
    /// Opens the file `path`, reads its header, and the text of its records if it is EDF+ or BDF+.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Field`] with byte, field and value for a header that contradicts itself, two signals of
    /// one name, text with times that is none, or records that overlap; [`Error::Length`] for a file that is shorter or longer
    /// than it says; [`Error::Whole`] for one without signals.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let Opened { source, header, begin, records, timeline, annotations } = super::opened::open(path)?;
        let gaps = timeline.gaps();
        let channels = super::opened::channels(&source, &header, &timeline)?;
        Ok(Self { source, header, begin, timeline, channels, annotations, gaps, records })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// The signals, in the order of the file; annotations are not among them.
    pub fn signals(&self) -> &[EdfSignal] {
        &self.header.signals
    }

    /// Number of records, one or more.
    pub fn records(&self) -> usize {
        self.records
    }

    /// Seconds of a record.
    pub fn record_seconds(&self) -> f64 {
        self.header.record_seconds
    }

    /// Samples a second of a signal.
    ///
    /// # Panics
    /// There is no such signal.
    pub fn rate(&self, signal: usize) -> f64 {
        self.channels[signal].rate
    }

    /// Place of the signal of that name, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.signals().iter().position(|signal| signal.name == name)
    }

    /// Some records of some signals of one rate, in physical units, `(samples, signals)`.
    ///
    /// # Errors
    /// As [`Signals::read`]; [`Error::Whole`] for a file with gaps between its records, which has no such place for each.
    ///
    /// # Panics
    /// There are no such signals or records.
    pub fn read_records(&self, signals: &[usize], records: Range<usize>) -> Result<Array2<f64>, Error> {
        assert!(records.start <= records.end && records.end <= self.records(), "records are among those of the file");
        if !self.timeline.is_continuous() {
            let wrong = "has gaps between its records: read it by samples".to_owned();
            return Err(Error::Whole { path: self.path().to_owned(), wrong });
        }
        let per_record = signals.first().map_or(0, |signal| self.signals()[*signal].per_record);
        Signals::read(self, signals, records.start * per_record..records.end * per_record)
    }

    /// Every sample of one signal, in physical units.
    ///
    /// # Errors
    /// As [`Signals::read`].
    ///
    /// # Panics
    /// There is no such signal.
    pub fn signal(&self, signal: usize) -> Result<Vec<f64>, Error> {
        Ok(Signals::read(self, &[signal], 0..self.channels[signal].samples)?.into_raw_vec_and_offset().0)
    }

    fn line(&self, signal: &EdfSignal) -> Result<Line, Error> {
        let [low, high] = signal.scale.physical;
        let (path, channel) = (self.path().to_owned(), signal.name.clone());
        signal.scale.line().ok_or(Error::EdfRange { path, channel, low, high })
    }
}

impl Signals for EdfFile {
    fn path(&self) -> &Path {
        self.source.path()
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
        let mut values = Array2::zeros((samples.len(), channels.len()));
        let chosen = channels.iter().map(|channel| &self.signals()[*channel]);
        let chosen = chosen.map(|signal| Ok((signal, self.line(signal)?))).collect::<Result<Vec<_>, Error>>()?;
        let Some((first, _)) = chosen.first() else { return Ok(values) };
        let mut filled = 0;
        for piece in self.timeline.pieces(first.per_record, samples.clone()) {
            values.slice_mut(s![filled..piece.rows.start, ..]).fill(f64::NAN);
            filled = piece.rows.end;
            self.stretch(&chosen, piece.first, values.slice_mut(s![piece.rows, ..]))?;
        }
        values.slice_mut(s![filled.., ..]).fill(f64::NAN);
        Ok(values)
    }
}
