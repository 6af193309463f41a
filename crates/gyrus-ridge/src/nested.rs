//! Nested cross-validation from shared moments: the features of every training set are decomposed once, and then serve
//! any targets, penalties and nulls.

use std::borrow::Cow;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use rayon::prelude::*;

use crate::axes::Axes;
use crate::choice::Choice;
use crate::error::Error;
use crate::feature_sums::FeatureCentre;
use crate::finite;
use crate::grid::PenaltyGrid;
use crate::inner_fold::InnerFold;
use crate::means::column_means;
use crate::params::check_penalties;
use crate::ridge::Ridge;
use crate::row_groups::{NestedFold, RowGroups};
use crate::rule::Rule;
use crate::target_sums::TargetSums;
use crate::trial::Trial;
use crate::wide::Wide;

/// Groups of rows whose products may stand in memory at once, in bytes: beyond it each outer fold is summed alone.
const GROUPS: usize = 256 << 20;

/// Features, decomposed in every training set of nested folds.
#[derive(Debug, Clone)]
pub struct Nested {
    /// Features about their means over all rows (n, p), or (n, n) where there are more than rows.
    x: Array2<f64>,
    mean_x: Array1<f64>,
    wide: Option<Wide>,
    n_free: usize,
    batches: Vec<Batch>,
}

/// Outer folds whose sets are sums of the same groups of rows.
#[derive(Debug, Clone)]
struct Batch {
    groups: RowGroups,
    folds: Vec<Decomposed>,
}

/// An outer fold.
#[derive(Debug, Clone)]
struct Decomposed {
    training: FeatureCentre,
    axes: Axes,
    inner: Vec<InnerFold>,
}

/// An outer fold's penalties and the fit to all its training rows with them.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The penalty of each target.
    pub choice: Choice,
    /// The weights of each target.
    pub ridge: Ridge,
}

impl Nested {
    /// Decomposes features `x` (n, p), of which the first `n_free` carry no penalty, in every training set of `folds`.
    ///
    /// Features that outnumber the rows are first turned, without loss, to as many axes as there are rows.
    ///
    /// # Errors
    /// A value is not finite, a fold's rows are not among the rows, a row is both learnt from and held out, a set has no
    /// rows, or a decomposition fails.
    pub fn new(x: ArrayView2<f64>, n_free: usize, folds: &[NestedFold]) -> Result<Self, Error> {
        finite::check("features", x)?;
        let mean_x = column_means(x)?;
        let x = &x - &mean_x;
        let (x, wide) = match x.ncols() > n_free + x.nrows() {
            true => Wide::narrowed(x, n_free).map(|(x, wide)| (x, Some(wide)))?,
            false => (x, None),
        };
        let folds: Vec<BasedFold> = folds.iter().map(|fold| (fold, None)).collect();
        Ok(Self { batches: batches(x.view(), n_free, &folds)?, x, mean_x, wide, n_free })
    }

    /// The same where outer fold f reads of the penalised features P (n, q) only P B_f, for `bases` B_f (q, k): its
    /// penalties are those of P B_f, as if P B_f had been given.
    ///
    /// What folds read differs, and yet products of features and targets are formed once for all of them. Weights are
    /// of the features that are given: B_f times those of P B_f.
    ///
    /// # Errors
    /// As [`Nested::new`], and if the bases are not of these folds and features.
    pub fn within(
        x: ArrayView2<f64>,
        n_free: usize,
        folds: &[NestedFold],
        bases: &[Array2<f64>],
    ) -> Result<Self, Error> {
        finite::check("features", x)?;
        finite::check_columns("folds with a basis", bases.len(), folds.len())?;
        for basis in bases {
            finite::check("a basis", basis.view())?;
            finite::check_columns("features of a basis", n_free + basis.nrows(), x.ncols())?;
        }
        let mean_x = column_means(x)?;
        let x = &x - &mean_x;
        let folds: Vec<BasedFold> = folds.iter().zip(bases.iter().map(Some)).collect();
        Ok(Self { batches: batches(x.view(), n_free, &folds)?, x, mean_x, wide: None, n_free })
    }

