//! Rows that always go together, so that every training and held-out set of nested folds is a sum of few blocks.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::{AddAssign, Range};

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate, s};
use rayon::prelude::*;

use crate::error::Error;
use crate::feature_sums::FeatureSums;
use crate::target_sums::TargetSums;

/// The rows of an outer fold that are learnt from, and the inner folds that are cut from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NestedFold {
    /// Rows that the weights are fitted on.
    pub training: Vec<Range<usize>>,
    /// Folds in which penalties are chosen.
    pub inner: Vec<InnerRows>,
}

/// The rows of an inner fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerRows {
    /// Rows to fit on.
    pub training: Vec<Range<usize>>,
    /// Rows to try the fit on.
    pub held_out: Vec<Range<usize>>,
}

/// What a row is to a set of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Role {
    Absent,
    Training,
    HeldOut,
}

/// Groups of rows that have the same role in every fold, outer and inner.
#[derive(Debug, Clone)]
pub(crate) struct RowGroups {
    /// The rows of each group.
    rows: Vec<Vec<Range<usize>>>,
    /// `[group][role in the first fold's training, in its first inner fold, ..., in the second fold's training, ...]`.
    roles: Vec<Vec<Role>>,
    /// Where each fold's roles stand.
    folds: Vec<Range<usize>>,
}

/// Sums over the sets of one outer fold.
#[derive(Debug, Clone)]
pub(crate) struct FoldSums<T> {
    pub(crate) training: T,
    /// Training and held-out rows of each inner fold.
    pub(crate) inner: Vec<(T, T)>,
}

impl RowGroups {
    /// The groups of `rows` rows.
    ///
    /// # Errors
    /// A stretch is not among the rows, or a row is both learnt from and held out.
    pub(crate) fn of<'a>(rows: usize, folds: impl Iterator<Item = &'a NestedFold> + Clone) -> Result<Self, Error> {
        let n_roles: usize = folds.clone().map(|fold| 1 + fold.inner.len()).sum();
        let mut roles = vec![vec![Role::Absent; n_roles]; rows];
        let (mut at, mut places) = (0, Vec::new());
        for fold in folds {
            places.push(at..at + 1 + fold.inner.len());
            mark(&mut roles, at, &fold.training, Role::Training)?;
            for (inner, at) in fold.inner.iter().zip(at + 1..) {
                mark(&mut roles, at, &inner.training, Role::Training)?;
                mark(&mut roles, at, &inner.held_out, Role::HeldOut)?;
            }
            at += 1 + fold.inner.len();
        }
        Ok(Self::gathered(roles, places))
    }

    /// Groups in the order of their first rows; rows that no fold uses are in none.
    fn gathered(roles: Vec<Vec<Role>>, folds: Vec<Range<usize>>) -> Self {
        let mut group_of: HashMap<Vec<Role>, usize> = HashMap::new();
        let mut groups = Self { rows: Vec::new(), roles: Vec::new(), folds };
        for (row, roles) in roles.into_iter().enumerate().filter(|(_, roles)| roles.iter().any(|r| *r != Role::Absent))
        {
            let group = *group_of.entry(roles).or_insert_with_key(|roles| {
                groups.roles.push(roles.clone());
                groups.rows.push(Vec::new());
                groups.rows.len() - 1
            });
            match groups.rows[group].last_mut() {
                Some(last) if last.end == row => last.end += 1,
                _ => groups.rows[group].push(row..row + 1),
            }
        }
        groups
    }

    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The sums of features `x` (n, p) over each group.
    pub(crate) fn features(&self, x: ArrayView2<f64>) -> Vec<FeatureSums> {
        self.rows.par_iter().map(|rows| FeatureSums::serial(rows_of(x, rows).view())).collect()
    }

    /// The sums of targets `y` (n, t), measured from `origin` (t), over each group, with features `x` (n, p).
    pub(crate) fn targets(&self, x: ArrayView2<f64>, y: ArrayView2<f64>, origin: ArrayView1<f64>) -> Vec<TargetSums> {
        self.rows.par_iter().map(|rows| TargetSums::about((x, y), rows, origin)).collect()
    }

    /// The sets of fold `fold`, to be summed from the sums over groups.
    pub(crate) fn sets<'a, T: Clone + for<'b> AddAssign<&'b T>>(&'a self, groups: &'a [T], fold: usize) -> Sets<'a, T> {
        let mut cells: BTreeMap<&[Role], Cow<'a, T>> = BTreeMap::new();
        for (roles, sums) in self.roles.iter().zip(groups) {
            let roles = &roles[self.folds[fold].clone()];
            cells.entry(roles).and_modify(|cell| *cell.to_mut() += sums).or_insert(Cow::Borrowed(sums));
        }
        Sets { cells, n_inner: self.folds[fold].len() - 1 }
    }
}

