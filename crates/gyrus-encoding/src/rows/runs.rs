//! Unbroken stretches of time among the rows: a story, a session, a passage.
//!
//! Rows of two runs may stand side by side in an array without being neighbours in time,
//! so no gap reaches from one run into another and no null moves a row between them.

use std::ops::Range;

use crate::Error;

/// The runs of the rows in order, each with a label and, where they are known, with its rows' times.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    stretches: Vec<Range<usize>>,
    labels: Vec<String>,
    times: Option<Vec<f64>>,
}

impl Runs {
    /// `rows` rows without a break; no run at all if there are no rows.
    pub fn unbroken(rows: usize) -> Self {
        let stretches: Vec<_> = std::iter::once(0..rows).filter(|run| !run.is_empty()).collect();
        Self { labels: numbers(stretches.len()), stretches, times: None }
    }

    /// Runs of `lengths` rows, one after the other, each with a label of its own: its number from 0.
    ///
    /// # Errors
    /// [`Error::EmptyRun`] if a run has no rows.
    pub fn new(lengths: &[usize]) -> Result<Self, Error> {
        Self::labelled(lengths, numbers(lengths.len()))
    }

    /// Runs of `lengths` rows; those that share one of `labels` are one group, as the repeats of a story are.
    ///
    /// # Errors
    /// [`Error::EmptyRun`] if a run has no rows, [`Error::Entries`] if there is not one label per run.
    pub fn labelled(lengths: &[usize], labels: Vec<String>) -> Result<Self, Error> {
        if labels.len() != lengths.len() {
            return Err(Error::Entries { what: "labels of runs", found: labels.len(), expected: lengths.len() });
        }
        if let Some(run) = lengths.iter().position(|length| *length == 0) {
            return Err(Error::EmptyRun { run });
        }
        let mut end = 0;
        let stretch = |length: &usize| {
            end += length;
            end - length..end
        };
        Ok(Self { stretches: lengths.iter().map(stretch).collect(), labels, times: None })
    }

    /// The same runs with the time of each row in seconds; each run may have a clock of its own.
    ///
    /// # Errors
    /// [`Error::Rows`] if there is not one time per row, [`Error::NotFinite`] if a time is no number,
    /// [`Error::TimeOrder`] if times go back within a run.
    pub fn with_times(self, times: Vec<f64>) -> Result<Self, Error> {
        if times.len() != self.rows() {
            return Err(Error::Rows { what: "the list of row times", found: times.len(), expected: self.rows() });
        }
        if let Some(row) = times.iter().position(|time| !time.is_finite()) {
            return Err(Error::NotFinite { what: "the list of row times", row, column: 0, value: times[row] });
        }
        let inside = |run: &Range<usize>| run.start + 1..run.end;
        match self.stretches.iter().flat_map(inside).find(|row| times[*row] < times[row - 1]) {
            Some(row) => Err(Error::TimeOrder { row, time: times[row], before: times[row - 1] }),
            None => Ok(Self { times: Some(times), ..self }),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.stretches.last().map_or(0, |run| run.end)
    }

    /// The rows of each run.
    pub fn stretches(&self) -> &[Range<usize>] {
        &self.stretches
    }

    /// The label of each run.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The time of each row in seconds, if known.
    pub fn times(&self) -> Option<&[f64]> {
        self.times.as_deref()
    }

    /// The runs of each label, in the order in which labels first appear.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (run, label) in self.labels.iter().enumerate() {
            match groups.iter_mut().find(|group| self.labels[group[0]] == *label) {
                Some(group) => group.push(run),
                None => groups.push(vec![run]),
            }
        }
        groups
    }

    /// The run that `row` belongs to.
    pub(crate) fn run_of(&self, row: usize) -> usize {
        self.stretches.partition_point(|run| run.end <= row)
    }

    /// `stretches` cut where one run ends and the next begins.
    pub(crate) fn cut(&self, stretches: &[Range<usize>]) -> Vec<Range<usize>> {
        let within = |stretch: &Range<usize>| {
            let (start, end) = (stretch.start, stretch.end);
            self.stretches.iter().map(move |run| run.start.max(start)..run.end.min(end)).filter(|part| !part.is_empty())
        };
        stretches.iter().flat_map(within).collect()
    }

    /// Checks that every run has the rows that a null must have to move them.
    pub(crate) fn at_least(&self, needed: usize) -> Result<(), Error> {
        match self.stretches.iter().position(|run| run.len() < needed) {
            Some(run) => Err(Error::ShortRun { run, rows: self.stretches[run].len(), needed }),
            None => Ok(()),
        }
    }
}

fn numbers(n: usize) -> Vec<String> {
    (0..n).map(|run| run.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(labels: &[&str]) -> Vec<String> {
        labels.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn runs_follow_each_other() -> Result<(), Error> {
        let runs = Runs::new(&[3, 1, 4])?;
        assert_eq!(runs.stretches(), [0..3, 3..4, 4..8]);
        assert_eq!((0..8).map(|row| runs.run_of(row)).collect::<Vec<_>>(), [0, 0, 0, 1, 2, 2, 2, 2]);
        assert_eq!(runs.rows(), 8);
        Ok(())
    }

    #[test]
    fn one_run_is_unbroken() -> Result<(), Error> {
        assert_eq!(Runs::unbroken(5), Runs::new(&[5])?);
        assert_eq!(Runs::unbroken(0), Runs::new(&[])?);
        Ok(())
    }

    #[test]
    fn repeats_of_a_story_are_one_group() -> Result<(), Error> {
        let runs = Runs::labelled(&[2, 2, 2, 2], labels(&["b", "a", "b", "c"]))?;
        assert_eq!(runs.groups(), [vec![0, 2], vec![1], vec![3]]);
        Ok(())
    }

    #[test]
    fn stretches_are_cut_at_the_edges_of_runs() -> Result<(), Error> {
        assert_eq!(Runs::new(&[3, 1, 4])?.cut(&[1..6, 7..8]), [1..3, 3..4, 4..6, 7..8]);
        Ok(())
    }

    #[test]
    fn a_run_without_rows_is_an_error() {
        assert!(matches!(Runs::new(&[3, 0]), Err(Error::EmptyRun { run: 1 })));
        assert!(matches!(Runs::labelled(&[3], Vec::new()), Err(Error::Entries { .. })));
    }

    #[test]
    fn times_may_start_anew_with_a_run_but_not_go_back_within_it() -> Result<(), Error> {
        let runs = Runs::new(&[2, 2])?;
        assert!(runs.clone().with_times(vec![5.0, 6.0, 0.0, 0.0]).is_ok());
        let error = runs.clone().with_times(vec![5.0, 6.0, 1.0, 0.5]).expect_err("times that go back");
        assert_eq!(error.to_string(), "times go back within a run: `0.5` s in row 3 (from 0) after `1` s");
        assert!(matches!(runs.clone().with_times(vec![0.0; 3]), Err(Error::Rows { .. })));
        assert!(matches!(runs.with_times(vec![0.0, f64::NAN, 0.0, 0.0]), Err(Error::NotFinite { row: 1, .. })));
        Ok(())
    }
}