    /// For each outer fold the penalty of every target of `y` (n, t), chosen by `rule` in the inner folds, and the fit.
    ///
    /// # Errors
    /// `y` has another number of rows, a value is not finite, a fold has no inner fold, or groups are given for another
    /// number of targets.
    pub fn fit(&self, y: ArrayView2<f64>, grid: &PenaltyGrid, rule: &Rule) -> Result<Vec<Fitted>, Error> {
        finite::check_targets(y, self.x.nrows())?;
        let mean_y = column_means(y)?;
        let mut fits = Vec::new();
        for batch in &self.batches {
            let sums = batch.groups.targets(self.x.view(), y, mean_y.view());
            for (at, fold) in batch.folds.iter().enumerate() {
                let sets = batch.groups.sets(&sums, at);
                let trial = |(i, inner)| {
                    let (training, held_out) = sets.inner(i)?;
                    Trial::new(Cow::Borrowed(inner), &training, &held_out)
                };
                let trials = fold.inner.par_iter().enumerate().map(trial).collect::<Result<Vec<_>, Error>>()?;
                let choice = Choice::of(grid, &trials, rule)?;
                let ridge = self.ridge(fold, &sets.training()?, mean_y.view(), choice.penalties.view())?;
                fits.push(Fitted { choice, ridge });
            }
        }
        Ok(fits)
    }

    /// For each outer fold the fit to `y` (n, t) with given penalties (folds, t), as nulls need it.
    ///
    /// # Errors
    /// `y` has another number of rows, a value is not finite, or a penalty is negative or not finite, or they are of
    /// other folds or targets.
    pub fn refit(&self, y: ArrayView2<f64>, penalties: ArrayView2<f64>) -> Result<Vec<Ridge>, Error> {
        finite::check_targets(y, self.x.nrows())?;
        check_penalties(penalties)?;
        finite::check_columns("targets with a penalty", penalties.ncols(), y.ncols())?;
        finite::check_columns("folds with penalties", penalties.nrows(), self.n_folds())?;
        let mean_y = column_means(y)?;
        let (mut ridges, mut penalties) = (Vec::new(), penalties.rows().into_iter());
        for batch in &self.batches {
            let sums = batch.groups.targets(self.x.view(), y, mean_y.view());
            for (at, fold) in batch.folds.iter().enumerate() {
                let training = batch.groups.sets(&sums, at).training()?;
                let penalties = penalties.next().expect("one row of penalties per fold");
                ridges.push(self.ridge(fold, &training, mean_y.view(), penalties)?);
            }
        }
        Ok(ridges)
    }

    /// Number of outer folds.
    pub fn n_folds(&self) -> usize {
        self.batches.iter().map(|batch| batch.folds.len()).sum()
    }

    fn ridge(
        &self,
        fold: &Decomposed,
        targets: &TargetSums,
        mean_y: ArrayView1<f64>,
        penalties: ArrayView1<f64>,
    ) -> Result<Ridge, Error> {
        let z = fold.axes.turn(targets.products_centred(&fold.training)?.view());
        let weights = fold.axes.weights(z, penalties);
        let (n, offset) = (fold.training.n, &fold.training.sum / fold.training.n as f64);
        let (weights, offset) = match &self.wide {
            Some(wide) => (wide.weights(weights.view(), self.n_free), wide.offset(offset.view(), self.n_free)),
            None => (weights, offset),
        };
        Ok(Ridge::new(weights, &self.mean_x + &offset, targets.mean(n)? + mean_y))
    }
}

/// An outer fold, and the basis within which it reads the penalised features, if there is one.
type BasedFold<'a> = (&'a NestedFold, Option<&'a Array2<f64>>);

/// All folds together, or each alone where their products would not stand in memory at once.
fn batches(x: ArrayView2<f64>, n_free: usize, folds: &[BasedFold]) -> Result<Vec<Batch>, Error> {
    let groups = |folds: &[BasedFold]| RowGroups::of(x.nrows(), folds.iter().map(|(fold, _)| *fold));
    let shared = groups(folds)?;
    let bytes = shared.len() * x.ncols() * x.ncols() * size_of::<f64>();
    match bytes <= GROUPS {
        true => Ok(vec![Batch::new(shared, x, n_free, folds)?]),
        false => folds.chunks(1).map(|fold| Batch::new(groups(fold)?, x, n_free, fold)).collect(),
    }
}