/// The sets of rows of one outer fold. Groups with the same roles in this fold are added up once for all its sets.
#[derive(Debug, Clone)]
pub(crate) struct Sets<'a, T: Clone> {
    cells: BTreeMap<&'a [Role], Cow<'a, T>>,
    n_inner: usize,
}

impl<T: Clone + for<'b> AddAssign<&'b T>> Sets<'_, T> {
    /// The sum over the rows that are learnt from.
    ///
    /// # Errors
    /// There is no row.
    pub(crate) fn training(&self) -> Result<T, Error> {
        self.sum(0, Role::Training)
    }

    /// The sums over the training rows and over the held-out rows of inner fold `inner`.
    ///
    /// # Errors
    /// There is no row in one of them.
    pub(crate) fn inner(&self, inner: usize) -> Result<(T, T), Error> {
        Ok((self.sum(1 + inner, Role::Training)?, self.sum(1 + inner, Role::HeldOut)?))
    }

    /// The sums over every set.
    ///
    /// # Errors
    /// A set has no row.
    pub(crate) fn all(&self) -> Result<FoldSums<T>, Error> {
        let inner = (0..self.n_inner).map(|inner| self.inner(inner)).collect::<Result<_, Error>>()?;
        Ok(FoldSums { training: self.training()?, inner })
    }

    fn sum(&self, at: usize, role: Role) -> Result<T, Error> {
        let mut chosen = self.cells.iter().filter(|(roles, _)| roles[at] == role).map(|(_, sums)| sums);
        let empty = Error::TooFewRows { what: "a training or held-out set", needed: 1, rows: 0 };
        let first = T::clone(chosen.next().ok_or(empty)?);
        Ok(chosen.fold(first, |mut total, sums| {
            total += sums;
            total
        }))
    }
}

/// Gives rows a role in the set `at`.
fn mark(roles: &mut [Vec<Role>], at: usize, stretches: &[Range<usize>], role: Role) -> Result<(), Error> {
    let rows = roles.len();
    for stretch in stretches {
        let (start, end) = (stretch.start, stretch.end);
        let chosen = roles.get_mut(stretch.clone()).ok_or(Error::Block { start, end, rows })?;
        for (row, roles) in (start..).zip(chosen) {
            if roles[at] != Role::Absent {
                return Err(Error::SharedRow { row });
            }
            roles[at] = role;
        }
    }
    Ok(())
}

/// The rows of `a` (n, columns) in `stretches`, in order.
///
/// # Panics
/// A stretch is not among the rows.
pub fn rows_of(a: ArrayView2<f64>, stretches: &[Range<usize>]) -> Array2<f64> {
    let parts: Vec<_> = stretches.iter().map(|stretch| a.slice_move(s![stretch.clone(), ..])).collect();
    match parts.is_empty() {
        true => Array2::zeros((0, a.ncols())),
        false => concatenate(Axis(0), &parts).expect("the parts share their columns"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(stretch: Range<usize>) -> Vec<Range<usize>> {
        std::iter::once(stretch).collect()
    }

    fn inner(training: Range<usize>, held_out: Range<usize>) -> InnerRows {
        InnerRows { training: one(training), held_out: one(held_out) }
    }

    #[test]
    fn every_set_is_the_sum_of_its_rows() -> Result<(), Error> {
        let folds = [
            NestedFold { training: one(4..10), inner: vec![inner(7..10, 4..6), inner(4..6, 7..10)] },
            NestedFold { training: one(0..5), inner: vec![inner(0..2, 3..5)] },
        ];
        let groups = RowGroups::of(12, folds.iter())?;
        assert!(groups.rows.iter().flatten().all(|rows| rows.end <= 10));
        let numbers: Vec<usize> = groups.rows.iter().map(|rows| rows.iter().cloned().flatten().sum()).collect();
        let total = |stretches: &[Range<usize>]| stretches.iter().cloned().flatten().sum::<usize>();
        for (i, fold) in folds.iter().enumerate() {
            let sums = groups.sets(&numbers, i).all()?;
            assert_eq!(sums.training, total(&fold.training));
            for (found, inner) in sums.inner.iter().zip(&fold.inner) {
                assert_eq!(*found, (total(&inner.training), total(&inner.held_out)));
            }
        }
        Ok(())
    }

    #[test]
    fn a_row_on_both_sides_is_refused() {
        let fold = NestedFold { training: one(0..6), inner: vec![inner(0..4, 3..6)] };
        assert!(matches!(RowGroups::of(6, [fold].iter()), Err(Error::SharedRow { row: 3 })));
    }

    #[test]
    fn rows_beyond_the_last_are_refused() {
        let fold = NestedFold { training: one(0..7), inner: vec![] };
        assert!(matches!(RowGroups::of(6, [fold].iter()), Err(Error::Block { start: 0, end: 7, rows: 6 })));
    }
}
