//! Where the records of a file stand in time, and with them its samples.

use std::ops::Range;

/// Samples that no index should reach: what a lying header would make us count to.
const MOST_SAMPLES: f64 = (1_u64 << 48) as f64;

/// Records without a gap between them.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    /// Its first record.
    record: usize,
    /// Seconds after the first sample of the file.
    start: f64,
}

/// The records of a file: runs with gaps between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timeline {
    runs: Vec<Run>,
    records: usize,
    /// Of a record.
    seconds: f64,
}

/// A stretch of wanted samples that the file has.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// Places among the wanted samples.
    pub rows: Range<usize>,
    /// The first one's place among the signal's samples if the file had no gaps.
    pub first: usize,
}

impl Timeline {
    /// Records that follow each other.
    pub fn continuous(records: usize, seconds: f64) -> Self {
        Self { runs: vec![Run { record: 0, start: 0.0 }], records, seconds }
    }

    /// Records that begin at `onsets`, in seconds, of which there is one or more; what differs by up to `tolerance` from the
    /// end of the record before is no gap. Gives the record that begins before the one in front of it ends, if one does.
    pub fn new(onsets: &[f64], seconds: f64, tolerance: f64) -> Result<Self, usize> {
        let mut timeline = Self::continuous(onsets.len(), seconds);
        for (record, onset) in onsets.iter().enumerate() {
            let run = timeline.runs[timeline.runs.len() - 1];
            let (start, expected) = (onset - onsets[0], run.start + (record - run.record) as f64 * seconds);
            match start - expected {
                late if late > tolerance => timeline.runs.push(Run { record, start }),
                late if late < -tolerance => return Err(record),
                _ => {}
            }
        }
        Ok(timeline)
    }

    pub fn is_continuous(&self) -> bool {
        self.runs.len() == 1
    }

    /// Seconds between runs.
    pub fn gaps(&self) -> Vec<Range<f64>> {
        let seconds = |run: usize| self.records_of(run) as f64 * self.seconds;
        let gap = |run: usize| self.runs[run].start + seconds(run)..self.runs[run + 1].start;
        (0..self.runs.len() - 1).map(gap).collect()
    }

    /// Samples from the first to the last, gaps included, of a signal with `per_record` in a record; nothing if they are
    /// too many to count.
    pub fn samples(&self, per_record: usize) -> Option<usize> {
        let last = self.runs.len() - 1;
        let most =
            self.runs[last].start / self.seconds * per_record as f64 + self.records_of(last) as f64 * per_record as f64;
        (most < MOST_SAMPLES).then(|| self.span(last, per_record).end)
    }

    /// The wanted samples that are there, in order, of a signal with `per_record` in a record.
    pub fn pieces(&self, per_record: usize, wanted: Range<usize>) -> impl Iterator<Item = Piece> {
        let runs = 0..self.runs.len();
        let begin = self.runs.partition_point(|run| self.first(*run, per_record) <= wanted.start).saturating_sub(1);
        let spans = runs.skip(begin).map(move |run| (run, self.span(run, per_record)));
        let end = wanted.end;
        spans.take_while(move |(_, span)| span.start < end).filter_map(move |(run, span)| {
            let (from, to) = (span.start.max(wanted.start), span.end.min(wanted.end));
            let first = self.runs[run].record * per_record + from.saturating_sub(span.start);
            (from < to).then(|| Piece { rows: from - wanted.start..to - wanted.start, first })
        })
    }

    fn records_of(&self, run: usize) -> usize {
        self.runs.get(run + 1).map_or(self.records, |next| next.record) - self.runs[run].record
    }

    /// The first sample of a run: the one nearest to its start. Later runs never begin before others end, because they
    /// begin a number of whole records later.
    fn first(&self, run: Run, per_record: usize) -> usize {
        (run.start / self.seconds * per_record as f64).round() as usize
    }

    fn span(&self, run: usize, per_record: usize) -> Range<usize> {
        let first = self.first(self.runs[run], per_record);
        first..first + self.records_of(run) * per_record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_with_gaps_are_runs() {
        let timeline = Timeline::new(&[3.0, 5.0, 7.0 + 1e-9, 10.5, 12.5], 2.0, 1e-6).expect("in order");
        assert_eq!(timeline.gaps(), [6.0..7.5]);
        assert_eq!((timeline.samples(4), timeline.samples(1)), (Some(15 + 8), Some(4 + 2)));
        let pieces = |per_record, wanted| timeline.pieces(per_record, wanted).collect::<Vec<_>>();
        assert_eq!(pieces(4, 11..17), [Piece { rows: 0..1, first: 11 }, Piece { rows: 4..6, first: 12 }]);
        assert_eq!(pieces(4, 12..15), []);
        assert_eq!(pieces(4, 20..23), [Piece { rows: 0..3, first: 17 }]);
        assert_eq!(pieces(1, 0..6), [Piece { rows: 0..3, first: 0 }, Piece { rows: 4..6, first: 3 }]);
        assert_eq!(pieces(1, 2..2), []);
    }

    #[test]
    fn records_that_overlap_and_times_without_end_are_refused() {
        assert_eq!(Timeline::new(&[0.0, 1.0, 1.5], 1.0, 1e-6), Err(2));
        let far = Timeline::new(&[0.0, 1e300], 1.0, 1e-6).expect("in order");
        assert_eq!(far.samples(1), None);
    }

    #[test]
    fn without_gaps_every_sample_is_where_it_stands() {
        let timeline = Timeline::continuous(3, 0.5);
        assert_eq!((timeline.gaps(), timeline.samples(7)), (vec![], Some(21)));
        assert_eq!(timeline.pieces(7, 5..20).collect::<Vec<_>>(), [Piece { rows: 0..15, first: 5 }]);
    }
}
