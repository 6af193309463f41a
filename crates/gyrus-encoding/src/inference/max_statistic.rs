//! Many tests at once: p values against the largest null value of a family (Westfall and Young 1993, single step).
//!
//! The largest of many scores is large by chance; here every score is held against the largest of its family
//! in each null draw, so that the chance of even one false find in a family is at most the level.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::{Error, p_value};

/// The largest null value of every family in every draw so far, for nulls that come piece by piece and are too large to
/// be kept; whole ones are served by [`max_statistic`].
#[derive(Debug, Clone, PartialEq)]
pub struct Maxima {
    /// `(families, draws)`, NaN before anything was seen.
    largest: Array2<f64>,
}

impl Maxima {
    /// Nothing seen yet of `families` families in `draws` draws.
    pub fn new(families: usize, draws: usize) -> Self {
        Self { largest: Array2::from_elem((families, draws), f64::NAN) }
    }

    /// Sees one null value; an undefined one is passed over.
    ///
    /// # Panics
    /// There is no such family or draw.
    pub fn see(&mut self, family: usize, draw: usize, value: f64) {
        let largest = &mut self.largest[[family, draw]];
        *largest = value.max(*largest);
    }

    /// What was seen, `(families, draws)`, as [`Self::largest`] gives it.
    pub fn from_largest(largest: Array2<f64>) -> Self {
        Self { largest }
    }

    /// The largest null value of every family in every draw, `(families, draws)`; NaN where none was seen.
    pub fn largest(&self) -> ArrayView2<'_, f64> {
        self.largest.view()
    }

    /// Sees what `other` saw, of as many families and draws.
    ///
    /// # Panics
    /// They are not as many.
    pub fn see_all(&mut self, other: &Self) {
        self.largest.zip_mut_with(&other.largest, |largest, value| *largest = value.max(*largest));
    }

    /// One-sided p of an observed value of a test of `family`, as [`max_statistic`] defines it.
    ///
    /// # Panics
    /// There is no such family.
    pub fn p(&self, family: usize, observed: f64) -> f64 {
        p_value(observed, &self.largest.row(family).to_vec())
    }
}

/// p_j = (1 + draws b with max_k null_bk >= observed_j) / (1 + draws), k over the family of test j, one-sided.
///
/// `observed` is `(tests)`, `null` is `(draws, tests)` with the same draw for all tests of a row;
/// tests with the same number in `families` are one family, such as all lags of an electrode.
/// A test whose observed value is undefined is left out of the maximum and stays undefined;
/// an undefined null value is passed over, and a draw without any defined one is not counted.
///
/// # Errors
/// [`Error::Entries`] if there is not one family and one column of the null per test.
pub fn max_statistic(
    observed: ArrayView1<f64>,
    null: ArrayView2<f64>,
    families: &[usize],
) -> Result<Array1<f64>, Error> {
    for (what, found) in [("families of tests", families.len()), ("columns of the null", null.ncols())] {
        if found != observed.len() {
            return Err(Error::Entries { what, found, expected: observed.len() });
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (test, family) in families.iter().enumerate().filter(|(test, _)| !observed[*test].is_nan()) {
        members.entry(*family).or_default().push(test);
    }
    let mut p = Array1::from_elem(observed.len(), f64::NAN);
    for tests in members.values() {
        let maxima = maxima(null, tests);
        tests.iter().for_each(|&test| p[test] = p_value(observed[test], &maxima));
    }
    Ok(p)
}

/// The largest defined value of each draw among `tests`, undefined if there is none.
fn maxima(null: ArrayView2<f64>, tests: &[usize]) -> Vec<f64> {
    let largest = |draw: ArrayView1<f64>| tests.iter().fold(f64::NAN, |largest, &test| draw[test].max(largest));
    null.rows().into_iter().map(largest).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// The definition with explicit loops.
    #[test]
    fn equals_the_definition() -> Result<(), Error> {
        let mut rng = StdRng::seed_from_u64(1);
        let null = Array2::from_shape_fn((49, 12), |_| rng.random_range(-1.0..1.0));
        let observed = Array1::from_shape_fn(12, |_| rng.random_range(0.0..1.2));
        let families: Vec<usize> = (0..12).map(|test| test % 3 * 7).collect();
        let p = max_statistic(observed.view(), null.view(), &families)?;
        for test in 0..12 {
            let mut above = 1;
            for draw in 0..49 {
                let family = (0..12).filter(|other| families[*other] == families[test]);
                above += usize::from(family.into_iter().any(|other| null[[draw, other]] >= observed[test]));
            }
            assert_eq!(p[test], above as f64 / 50.0);
        }
        Ok(())
    }

    #[test]
    fn a_test_alone_has_its_own_p_value() -> Result<(), Error> {
        let null = array![[1.0, 9.0], [2.0, 9.0], [3.0, 9.0]];
        assert_eq!(max_statistic(array![2.5, 0.0].view(), null.view(), &[0, 1])?[0], p_value(2.5, &[1.0, 2.0, 3.0]));
        Ok(())
    }

    #[test]
    fn a_null_in_pieces_gives_the_same_p_values() -> Result<(), Error> {
        let null = array![[1.0, 9.0, f64::NAN], [2.0, 3.0, 0.5], [3.0, 0.0, 4.0]];
        let (observed, families) = (array![2.5, 1.0, 0.4], [0, 1, 0]);
        let whole = max_statistic(observed.view(), null.view(), &families)?;
        let mut pieces = Maxima::new(2, 3);
        for ((draw, test), value) in null.indexed_iter() {
            pieces.see(families[test], draw, *value);
        }
        let p: Vec<f64> = families.iter().zip(&observed).map(|(family, r)| pieces.p(*family, *r)).collect();
        assert_eq!(p, whole.to_vec());
        let mut again = Maxima::from_largest(array![[9.0, f64::NAN, f64::NAN], [f64::NAN, f64::NAN, 7.0]]);
        again.see_all(&pieces);
        assert_eq!(again.largest(), array![[9.0, 2.0, 4.0], [9.0, 3.0, 7.0]]);
        Ok(())
    }

    #[test]
    fn an_undefined_test_stays_so_and_hurts_no_other() -> Result<(), Error> {
        let null = array![[1.0, 9.0], [2.0, 9.0], [3.0, 9.0]];
        let p = max_statistic(array![2.5, f64::NAN].view(), null.view(), &[0, 0])?;
        assert_eq!(p[0], 0.5);
        assert!(p[1].is_nan());
        Ok(())
    }

    #[test]
    fn undefined_null_values_are_passed_over() -> Result<(), Error> {
        let null = array![[f64::NAN, 1.0], [f64::NAN, f64::NAN], [0.0, f64::NAN]];
        assert_eq!(max_statistic(array![0.5, 0.5].view(), null.view(), &[4, 4])?, array![2.0 / 3.0, 2.0 / 3.0]);
        let nothing = Array2::from_elem((3, 1), f64::NAN);
        assert!(max_statistic(array![0.5].view(), nothing.view(), &[0])?[0].is_nan());
        Ok(())
    }

    #[test]
    fn tests_without_a_family_are_an_error() {
        let null = Array2::zeros((3, 2));
        assert!(matches!(max_statistic(array![1.0, 2.0].view(), null.view(), &[0]), Err(Error::Entries { .. })));
        assert!(matches!(max_statistic(array![1.0].view(), null.view(), &[0]), Err(Error::Entries { .. })));
    }
}
