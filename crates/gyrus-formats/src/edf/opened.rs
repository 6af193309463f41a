//! Opens a file: its header, its length, and the text and times of its records.

use std::path::Path;

use super::field::{Field, Fields};
use super::header::{self, Header, Kind, PART, header_bytes};
use super::kind;
use super::tal::{Tal, tals};
use super::timeline::Timeline;
use crate::signals::plain_unit;
use crate::source::Source;
use crate::{Annotation, Channel, Error};

/// Samples of the densest signal that a record may begin late or early: onsets are written with few decimals.
const TOLERANCE: f64 = 0.5;

/// What is known of a file once it is open.
pub(super) struct Opened {
    pub source: Source,
    pub header: Header,
    pub begin: u64,
    pub records: usize,
    pub timeline: Timeline,
    pub annotations: Vec<Annotation>,
}

pub(super) fn open(path: &Path) -> Result<Opened, Error> {
    let source = Source::open(path)?;
    let bytes = source.take(0, PART as u64)?;
    let (kind, signals) = header::kind(&Fields { path, bytes: &bytes })?;
    let begin = header_bytes(signals);
    let bytes = source.take(0, begin)?;
    let header = header::header(&Fields { path, bytes: &bytes }, kind, signals)?;
    let counted = header.records.unwrap_or((source.length() - begin) / header.record_bytes);
    let expected = counted.checked_mul(header.record_bytes).and_then(|data| data.checked_add(begin));
    if expected != Some(source.length()) || counted == 0 {
        let (found, expected) = (source.length(), expected.unwrap_or(u64::MAX));
        return Err(Error::Length { path: path.to_owned(), found, expected });
    }
    let records = counted as usize;
    let texts = Texts { source: &source, header: &header, begin, records };
    let (timeline, annotations) = if kind.plus { texts.read(kind)? } else { texts.none() };
    Ok(Opened { header, begin, records, timeline, annotations, source })
}

/// The signals as channels.
pub(super) fn channels(source: &Source, header: &Header, timeline: &Timeline) -> Result<Vec<Channel>, Error> {
    let content = |wrong: &str| Error::Whole { path: source.path().to_owned(), wrong: wrong.to_owned() };
    if header.signals.is_empty() {
        return Err(content("has no channels"));
    }
    let channel = |signal: &header::EdfSignal| {
        let samples = timeline.samples(signal.per_record).ok_or_else(|| content("has gaps too long to count"))?;
        let (name, unit, kind) = (signal.name.clone(), plain_unit(&signal.unit), kind::kind(&signal.name));
        let rate = signal.per_record as f64 / header.record_seconds;
        Ok(Channel { name, kind, unit, rate, samples, bad: false })
    };
    header.signals.iter().map(channel).collect()
}

/// Text with times, in the records of a file.
struct Texts<'a> {
    source: &'a Source,
    header: &'a Header,
    begin: u64,
    records: usize,
}

impl Texts<'_> {
    fn none(&self) -> (Timeline, Vec<Annotation>) {
        (Timeline::continuous(self.records, self.header.record_seconds), Vec::new())
    }

    /// Where records stand in time and what the text says, in order of onsets.
    fn read(&self, kind: Kind) -> Result<(Timeline, Vec<Annotation>), Error> {
        let (mut onsets, mut annotations) = (Vec::new(), Vec::new());
        for record in 0..self.records {
            let lists = self.record(record)?;
            // The first list of a record tells when the record begins.
            onsets.extend(lists.first().filter(|_| record == 0 || kind.discontinuous).map(|list| list.onset));
            if kind.discontinuous && onsets.len() <= record {
                return Err(self.wrong(record, 0, "does not say when it begins, and the file may have gaps", ""));
            }
            annotations.extend(lists.into_iter().flat_map(said));
        }
        // The header tells the second in which the first record begins, the record the part of it.
        let start = onsets.first().copied().unwrap_or(0.0);
        annotations.iter_mut().for_each(|annotation| annotation.onset -= start);
        annotations.sort_by(|a, b| a.onset.total_cmp(&b.onset));
        if !kind.discontinuous {
            return Ok((self.none().0, annotations));
        }
        let seconds = self.header.record_seconds;
        let densest = self.header.signals.iter().map(|signal| signal.per_record).max().unwrap_or(1);
        let timeline = Timeline::new(&onsets, seconds, TOLERANCE * seconds / densest as f64);
        let overlap = |record: usize| {
            self.wrong(record, 0, "begins before the one in front of it ends", onsets[record].to_string())
        };
        Ok((timeline.map_err(overlap)?, annotations))
    }

    /// The lists of a record, those of its first such signal first.
    fn record(&self, record: usize) -> Result<Vec<Tal>, Error> {
        let mut lists = Vec::new();
        for part in &self.header.annotations {
            let bytes = self.source.take(self.place(record) + part.start as u64, part.len() as u64)?;
            let wrong = |(at, wrong): (usize, &'static str)| {
                let end = bytes[at..]
                    .iter()
                    .take(40)
                    .position(|byte| *byte == 0)
                    .map_or(bytes.len().min(at + 40), |n| at + n);
                self.wrong(record, part.start + at, wrong, String::from_utf8_lossy(&bytes[at..end]).escape_debug())
            };
            lists.extend(tals(&bytes).map_err(wrong)?);
        }
        Ok(lists)
    }

    fn place(&self, record: usize) -> u64 {
        self.begin + record as u64 * self.header.record_bytes
    }

    fn wrong(&self, record: usize, at: usize, wrong: &'static str, value: impl ToString) -> Error {
        let start = self.place(record) as usize + at;
        let field = Field::new(start..start, format!("text of record {} (from 1)", record + 1));
        Fields { path: self.source.path(), bytes: &[] }.wrong(&field, wrong, value.to_string())
    }
}

/// The annotations of a list; an empty text says nothing.
fn said(list: Tal) -> impl Iterator<Item = Annotation> {
    let (onset, duration) = (list.onset, list.duration);
    list.texts.into_iter().filter(|text| !text.is_empty()).map(move |text| Annotation { onset, duration, text })
}
