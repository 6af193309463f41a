//! An EDF file whose samples are read where they are needed.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayViewMut2, s};

use super::field::Fields;
use super::header::{self, EdfSignal, Header, PART, header_bytes};
use crate::Error;

/// Bytes that are read at a time, if a record is not longer.
const BLOCK: u64 = 1 << 22;

/// An EDF or continuous EDF+ file, its header checked against its length.
///
/// Signals named `EDF Annotations` hold text with times; they are none of [`EdfFile::signals`].
#[derive(Debug)]
pub struct EdfFile {
    path: PathBuf,
    file: File,
    header: Header,
    /// First byte after the header.
    begin: u64,
    records: u64,
}

impl EdfFile {
    /// Opens the file `path` and reads its header.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Field`] with byte, field and value for a header that contradicts itself, two signals of
    /// one name, or a file that is discontinuous; [`Error::Length`] for a file that is shorter or longer than it says.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = |source| Error::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(read)?;
        let found = file.metadata().map_err(read)?.len();
        let length = |expected: u64| Error::Length { path: path.to_owned(), found, expected };
        // Nothing is made room for before the file is known to be as long.
        let mut take = |bytes: &mut Vec<u8>, end: u64| -> Result<(), Error> {
            if found < end {
                return Err(length(end));
            }
            let more = end - bytes.len() as u64;
            let taken = file.by_ref().take(more).read_to_end(bytes).map_err(read)?;
            if (taken as u64) < more { Err(length(end)) } else { Ok(()) }
        };
        let mut bytes = Vec::new();
        take(&mut bytes, PART as u64)?;
        let signals = header::signal_count(&Fields { path, bytes: &bytes })?;
        let begin = header_bytes(signals);
        take(&mut bytes, begin)?;
        let header = header::header(&Fields { path, bytes: &bytes }, signals)?;
        let records = header.records.unwrap_or((found - begin) / header.record_bytes);
        match records.checked_mul(header.record_bytes).and_then(|data| data.checked_add(begin)) {
            Some(expected) if expected == found && records > 0 => {
                Ok(Self { path: path.to_owned(), file, header, begin, records })
            }
            expected => Err(length(expected.unwrap_or(u64::MAX))),
        }
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The signals, in the order of the file; annotations are not among them.
    pub fn signals(&self) -> &[EdfSignal] {
        &self.header.signals
    }

    /// Number of records, one or more.
    pub fn records(&self) -> usize {
        self.records as usize
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
        self.signals()[signal].per_record as f64 / self.record_seconds()
    }

    /// Place of the signal of that name, if there is one.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.signals().iter().position(|signal| signal.name == name)
    }

    /// Some records of some signals of one rate, in physical units, `(samples, signals)`.
    ///
    /// # Errors
    /// [`Error::OtherRate`] for signals of different rates; [`Error::EdfRange`] for one whose physical range is no range;
    /// [`Error::Read`].
    ///
    /// # Panics
    /// There are no such signals or records.
    pub fn read(&self, signals: &[usize], records: Range<usize>) -> Result<Array2<f64>, Error> {
        assert!(records.start <= records.end && records.end <= self.records(), "records are among those of the file");
        let chosen: Vec<&EdfSignal> = signals.iter().map(|signal| &self.signals()[*signal]).collect();
        let per_record = chosen.first().map_or(0, |signal| signal.per_record);
        if let Some(at) = chosen.iter().position(|signal| signal.per_record != per_record) {
            let (path, channel) = (self.path.clone(), chosen[at].name.clone());
            let (rate, expected) = (self.rate(signals[at]), self.rate(signals[0]));
            return Err(Error::OtherRate { path, channel, rate, by: format!("`{}`", chosen[0].name), expected });
        }
        let gains = chosen.iter().map(|signal| self.gain(signal)).collect::<Result<Vec<_>, _>>()?;
        let mut values = Array2::zeros((records.len() * per_record, chosen.len()));
        let size = self.header.record_bytes as usize;
        let block = (BLOCK as usize / size).max(1);
        let mut bytes = vec![0; block.min(records.len()) * size];
        for first in records.clone().step_by(block) {
            let n = block.min(records.end - first);
            let bytes = &mut bytes[..n * size];
            self.fill(bytes, first).map_err(|source| Error::Read { path: self.path.clone(), source })?;
            for (record, bytes) in bytes.chunks_exact(size).enumerate() {
                let row = (first - records.start + record) * per_record;
                decode(bytes, &chosen, &gains, values.slice_mut(s![row..row + per_record, ..]));
            }
        }
        Ok(values)
    }

    /// Every sample of one signal, in physical units.
    ///
    /// # Errors
    /// As [`EdfFile::read`].
    ///
    /// # Panics
    /// There is no such signal.
    pub fn signal(&self, signal: usize) -> Result<Vec<f64>, Error> {
        Ok(self.read(&[signal], 0..self.records())?.into_raw_vec_and_offset().0)
    }

    fn gain(&self, signal: &EdfSignal) -> Result<f64, Error> {
        let [low, high] = signal.scale.physical;
        let (path, channel) = (self.path.clone(), signal.name.clone());
        signal.scale.gain().ok_or(Error::EdfRange { path, channel, low, high })
    }

    /// The bytes of records from `first` on.
    fn fill(&self, bytes: &mut [u8], first: usize) -> io::Result<()> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.begin + first as u64 * self.header.record_bytes))?;
        file.read_exact(bytes)
    }
}

/// One record's samples of the chosen signals, `(samples, signals)`.
fn decode(record: &[u8], chosen: &[&EdfSignal], gains: &[f64], mut values: ArrayViewMut2<'_, f64>) {
    for (column, (signal, gain)) in chosen.iter().zip(gains).enumerate() {
        let samples = record[signal.offset..signal.offset + 2 * signal.per_record].as_chunks::<2>().0;
        for (value, sample) in values.column_mut(column).iter_mut().zip(samples) {
            *value = signal.scale.physical(*gain, i16::from_le_bytes(*sample));
        }
    }
}