impl Batch {
    fn new(groups: RowGroups, x: ArrayView2<f64>, n_free: usize, folds: &[BasedFold]) -> Result<Self, Error> {
        let sums = groups.features(x);
        let mut decomposed = Vec::new();
        for (at, (fold, basis)) in folds.iter().enumerate() {
            let sets = groups.sets(&sums, at);
            let inner = (0..fold.inner.len()).into_par_iter().map(|i| {
                let (training, held_out) = sets.inner(i)?;
                InnerFold::new(&training, &held_out, n_free, *basis)
            });
            let inner = inner.collect::<Result<_, Error>>()?;
            let training = sets.training()?;
            let axes = Axes::within(training.centred()?.view(), n_free, *basis)?;
            decomposed.push(Decomposed { inner, axes, training: training.centre() });
        }
        Ok(Self { groups, folds: decomposed })
    }
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use linfa::traits::{Fit, Predict};
    use ndarray::{Axis, concatenate, s};

    use super::*;
    use crate::row_groups::{InnerRows, rows_of};
    use crate::rule::{Criterion, Exact, Sharing};
    use crate::samples::{distance, gaussian, regression};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Two outer folds over 60 rows with gaps, each with three inner folds.
    fn folds() -> Vec<NestedFold> {
        let inner = |training: &[(usize, usize)], held: (usize, usize)| InnerRows {
            training: training.iter().map(|&(a, b)| a..b).collect(),
            held_out: std::iter::once(held.0..held.1).collect(),
        };
        vec![
            NestedFold {
                training: std::iter::once(32..60).collect(),
                inner: vec![
                    inner(&[(42, 60)], (32, 40)),
                    inner(&[(32, 38), (52, 60)], (40, 50)),
                    inner(&[(32, 48)], (50, 60)),
                ],
            },
            NestedFold {
                training: vec![0..20, 55..60],
                inner: vec![inner(&[(10, 20), (55, 60)], (0, 8)), inner(&[(0, 8), (55, 60)], (10, 20))],
            },
        ]
    }

    fn ridge(x: &Array2<f64>, y: &Array2<f64>, rows: &[std::ops::Range<usize>], penalty: f64) -> Result<Ridge, Error> {
        let data = Dataset::new(rows_of(x.view(), rows), rows_of(y.view(), rows));
        Ridge::params().penalty(penalty).fit(&data)
    }

    /// The loss of a penalty for every target by fitting and predicting rows.
    fn loss(
        x: &Array2<f64>,
        y: &Array2<f64>,
        fold: &NestedFold,
        penalty: f64,
        criterion: Criterion,
    ) -> Result<Array1<f64>, Error> {
        let mut total = Array1::zeros(y.ncols());
        for inner in &fold.inner {
            let (held_x, held_y) = (rows_of(x.view(), &inner.held_out), rows_of(y.view(), &inner.held_out));
            let predicted: Array2<f64> = ridge(x, y, &inner.training, penalty)?.predict(&held_x);
            total += &match criterion {
                Criterion::SquaredError => (predicted - &held_y).mapv(|d| d * d).mean_axis(Axis(0)).expect("rows"),
                Criterion::Correlation => {
                    let centre = |a: &Array2<f64>| a - &a.mean_axis(Axis(0)).expect("rows");
                    let (p, y) = (centre(&predicted), centre(&held_y));
                    let sum = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum_axis(Axis(0));
                    -sum(&p, &y) / (sum(&p, &p) * sum(&y, &y)).mapv(f64::sqrt)
                }
            };
        }
        Ok(total / fold.inner.len() as f64)
    }

