//! Splits a recording into stretches that are held out in turn.
//!
//! Neighbouring rows share signal, so a fold is always one unbroken stretch, never a random draw,
//! and rows nearer than a gap to a held-out row are not learnt from.

use std::ops::Range;

use crate::Error;

/// One held-out stretch and the rows that may be learnt from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Held-out rows, contiguous among the rows that were divided.
    pub test: Vec<Range<usize>>,
    /// Training rows, each more than `gap` rows away from every held-out row.
    pub train: Vec<Range<usize>>,
}

/// Cuts `rows` rows into `n` contiguous folds, sizes as scikit-learn's `KFold` makes them (the first `rows % n` are one longer).
///
/// # Errors
/// [`Error::Folds`] if a fold would have fewer than two rows, [`Error::Gap`] if a gap leaves fewer than two training rows.
pub fn contiguous_folds(rows: usize, n: usize, gap: usize) -> Result<Vec<Fold>, Error> {
    divide(std::slice::from_ref(&(0..rows)), n, gap)
}

impl Fold {
    /// The training rows cut into `n` contiguous folds of their own, for choosing penalties.
    ///
    /// # Errors
    /// As [`contiguous_folds`].
    pub fn inner(&self, n: usize, gap: usize) -> Result<Vec<Self>, Error> {
        divide(&self.train, n, gap)
    }
}

/// Number of rows in `stretches`.
pub(crate) fn count(stretches: &[Range<usize>]) -> usize {
    stretches.iter().map(Range::len).sum()
}

fn divide(stretches: &[Range<usize>], n: usize, gap: usize) -> Result<Vec<Fold>, Error> {
    let rows = count(stretches);
    if n < 2 || rows / n < 2 {
        return Err(Error::Folds { rows, folds: n });
    }
    let mut begin = 0;
    (0..n)
        .map(|fold| {
            let end = begin + rows / n + usize::from(fold < rows % n);
            let test = positions(stretches, begin..end);
            begin = end;
            let train = test.iter().fold(stretches.to_vec(), |left, held| purge(&left, held, gap));
            match count(&train) {
                left @ 0..2 => Err(Error::Gap { gap, fold, left }),
                _ => Ok(Fold { test, train }),
            }
        })
        .collect()
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

/// `stretches` without `held` and the `gap` rows on both sides of it.
fn purge(stretches: &[Range<usize>], held: &Range<usize>, gap: usize) -> Vec<Range<usize>> {
    let (from, to) = (held.start.saturating_sub(gap), held.end.saturating_add(gap));
    stretches
        .iter()
        .flat_map(|stretch| [stretch.start..stretch.end.min(from), stretch.start.max(to)..stretch.end])
        .filter(|stretch| stretch.start < stretch.end)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(stretches: &[Range<usize>]) -> Vec<usize> {
        stretches.iter().cloned().flatten().collect()
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
