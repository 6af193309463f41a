//! Splits a recording into stretches that are held out in turn.
//!
//! Neighbouring rows share signal, so a fold is always one unbroken stretch, never a random draw,
//! and rows nearer than a gap to a held-out row are not learnt from.
//! Here the rows are one run; [`crate::Scheme`] knows of several, and of other ways to divide them.

use std::ops::Range;

use crate::{Error, Gap, Runs};

/// One held-out stretch and the rows that may be learnt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Held-out rows, in order; every stretch lies within one run.
    pub test: Vec<Range<usize>>,
    /// Training rows, in order, each farther than the gap from every held-out row of its run.
    pub train: Vec<Range<usize>>,
}

/// Cuts `rows` rows into `n` contiguous folds, sizes as scikit-learn's `KFold` makes them (the first `rows % n` are one longer).
///
/// # Errors
/// [`Error::Folds`] if a fold would have fewer than two rows, [`Error::Gap`] if a gap leaves fewer than two training rows.
pub fn contiguous_folds(rows: usize, n: usize, gap: usize) -> Result<Vec<Fold>, Error> {
    let runs = Runs::unbroken(rows);
    divide(runs.stretches(), contiguous(runs.stretches(), n)?, &runs, Gap::Rows(gap))
}

impl Fold {
    /// The training rows cut into `n` contiguous folds of their own, for choosing penalties; all rows are taken for one run.
    ///
    /// # Errors
    /// As [`contiguous_folds`].
    pub fn inner(&self, n: usize, gap: usize) -> Result<Vec<Self>, Error> {
        divide(&self.train, contiguous(&self.train, n)?, &Runs::unbroken(end(&self.train)), Gap::Rows(gap))
    }
}

/// Number of rows in `stretches`.
pub(crate) fn count(stretches: &[Range<usize>]) -> usize {
    stretches.iter().map(Range::len).sum()
}

/// The row after the last of `stretches`.
pub(crate) fn end(stretches: &[Range<usize>]) -> usize {
    stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0)
}

/// A fold for each list of held-out stretches: what the gap around them leaves of `stretches` is learnt from.
pub(crate) fn divide(
    stretches: &[Range<usize>],
    held: Vec<Vec<Range<usize>>>,
    runs: &Runs,
    gap: Gap,
) -> Result<Vec<Fold>, Error> {
    let fold = |(fold, test): (usize, Vec<Range<usize>>)| {
        let train = purge(stretches, &test, runs, gap)?;
        match count(&train) {
            left @ 0..2 => Err(Error::Gap { gap, fold, left }),
            _ => Ok(Fold { test, train }),
        }
    };
    held.into_iter().enumerate().map(fold).collect()
}

/// The rows of `stretches` as `n` contiguous held-out parts.
pub(crate) fn contiguous(stretches: &[Range<usize>], n: usize) -> Result<Vec<Vec<Range<usize>>>, Error> {
    Ok(parts(count(stretches), n)?.into_iter().map(|part| positions(stretches, part)).collect())
}

/// `rows` positions in `n` parts, the first `rows % n` of them one longer.
pub(crate) fn parts(rows: usize, n: usize) -> Result<Vec<Range<usize>>, Error> {
    if n < 2 || rows / n < 2 {
        return Err(Error::Folds { rows, folds: n });
    }
    let edge = |part: usize| part * (rows / n) + part.min(rows % n);
    Ok((0..n).map(|part| edge(part)..edge(part + 1)).collect())
}

/// The rows at `positions` of the concatenated stretches.
fn positions(stretches: &[Range<usize>], positions: Range<usize>) -> Vec<Range<usize>> {
    let mut before = 0;
    let mut found = Vec::new();
    for stretch in stretches {
        let start = positions.start.max(before);
        let end = positions.end.min(before + stretch.len());
        if start < end {
            found.push(stretch.start + start - before..stretch.start + end - before);
        }
        before += stretch.len();
    }
    found
}

/// `stretches` without the rows of `test` and those which the gap keeps from them.
fn purge(stretches: &[Range<usize>], test: &[Range<usize>], runs: &Runs, gap: Gap) -> Result<Vec<Range<usize>>, Error> {
    let mut left = vec![true; runs.rows()];
    for held in test {
        left[gap.around(held, runs)?].fill(false);
    }
    Ok(stretches.iter().flat_map(|stretch| unbroken(&left, stretch)).collect())
}

/// The unbroken parts of `stretch` that are `left`.
fn unbroken(left: &[bool], stretch: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = stretch.start;
    let part = |rows: &[bool]| {
        start += rows.len();
        rows[0].then_some(start - rows.len()..start)
    };
    left[stretch.clone()].chunk_by(|a, b| a == b).filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(stretches: &[Range<usize>]) -> Vec<usize> {
        stretches.iter().cloned().flatten().collect()
    }

    fn one(stretch: Range<usize>) -> Vec<Range<usize>> {
        vec![stretch]
    }

    fn check(n_rows: usize, n: usize, gap: usize) -> Result<(), Error> {
        let folds = contiguous_folds(n_rows, n, gap)?;
        let tested: Vec<usize> = folds.iter().flat_map(|fold| rows(&fold.test)).collect();
        assert_eq!(tested, (0..n_rows).collect::<Vec<_>>(), "every row is held out once");
        for fold in folds.iter().chain(&folds[0].inner(2, gap)?) {
            let (test, train) = (rows(&fold.test), rows(&fold.train));
            assert!(train.iter().all(|a| test.iter().all(|b| a.abs_diff(*b) > gap)), "nothing inside the gap");
        }
        Ok(())
    }

    #[test]
    fn every_row_is_held_out_once_and_the_gap_is_kept() -> Result<(), Error> {
        check(362, 6, 16)?;
        check(103, 10, 3)?;
        check(100, 5, 0)
    }

    #[test]
    fn sizes_are_those_of_scikit_learn() -> Result<(), Error> {
        let sizes: Vec<usize> = contiguous_folds(362, 6, 0)?.iter().map(|fold| count(&fold.test)).collect();
        assert_eq!(sizes, [61, 61, 60, 60, 60, 60]);
        Ok(())
    }

    /// `KFold(4)` of 47 rows, and `KFold(3)` of its training rows, each purged: figures of `tests/scripts/folds_oracle.py`.
    #[test]
    fn inner_folds_are_those_of_scikit_learn() -> Result<(), Error> {
        let outer = &contiguous_folds(47, 4, 2)?[2];
        assert_eq!(outer, &Fold { test: one(24..36), train: vec![0..22, 38..47] });
        let expected = [
            Fold { test: one(0..11), train: vec![13..22, 38..47] },
            Fold { test: one(11..21), train: vec![0..9, 38..47] },
            Fold { test: vec![21..22, 38..47], train: one(0..19) },
        ];
        assert_eq!(outer.inner(3, 2)?, expected);
        Ok(())
    }

    #[test]
    fn inner_folds_stay_inside_the_training_rows() -> Result<(), Error> {
        let outer = &contiguous_folds(100, 4, 5)?[1];
        let allowed = rows(&outer.train);
        for fold in outer.inner(3, 5)? {
            assert!(rows(&fold.test).iter().chain(&rows(&fold.train)).all(|row| allowed.contains(row)));
        }
        Ok(())
    }

    #[test]
    fn a_gap_that_leaves_nothing_is_an_error() {
        assert!(matches!(contiguous_folds(20, 2, 10), Err(Error::Gap { .. })));
    }

    #[test]
    fn more_folds_than_rows_is_an_error() {
        assert!(matches!(contiguous_folds(5, 4, 0), Err(Error::Folds { .. })));
    }
}
