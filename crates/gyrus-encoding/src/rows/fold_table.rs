//! What each fold holds out, learns from and loses, for a table beside the results.

use std::ops::Range;

use serde::Serialize;

use crate::Fold;
use crate::rows::folds::count;

/// One fold, outer or inner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoldRow {
    /// The outer fold, from 0.
    pub outer: usize,
    /// The inner fold, from 0; none in the row of the outer fold itself.
    pub inner: Option<usize>,
    /// Held-out stretches of rows.
    pub held_out: Vec<Range<usize>>,
    /// Number of rows that are learnt from.
    pub training: usize,
    /// Number of rows that are neither, because of the gap.
    pub lost: usize,
}

/// A row for each of `folds`, followed by one for each of its `inner` folds, `[outer][inner]`.
///
/// `folds` hold out every row once, and `inner` every training row, as [`crate::Scheme`] divides them.
pub fn fold_table(folds: &[Fold], inner: &[Vec<Fold>]) -> Vec<FoldRow> {
    let all = folds.iter().map(|fold| count(&fold.test)).sum();
    let mut table = Vec::new();
    for (outer, fold) in folds.iter().enumerate() {
        table.push(FoldRow::of(fold, outer, None, all));
        let inside = inner.get(outer).into_iter().flatten().enumerate();
        table.extend(inside.map(|(i, inner)| FoldRow::of(inner, outer, Some(i), count(&fold.train))));
    }
    table
}

impl FoldRow {
    fn of(fold: &Fold, outer: usize, inner: Option<usize>, divided: usize) -> Self {
        let training = count(&fold.train);
        Self { outer, inner, held_out: fold.test.clone(), training, lost: divided - count(&fold.test) - training }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Gap, Runs, Scheme};

    fn one(stretch: Range<usize>) -> Vec<Range<usize>> {
        vec![stretch]
    }

    #[test]
    fn every_row_is_held_out_learnt_from_or_lost() -> Result<(), Error> {
        let (runs, gap) = (Runs::new(&[20, 10])?, Gap::Rows(2));
        let folds = Scheme::Contiguous { folds: 3 }.folds(&runs, gap)?;
        let inner: Vec<_> = folds
            .iter()
            .map(|fold| Scheme::Contiguous { folds: 2 }.inner(fold, &runs, gap))
            .collect::<Result<_, _>>()?;
        let table = fold_table(&folds, &inner);
        assert_eq!(table.len(), 9);
        // Fold 0 holds out rows 0 to 9 of the first run and loses 10 and 11; what is left is 12..20 and 20..30.
        assert_eq!(table[0], FoldRow { outer: 0, inner: None, held_out: one(0..10), training: 18, lost: 2 });
        // Its second inner fold begins in the middle of the second run, and its gap stays there.
        assert_eq!(table[2], FoldRow { outer: 0, inner: Some(1), held_out: one(21..30), training: 8, lost: 1 });
        // Fold 2 is the second run: nothing is lost.
        assert_eq!(table[6], FoldRow { outer: 2, inner: None, held_out: one(20..30), training: 20, lost: 0 });
        Ok(())
    }

    #[test]
    fn inner_folds_may_be_left_out_of_the_table() -> Result<(), Error> {
        let folds = crate::contiguous_folds(30, 3, 0)?;
        assert!(fold_table(&folds, &[]).iter().all(|row| row.inner.is_none() && row.lost == 0));
        Ok(())
    }
}
