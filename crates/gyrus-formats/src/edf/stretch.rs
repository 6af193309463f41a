//! Samples of records that follow each other, read in the way that costs least.

use std::ops::Range;

use ndarray::{ArrayViewMut2, s};

use super::file::EdfFile;
use super::header::EdfSignal;
use crate::Error;
use crate::samples::Line;

/// Bytes that are read at a time.
const BLOCK: usize = 1 << 22;
/// Bytes of a record from which on it is worth to read only those of the chosen signals.
const LONG: usize = 1 << 16;

type Chosen<'a> = [(&'a EdfSignal, Line)];

impl EdfFile {
    /// Samples of the chosen signals, which have as many in a record, from sample `first` of the file on; `(samples, signals)`.
    pub(super) fn stretch(&self, chosen: &Chosen<'_>, first: usize, out: ArrayViewMut2<'_, f64>) -> Result<(), Error> {
        let record = self.header.record_bytes as usize;
        let wanted: usize = chosen.iter().map(|(signal, _)| self.bytes(signal.per_record)).sum();
        match record > BLOCK || (record >= LONG && wanted < record / 2) {
            true => self.by_signal(chosen, first, out),
            false => self.by_block(chosen, first, out),
        }
    }

    /// Reads whole records, many at a time.
    fn by_block(&self, chosen: &Chosen<'_>, first: usize, mut out: ArrayViewMut2<'_, f64>) -> Result<(), Error> {
        let (per_record, end) = (chosen[0].0.per_record, first + out.nrows());
        let (records, size) = (first / per_record..end.div_ceil(per_record), self.header.record_bytes as usize);
        let block = (BLOCK / size).max(1);
        let mut bytes = vec![0; block.min(records.len()) * size];
        for begin in records.clone().step_by(block) {
            let n = block.min(records.end - begin);
            self.source.read(self.place(begin), &mut bytes[..n * size])?;
            for (record, bytes) in (begin..).zip(bytes[..n * size].chunks_exact(size)) {
                let (samples, rows) = within(record, per_record, first..end);
                for (column, (signal, line)) in chosen.iter().enumerate() {
                    let part = signal.offset + self.bytes(samples.start)..signal.offset + self.bytes(samples.end);
                    let out = out.slice_mut(s![rows.clone(), column..=column]);
                    self.header.kind.form.decode(&bytes[part], 1, &[(0, *line)], out);
                }
            }
        }
        Ok(())
    }

    /// Reads the samples of each signal by themselves.
    fn by_signal(&self, chosen: &Chosen<'_>, first: usize, mut out: ArrayViewMut2<'_, f64>) -> Result<(), Error> {
        let (per_record, end) = (chosen[0].0.per_record, first + out.nrows());
        let mut bytes = Vec::new();
        for record in first / per_record..end.div_ceil(per_record) {
            let (samples, rows) = within(record, per_record, first..end);
            bytes.resize(self.bytes(samples.len()), 0);
            for (column, (signal, line)) in chosen.iter().enumerate() {
                let at = signal.offset + self.bytes(samples.start);
                self.source.read(self.place(record) + at as u64, &mut bytes)?;
                let out = out.slice_mut(s![rows.clone(), column..=column]);
                self.header.kind.form.decode(&bytes, 1, &[(0, *line)], out);
            }
        }
        Ok(())
    }

    fn bytes(&self, samples: usize) -> usize {
        samples * self.header.kind.form.bytes()
    }

    /// First byte of a record.
    fn place(&self, record: usize) -> u64 {
        self.begin + record as u64 * self.header.record_bytes
    }
}

/// Which samples of a record are wanted, and the rows that they go to.
fn within(record: usize, per_record: usize, wanted: Range<usize>) -> (Range<usize>, Range<usize>) {
    let begin = record * per_record;
    let (from, to) = (begin.max(wanted.start), (begin + per_record).min(wanted.end));
    (from - begin..to - begin, from - wanted.start..to - wanted.start)
}
