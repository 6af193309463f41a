//! Principal components of many training sets that share most of their rows.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis};

use crate::error::Error;
use crate::finite;
use crate::means::column_means;
use crate::pca::Pca;
use crate::product::gram;
use crate::row_groups::rows_of;
use crate::subspace::SubspaceIteration;

/// The first `components` components of the rows `training` of `x` (n, p) for each of several training sets.
///
/// X'X over all rows is made once; each training set takes from it the rows that it leaves out, and its leading
/// eigenvectors are found by subspace iteration from the same random start, which pays from some thousand features on.
/// Each answer depends on its own training rows alone, up to the rounding of those sums.
/// [`Pca::gained`] says how far the iteration had come.
///
/// # Errors
/// `components` is 0, a training set has fewer than two rows or rows that are not there, or a value is not finite.
pub fn pca_in_folds(
    x: ArrayView2<f64>,
    training: &[Vec<Range<usize>>],
    components: usize,
    iteration: &SubspaceIteration,
) -> Result<Vec<Pca>, Error> {
    finite::check("features", x)?;
    if components == 0 {
        return Err(Error::Components(0));
    }
    let origin = column_means(x)?;
    let x = &x - &origin;
    let all = gram(x.view());
    let one = |rows: &Vec<Range<usize>>| {
        let (n, left_out) = complement(x.nrows(), rows)?;
        let held = rows_of(x.view(), &left_out);
        // The rows of x add up to nothing, so those of a training set to minus the others.
        let mean = held.sum_axis(Axis(0)) / -(n as f64);
        let mut g = &all - &gram(held.view());
        let column = mean.view().insert_axis(Axis(1));
        g -= &(n as f64 * column.dot(&column.t()));
        still(&mut g, &all);
        let total = g.diag().sum();
        let leading = iteration.leading(g.view(), components)?;
        Ok(Pca::found(&mean + &origin, leading, total, n, components))
    };
    training.iter().map(one).collect()
}

/// How many rows there are in `rows`, and the others.
fn complement(n: usize, rows: &[Range<usize>]) -> Result<(usize, Vec<Range<usize>>), Error> {
    let mut inside = vec![false; n];
    for stretch in rows {
        let (start, end) = (stretch.start, stretch.end);
        inside.get_mut(stretch.clone()).ok_or(Error::Block { start, end, rows: n })?.fill(true);
    }
    let kept = inside.iter().filter(|inside| **inside).count();
    if kept < 2 {
        return Err(Error::TooFewRows { what: "principal components", needed: 2, rows: kept });
    }
    let mut others: Vec<Range<usize>> = Vec::new();
    for row in (0..n).filter(|row| !inside[*row]) {
        match others.last_mut() {
            Some(last) if last.end == row => last.end += 1,
            _ => others.push(row..row + 1),
        }
    }
    Ok((kept, others))
}

/// Exact zeros for a feature that varies over the training rows no more than rounding lets it seem to.
fn still(g: &mut Array2<f64>, all: &Array2<f64>) {
    let rounding = all.nrows() as f64 * f64::EPSILON;
    for i in 0..g.nrows() {
        if g[[i, i]] <= rounding * all[[i, i]] {
            g.row_mut(i).fill(0.0);
            g.column_mut(i).fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;

    use super::*;
    use crate::samples::{distance, gaussian};

    fn iteration() -> SubspaceIteration {
        SubspaceIteration { tolerance: 1e-14, steps: 300, ..SubspaceIteration::default() }
    }

    fn one(rows: Range<usize>) -> Vec<Range<usize>> {
        std::iter::once(rows).collect()
    }

    /// Rows with a falling spectrum, far from zero.
    fn rows(n: usize, p: usize) -> Array2<f64> {
        gaussian(n, p, 91).dot(&gaussian(p, p, 92)) * &Array1::geomspace(10.0, 1e-2, p).expect("ends of one sign")
            + 50.0
    }

    #[test]
    fn agrees_with_exact_components() -> Result<(), Error> {
        let x = rows(200, 60);
        let training = [one(20..200), vec![0..100, 140..200], vec![0..1, 3..160]];
        for (rows, found) in training.iter().zip(pca_in_folds(x.view(), &training, 8, &iteration())?) {
            let exact = Pca::of(rows_of(x.view(), rows).view(), 8)?;
            assert!(distance(&exact.mean().to_owned(), &found.mean().to_owned()) < 1e-12);
            assert!(distance(&exact.variance().to_owned(), &found.variance().to_owned()) < 1e-9);
            assert!(distance(&exact.components().to_owned(), &found.components().to_owned()) < 1e-6);
            assert!((exact.total_variance() / found.total_variance() - 1.0).abs() < 1e-10);
        }
        Ok(())
    }

    #[test]
    fn held_out_rows_change_nothing() -> Result<(), Error> {
        let (x, training) = (rows(120, 30), [one(0..90)]);
        let mut other = x.clone();
        other.slice_mut(ndarray::s![90.., ..]).mapv_inplace(|value| -3.0 * value + 7.0);
        let [a, b] = [&x, &other].map(|x| pca_in_folds(x.view(), &training, 5, &iteration()));
        assert!(distance(&a?[0].components().to_owned(), &b?[0].components().to_owned()) < 1e-6);
        Ok(())
    }

    #[test]
    fn a_feature_that_stands_still_in_training_has_no_loading() -> Result<(), Error> {
        let mut x = rows(80, 10);
        x.slice_mut(ndarray::s![..60, 4]).fill(3.0);
        let found = &pca_in_folds(x.view(), &[one(0..60)], 10, &iteration())?[0];
        assert_eq!(found.n_components(), 9);
        assert!(found.components().column(4).iter().all(|loading| loading.abs() < 1e-15));
        Ok(())
    }

    #[test]
    fn impossible_requests_are_refused() {
        let x = rows(20, 3);
        let fit = |rows: Range<usize>, k| pca_in_folds(x.view(), &[one(rows)], k, &iteration());
        assert!(matches!(fit(0..10, 0), Err(Error::Components(0))));
        assert!(matches!(fit(0..1, 2), Err(Error::TooFewRows { .. })));
        assert!(matches!(fit(0..21, 2), Err(Error::Block { .. })));
    }
}
