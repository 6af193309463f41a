//! What channels are measured against.

use ndarray::{Array2, ArrayView2, ArrayViewMut1, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Error, checks};

/// Rows that a thread works on at a time.
const ROWS: usize = 1024;

/// A group of channels that share a reference, for instance those of one grid or of one amplifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name, which stands in manifests and is not looked at.
    pub name: String,
    /// Its columns, from 0.
    pub columns: Vec<usize>,
}

/// What is subtracted from channels, sample by sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// Nothing; some columns may still be left out.
    None,
    /// The mean over all columns.
    CommonAverage,
    /// In each group the mean over its columns; columns in no group stay as they are.
    GroupAverage(Vec<Group>),
    /// Differences of columns, the first minus the second; each gives one column of the answer.
    Bipolar(Vec<(usize, usize)>),
}

/// Which columns are kept, and what they are measured against.
///
/// Columns are left out first; those of [`Reference`] are counted, from 0, among those that stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Montage {
    /// Columns to leave out, from 0: bad channels, and what is no channel of the brain.
    pub drop: Vec<usize>,
    /// The reference of those that stay.
    pub reference: Reference,
}

impl Default for Montage {
    /// Every column as it is.
    fn default() -> Self {
        Self { drop: Vec::new(), reference: Reference::None }
    }
}

impl Montage {
    /// The common average of all columns but `drop`.
    pub fn common_average(drop: Vec<usize>) -> Self {
        Self { drop, reference: Reference::CommonAverage }
    }

    /// Columns of the answer for `columns` of the recording.
    ///
    /// # Errors
    /// [`Error::NoColumn`], [`Error::Twice`], and [`Error::FewColumns`] where no column, group or pair is left.
    pub fn columns(&self, columns: usize) -> Result<usize, Error> {
        let kept = self.kept(columns)?.len();
        match &self.reference {
            Reference::None | Reference::CommonAverage => Ok(kept),
            Reference::GroupAverage(groups) => check_groups(groups, kept).map(|()| kept),
            Reference::Bipolar(pairs) => check_pairs(pairs, kept).map(|()| pairs.len()),
        }
    }

    /// The signals `(samples, channels)` against their reference.
    ///
    /// # Errors
    /// What [`Montage::columns`] says, and [`Error::NotFinite`] in a column that is kept, counted as in `x`.
    pub fn apply(&self, x: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        self.columns(x.ncols())?;
        self.referenced(x.to_owned(), 0)
    }

    /// The same of samples from `start` on, in place where it can be.
    pub(crate) fn referenced(&self, x: Array2<f64>, start: usize) -> Result<Array2<f64>, Error> {
        let kept = self.kept(x.ncols())?;
        let mut x = if self.drop.is_empty() { x } else { x.select(Axis(1), &kept) };
        checks::finite(x.view(), start).map_err(|error| counted_before(error, &kept))?;
        match &self.reference {
            Reference::None => {}
            Reference::CommonAverage => each_row(&mut x, |mut row| {
                let mean = row.sum() / row.len() as f64;
                row -= mean;
            }),
            Reference::GroupAverage(groups) => each_row(&mut x, |row| subtract_means(row, groups)),
            Reference::Bipolar(pairs) => x = differences(x.view(), pairs),
        }
        Ok(x)
    }

    fn kept(&self, columns: usize) -> Result<Vec<usize>, Error> {
        check_list(&self.drop, columns)?;
        let kept: Vec<usize> = (0..columns).filter(|column| !self.drop.contains(column)).collect();
        if kept.is_empty() { Err(Error::FewColumns { what: "a recording", needed: 1, columns: 0 }) } else { Ok(kept) }
    }
}

/// The error with the column that it has in the recording.
fn counted_before(error: Error, kept: &[usize]) -> Error {
    match error {
        Error::NotFinite { sample, column, value } => Error::NotFinite { sample, column: kept[column], value },
        other => other,
    }
}

