//! Responses some rows after, or before, the features that predict them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;

use anyhow::{Context, ensure};
use gyrus_encoding::Runs;
use gyrus_ridge::rows_of;
use gyrus_study::Distance;
use ndarray::{Array2, ArrayView2};

/// Lags as they were asked for: `-2,0,4`, `0s,0.5s`, or `A:B:STEP` with both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct LagList(Vec<Distance>);

/// Lags in rows, and the rows that have a response at every one of them.
#[derive(Debug, Clone)]
pub struct Lags {
    lags: Vec<i32>,
    /// In the unit they were asked for in.
    shown: Vec<f64>,
    kept: Vec<Range<usize>>,
}

/// Most lags of a list.
const MOST: usize = 10_000;

impl FromStr for LagList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let list = match parts[..] {
            [list] => list.split(',').map(str::parse).collect::<Result<_, _>>()?,
            [first, last, step] => epoch(first.parse()?, last.parse()?, step.parse()?)
                .ok_or_else(|| format!("expected `A:B:STEP` in one unit with A up to B, not `{text}`"))?,
            _ => return Err(format!("expected lags such as `0,2,4` or `-2s:5s:0.5s`, not `{text}`")),
        };
        Ok(Self(list))
    }
}

/// All lags from `first` to `last`.
fn epoch(first: Distance, last: Distance, step: Distance) -> Option<Vec<Distance>> {
    let (a, b, s) = (first.number(), last.number(), step.number());
    let steps = ((b - a) / s + 1e-6).floor();
    if !(s > 0.0 && (0.0..MOST as f64).contains(&steps)) {
        return None;
    }
    let each = 0..=steps as i32;
    match (first, last, step) {
        (Distance::Rows(a), Distance::Rows(_), Distance::Rows(s)) => {
            Some(each.map(|i| Distance::Rows(a + s * i)).collect())
        }
        (Distance::Seconds(_), Distance::Seconds(_), Distance::Seconds(_)) => {
            Some(each.map(|i| Distance::Seconds(a + s * f64::from(i))).collect())
        }
        _ => None,
    }
}

impl Lags {
    /// No lag: each row's own response.
    pub fn none(runs: &Runs) -> Self {
        Self { lags: vec![0], shown: vec![0.0], kept: runs.stretches().to_vec() }
    }

    /// The lags of `list` within `runs`, of rows that are `step` seconds apart.
    ///
    /// # Errors
    /// A lag is no whole number of rows or stands twice, or a run is too short for all of them.
    pub fn new(list: &LagList, runs: &Runs, step: Option<f64>) -> anyhow::Result<Self> {
        let rows = |lag: &Distance| lag.rows(step).map_err(|said| anyhow::anyhow!("lag {said}"));
        let lags = list.0.iter().map(rows).collect::<anyhow::Result<Vec<i32>>>()?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = lags.iter().find(|lag| !seen.insert(**lag)) {
            anyhow::bail!("the lag of {twice} rows stands twice in `--lags`");
        }
        let before = seen.first().map_or(0, |first| first.min(&0).unsigned_abs() as usize);
        let after = seen.last().map_or(0, |last| *last.max(&0) as usize);
        let inside = |(run, rows): (usize, &Range<usize>)| {
            ensure!(
                rows.len() > before + after,
                "run {run} (from 0) has {} rows, too few for lags from {} to {after} rows",
                rows.len(),
                -(before as i64)
            );
            Ok(rows.start + before..rows.end - after)
        };
        let kept = runs.stretches().iter().enumerate().map(inside).collect::<anyhow::Result<_>>()?;
        Ok(Self { lags, shown: list.0.iter().map(|lag| lag.number()).collect(), kept })
    }

    /// Number of lags.
    pub fn len(&self) -> usize {
        self.lags.len()
    }

    /// Each lag in the unit it was asked for in.
    pub fn shown(&self) -> &[f64] {
        &self.shown
    }

    /// Number of rows that have a response at every lag.
    pub fn rows(&self) -> usize {
        self.kept.iter().map(Range::len).sum()
    }

    /// The number of a kept row among all rows.
    pub fn row(&self, kept: usize) -> usize {
        self.kept.iter().cloned().flatten().nth(kept).unwrap_or(0)
    }

    /// The runs of the kept rows.
    pub fn runs(&self, runs: &Runs) -> anyhow::Result<Runs> {
        let lengths: Vec<usize> = self.kept.iter().map(Range::len).collect();
        let kept = Runs::labelled(&lengths, runs.labels().to_vec())?;
        let times = runs.times().map(|times| self.kept.iter().cloned().flatten().map(|row| times[row]).collect());
        match times {
            Some(times) => kept.with_times(times).context("could not place the rows in time"),
            None => Ok(kept),
        }
    }

    /// The kept rows of `all`, `(rows, columns)`.
    pub fn kept(&self, all: Array2<f64>) -> Array2<f64> {
        if self.rows() == all.nrows() { all } else { rows_of(all.view(), &self.kept) }
    }

    /// Responses `(rows, targets)` of the kept rows at every lag, `(kept, lags x targets)`, lag by lag.
    pub fn responses(&self, all: Array2<f64>) -> Array2<f64> {
        if self.lags == [0] {
            return self.kept(all);
        }
        let shifted = |lag: &i32| -> Array2<f64> {
            let moved = |row: usize| (row as i64 + i64::from(*lag)) as usize;
            let rows: Vec<_> = self.kept.iter().map(|rows| moved(rows.start)..moved(rows.end)).collect();
            rows_of(all.view(), &rows)
        };
        let each: Vec<Array2<f64>> = self.lags.iter().map(shifted).collect();
        let views: Vec<ArrayView2<f64>> = each.iter().map(Array2::view).collect();
        ndarray::concatenate(ndarray::Axis(1), &views).expect("every lag keeps the same rows")
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn responses_never_leave_their_run() -> anyhow::Result<()> {
        let list: LagList = "-1:1:1".parse().map_err(anyhow::Error::msg)?;
        let lags = Lags::new(&list, &Runs::new(&[3, 4])?, None)?;
        let y = array![[0.0], [1.0], [2.0], [3.0], [4.0], [5.0], [6.0]];
        assert_eq!(lags.responses(y.clone()), array![[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [4.0, 5.0, 6.0]]);
        assert_eq!(lags.kept(y), array![[1.0], [4.0], [5.0]]);
        assert_eq!((lags.rows(), lags.row(1)), (3, 4));
        Ok(())
    }

    #[test]
    fn lags_are_read_in_rows_and_seconds() {
        let seconds = |lags: &[f64]| Ok(LagList(lags.iter().map(|lag| Distance::Seconds(*lag)).collect()));
        assert_eq!("0s:1s:0.5s".parse(), seconds(&[0.0, 0.5, 1.0]));
        assert_eq!("0s,0.25s".parse(), seconds(&[0.0, 0.25]));
        for text in ["", "1:0:1", "0:4:0", "0:4s:1", "0:1", "a"] {
            assert!(text.parse::<LagList>().is_err(), "{text}");
        }
    }
}