    fn check(width: usize, criterion: Criterion) -> Outcome {
        let (x, y) = regression(60, width, 4, 71);
        let y = y * &Array1::linspace(0.2, 4.0, 4) + gaussian(60, 4, 73);
        let grid = PenaltyGrid::logarithmic(1e-1, 1e3, 5)?;
        let rule = Rule { criterion, exact: Exact::All, ..Rule::default() };
        let fits = Nested::new(x.view(), 0, &folds())?.fit(y.view(), &grid, &rule)?;
        for (fold, fit) in folds().iter().zip(&fits) {
            for (i, &penalty) in grid.penalties().iter().enumerate() {
                let expected = loss(&x, &y, fold, penalty, criterion)?;
                assert!(distance(&expected, &fit.choice.losses.row(i).to_owned()) < 1e-9);
            }
            for (target, &penalty) in fit.choice.penalties.iter().enumerate() {
                let expected = ridge(&x, &y, &fold.training, penalty)?;
                let weights = |ridge: &Ridge| ridge.weights().column(target).to_owned();
                assert!(distance(&weights(&expected), &weights(&fit.ridge)) < 1e-9);
                assert!((expected.intercept()[target] - fit.ridge.intercept()[target]).abs() < 1e-8);
            }
        }
        let penalties: Vec<_> = fits.iter().map(|fit| fit.choice.penalties.view()).collect();
        let penalties = ndarray::stack(Axis(0), &penalties)?;
        let refits = Nested::new(x.view(), 0, &folds())?.refit(y.view(), penalties.view())?;
        assert!(fits.iter().zip(&refits).all(|(fit, refit)| fit.ridge == *refit));
        Ok(())
    }

    #[test]
    fn agrees_with_fitting_and_predicting_rows() -> Outcome {
        check(6, Criterion::SquaredError)
    }

    #[test]
    fn agrees_when_r_decides() -> Outcome {
        check(6, Criterion::Correlation)
    }

    #[test]
    fn agrees_when_features_outnumber_rows() -> Outcome {
        check(100, Criterion::SquaredError)
    }

    #[test]
    fn free_features_are_fitted_first() -> Outcome {
        let ((c, y), p) = (regression(60, 2, 3, 79), gaussian(60, 90, 83));
        let grid = PenaltyGrid::new(vec![1e14])?;
        let x = concatenate![Axis(1), c, p];
        for width in [10, 92] {
            let fits = Nested::new(x.slice(s![.., ..width]), 2, &folds())?.fit(y.view(), &grid, &Rule::default())?;
            for (fold, fit) in folds().iter().zip(&fits) {
                let alone = ridge(&c, &y, &fold.training, 0.0)?;
                let weights = fit.ridge.weights().slice(s![..2, ..]).to_owned();
                assert!(distance(&alone.weights().to_owned(), &weights) < 1e-8);
            }
        }
        Ok(())
    }

    #[test]
    fn targets_share_a_penalty_where_asked_to() -> Outcome {
        let (x, y) = regression(60, 6, 4, 89);
        let y = y * &Array1::linspace(0.2, 4.0, 4) + 3.0 * gaussian(60, 4, 97);
        let grid = PenaltyGrid::logarithmic(1e-1, 1e3, 9)?;
        let nested = Nested::new(x.view(), 0, &folds())?;
        let choose = |sharing| nested.fit(y.view(), &grid, &Rule { sharing, ..Rule::default() });
        let (all, groups) = (choose(Sharing::All)?, choose(Sharing::Groups(vec![7, 0, 7, 0]))?);
        for (all, groups) in all.iter().zip(&groups) {
            assert!(all.choice.indices.iter().all(|i| *i == all.choice.indices[0]));
            assert_eq!(
                (groups.choice.indices[0], groups.choice.indices[1]),
                (groups.choice.indices[2], groups.choice.indices[3])
            );
        }
        assert!(choose(Sharing::Groups(vec![0; 3])).is_err());
        Ok(())
    }

    #[test]
    fn impossible_requests_are_refused() -> Outcome {
        let (x, y) = regression(60, 3, 2, 101);
        let nested = Nested::new(x.view(), 0, &folds())?;
        assert!(matches!(
            nested.fit(y.slice(s![..59, ..]), &PenaltyGrid::new(vec![1.0])?, &Rule::default()),
            Err(Error::Rows { .. })
        ));
        assert!(matches!(nested.refit(y.view(), Array2::ones((1, 2)).view()), Err(Error::Columns { .. })));
        let without = NestedFold { training: std::iter::once(0..9).collect(), inner: vec![] };
        let nested = Nested::new(x.view(), 0, std::slice::from_ref(&without))?;
        assert!(matches!(nested.fit(y.view(), &PenaltyGrid::new(vec![1.0])?, &Rule::default()), Err(Error::NoFolds)));
        let empty = NestedFold { training: vec![], inner: vec![] };
        assert!(matches!(Nested::new(x.view(), 0, &[empty]), Err(Error::TooFewRows { .. })));
        Ok(())
    }
}