fn check_list(list: &[usize], columns: usize) -> Result<(), Error> {
    let mut seen = vec![false; columns];
    for &column in list {
        let seen = seen.get_mut(column).ok_or(Error::NoColumn { column, columns })?;
        if std::mem::replace(seen, true) {
            return Err(Error::Twice { column });
        }
    }
    Ok(())
}

fn check_groups(groups: &[Group], columns: usize) -> Result<(), Error> {
    if let Some(few) = groups.iter().find(|group| group.columns.len() < 2) {
        return Err(Error::FewColumns { what: "the average of a group", needed: 2, columns: few.columns.len() });
    }
    let all: Vec<usize> = groups.iter().flat_map(|group| group.columns.iter().copied()).collect();
    check_list(&all, columns)
}

fn check_pairs(pairs: &[(usize, usize)], columns: usize) -> Result<(), Error> {
    if pairs.is_empty() {
        return Err(Error::FewColumns { what: "a bipolar reference", needed: 2, columns: 0 });
    }
    pairs.iter().try_for_each(|&(first, second)| check_list(&[first, second], columns))
}

fn each_row(x: &mut Array2<f64>, work: impl Fn(ArrayViewMut1<f64>) + Sync + Send) {
    let mut stretches: Vec<_> = x.axis_chunks_iter_mut(Axis(0), ROWS).collect();
    stretches.par_iter_mut().for_each(|stretch| stretch.outer_iter_mut().for_each(&work));
}

fn subtract_means(mut row: ArrayViewMut1<f64>, groups: &[Group]) {
    for Group { columns, .. } in groups {
        let mean = columns.iter().map(|&column| row[column]).sum::<f64>() / columns.len() as f64;
        columns.iter().for_each(|&column| row[column] -= mean);
    }
}

fn differences(x: ArrayView2<f64>, pairs: &[(usize, usize)]) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), pairs.len()), |(sample, pair)| {
        let (first, second) = pairs[pair];
        x[[sample, first]] - x[[sample, second]]
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn signals() -> Array2<f64> {
        array![[1.0, 2.0, 6.0, 100.0], [0.0, 3.0, 9.0, f64::NAN]]
    }

    #[test]
    fn a_bad_channel_is_not_in_the_average() {
        let found = Montage::common_average(vec![3]).apply(signals().view());
        assert_eq!(found, Ok(array![[-2.0, -1.0, 3.0], [-4.0, -1.0, 5.0]]));
    }

    #[test]
    fn groups_have_averages_of_their_own() {
        let group = |name: &str, columns: &[usize]| Group { name: name.into(), columns: columns.into() };
        let reference = Reference::GroupAverage(vec![group("grid", &[0, 2])]);
        let found = Montage { drop: vec![3], reference }.apply(signals().view());
        assert_eq!(found, Ok(array![[-2.5, 2.0, 2.5], [-4.5, 3.0, 4.5]]));
        let reference = Reference::GroupAverage(vec![group("a", &[0, 1]), group("b", &[1, 2])]);
        assert_eq!(Montage { drop: vec![], reference }.columns(4), Err(Error::Twice { column: 1 }));
    }

    #[test]
    fn pairs_give_differences() {
        let pairs = Montage { drop: vec![3], reference: Reference::Bipolar(vec![(1, 0), (2, 1)]) };
        assert_eq!(pairs.apply(signals().view()), Ok(array![[1.0, 4.0], [3.0, 6.0]]));
        assert_eq!(pairs.columns(2), Err(Error::NoColumn { column: 3, columns: 2 }));
        assert_eq!(pairs.columns(4), Ok(2));
        let same = Montage { drop: vec![], reference: Reference::Bipolar(vec![(1, 1)]) };
        assert_eq!(same.columns(3), Err(Error::Twice { column: 1 }));
    }

    #[test]
    fn a_bad_value_keeps_its_column() {
        let found = Montage::common_average(vec![0]).apply(signals().view());
        assert!(matches!(found, Err(Error::NotFinite { sample: 1, column: 3, .. })), "{found:?}");
        assert!(Montage { drop: vec![0, 0], ..Montage::default() }.columns(2).is_err());
        assert!(Montage { drop: vec![0, 1], ..Montage::default() }.columns(2).is_err());
    }
}
