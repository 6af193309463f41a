//! Contiguous folds within folds, with rows left out beside what is held out.

use std::ops::Range;

use gyrus_ridge::{InnerRows, NestedFold};

use crate::error::Error;

/// A stretch of rows that is held out, and what is learnt from without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fold {
    pub(super) held_out: Range<usize>,
    pub(super) nested: NestedFold,
}

/// `outer` folds of `rows` rows, each with `inner` folds of its training rows; rows at most `gap` rows from a held-out one
/// are not learnt from.
///
/// # Errors
/// There are fewer than 2 outer or inner folds, or one holds out or learns from fewer than 2 rows.
pub(super) fn folds(rows: usize, outer: usize, inner: usize, gap: usize) -> Result<Vec<Fold>, Error> {
    let all: Vec<usize> = (0..rows).collect();
    let impossible = || Error::Folds { rows, outer, inner, gap };
    if outer < 2 || inner < 2 {
        return Err(impossible());
    }
    let fold = |held: &[usize]| {
        let training = away(&all, held, gap);
        let inner = parts(&training, inner).map(|held| {
            let training = away(&training, held, gap);
            (held.len() > 1 && training.len() > 1)
                .then(|| InnerRows { training: stretches(&training), held_out: stretches(held) })
        });
        let inner = inner.collect::<Option<Vec<_>>>()?;
        let held_out = *held.first()?..held.last()? + 1;
        (held.len() > 1).then(|| Fold { held_out, nested: NestedFold { training: stretches(&training), inner } })
    };
    parts(&all, outer).map(|held| fold(held).ok_or_else(impossible)).collect()
}

/// `n` contiguous parts, of which the first ones are longer by one where they cannot be equal, as scikit-learn's KFold
/// cuts them.
fn parts(rows: &[usize], n: usize) -> impl Iterator<Item = &[usize]> {
    let edge = move |i: usize| i * (rows.len() / n) + i.min(rows.len() % n);
    (0..n).map(move |i| &rows[edge(i)..edge(i + 1)])
}

/// The rows that are more than `gap` rows from all of `held`.
fn away(rows: &[usize], held: &[usize], gap: usize) -> Vec<usize> {
    let near = |&row: &usize| held.iter().any(|&other| row.abs_diff(other) <= gap);
    rows.iter().copied().filter(|row| !near(row)).collect()
}

/// Rows in their order as unbroken stretches.
fn stretches(rows: &[usize]) -> Vec<Range<usize>> {
    rows.chunk_by(|a, b| a + 1 == *b).map(|stretch| stretch[0]..stretch[0] + stretch.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(stretches: &[Range<usize>]) -> Vec<usize> {
        stretches.iter().cloned().flatten().collect()
    }

    #[test]
    fn every_row_is_held_out_once_and_the_gap_is_kept() -> Result<(), Error> {
        for gap in [0, 3] {
            let folds = folds(61, 4, 3, gap)?;
            let held: Vec<usize> = folds.iter().flat_map(|fold| fold.held_out.clone()).collect();
            assert_eq!(held, (0..61).collect::<Vec<_>>());
            for fold in &folds {
                let training = rows(&fold.nested.training);
                let far = |a: &[usize], b: &[usize]| a.iter().all(|a| b.iter().all(|b| a.abs_diff(*b) > gap));
                assert!(far(&training, &rows(std::slice::from_ref(&fold.held_out))));
                let tried: Vec<usize> = fold.nested.inner.iter().flat_map(|inner| rows(&inner.held_out)).collect();
                assert_eq!(tried, training);
                assert!(fold.nested.inner.iter().all(|inner| far(&rows(&inner.training), &rows(&inner.held_out))));
            }
        }
        Ok(())
    }

    #[test]
    fn folds_without_rows_are_refused() {
        let refused =
            |rows, outer, inner, gap| folds(rows, outer, inner, gap) == Err(Error::Folds { rows, outer, inner, gap });
        assert!(refused(20, 1, 5, 0) && refused(20, 5, 1, 0) && refused(9, 5, 2, 0) && refused(20, 2, 2, 9));
        assert!(refused(0, 2, 2, 0) && refused(20, 2, 8, 0) && folds(20, 2, 5, 0).is_ok());
    }
}
