//! Ridge for many targets, fitted on rows or on moments.

use linfa::dataset::{AsMultiTargets, DatasetBase};
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Data, Ix2};

use crate::centred::Centred;
use crate::error::Error;
use crate::finite;
use crate::means::column_means;
use crate::params::{RidgeParams, RidgeValidParams};
use crate::product::{gram, product, product_into};
use crate::spectrum::Spectrum;

/// Fitted ridge: B_j = argmin ||Y_j - X B_j||^2 + a_j ||B_j||^2 for X and Y about their training means.
///
/// The intercept is never penalised, because both sides are centred first.
#[derive(Debug, Clone, PartialEq)]
pub struct Ridge {
    weights: Array2<f64>,
    mean_x: Array1<f64>,
    mean_y: Array1<f64>,
}

impl Ridge {
    /// Settings to fit with: penalty 1 unless another is given.
    pub fn params() -> RidgeParams {
        RidgeParams::default()
    }

    /// Weights (p, t) about the training means (p) and (t).
    pub(crate) fn new(weights: Array2<f64>, mean_x: Array1<f64>, mean_y: Array1<f64>) -> Self {
        Self { weights, mean_x, mean_y }
    }

    /// Fits from training moments, whose X'X was decomposed into `spectrum`, with one penalty per target (t).
    ///
    /// # Errors
    /// A penalty is negative or not finite, or there are not as many as targets.
    ///
    /// # Panics
    /// The spectrum is of another number of features than the moments.
    pub fn of(training: &Centred, spectrum: &Spectrum, penalties: ArrayView1<f64>) -> Result<Self, Error> {
        crate::params::check_penalties(penalties)?;
        if penalties.len() != training.mean_y.len() {
            return Err(Error::Penalties { penalties: penalties.len(), targets: training.mean_y.len() });
        }
        let weights = spectrum.weights(spectrum.rotate(training.xy.view()).view(), penalties);
        Ok(Self { weights, mean_x: training.mean_x.clone(), mean_y: training.mean_y.clone() })
    }

    /// B (p, t), one column per target.
    pub fn weights(&self) -> ArrayView2<'_, f64> {
        self.weights.view()
    }

    /// The training means of the features (p).
    pub fn mean_x(&self) -> ArrayView1<'_, f64> {
        self.mean_x.view()
    }

    /// The training means of the targets (t).
    pub fn mean_y(&self) -> ArrayView1<'_, f64> {
        self.mean_y.view()
    }

    /// What is predicted where all features are 0 (t): mean_y - mean_x B.
    pub fn intercept(&self) -> Array1<f64> {
        &self.mean_y - &self.mean_x.dot(&self.weights)
    }
}

impl RidgeValidParams {
    /// Fits from training moments; the same as fitting on their rows.
    ///
    /// # Errors
    /// There is one penalty per target but for another number of targets, or the decomposition fails.
    pub fn fit_moments(&self, training: &Centred) -> Result<Ridge, Error> {
        let penalties = self.penalty().for_targets(training.mean_y.len())?;
        Ridge::of(training, &Spectrum::of(training.xx.view())?, penalties.view())
    }
}

/// Fits `records` (n, p) to `targets` (n, t), through X'X where p <= n and through XX' where p > n.
///
/// # Errors
/// There are no rows, the numbers of rows differ, a value is not finite, the dataset has sample weights, or there is
/// one penalty per target but for another number of targets.
impl<D: Data<Elem = f64>, T: AsMultiTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, Error> for RidgeValidParams {
    type Object = Ridge;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Ridge, Error> {
        if !dataset.weights.is_empty() {
            return Err(Error::SampleWeights);
        }
        let (x, y) = (dataset.records.view(), dataset.targets.as_multi_targets());
        finite::check_pair(x, y.view())?;
        let penalties = self.penalty().for_targets(y.ncols())?;
        let (mean_x, mean_y) = (column_means(x)?, column_means(y.view())?);
        let (x, y) = (&x - &mean_x, &y - &mean_y);
        let solve = if x.ncols() <= x.nrows() { primal } else { dual };
        Ok(Ridge { weights: solve(x.view(), y.view(), penalties.view())?, mean_x, mean_y })
    }
}

/// B_j = V diag(1 / (e + a_j)) V' X'Y_j with X'X = V diag(e) V'.
fn primal(x: ArrayView2<f64>, y: ArrayView2<f64>, a: ArrayView1<f64>) -> Result<Array2<f64>, Error> {
    let spectrum = Spectrum::of(gram(x).view())?;
    let z = spectrum.rotate(product(x.t(), y).view());
    Ok(spectrum.weights(z.view(), a))
}

/// B_j = X' U diag(1 / (e + a_j)) U' Y_j with XX' = U diag(e) U'.
fn dual(x: ArrayView2<f64>, y: ArrayView2<f64>, a: ArrayView1<f64>) -> Result<Array2<f64>, Error> {
    let spectrum = Spectrum::of(gram(x.t()).view())?;
    let z = spectrum.rotate(y);
    Ok(product(x.t(), spectrum.weights(z.view(), a).view()))
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array2<f64>> for Ridge {
    /// Predicts the targets (n, t) of features (n, p): (x - mean_x) B + mean_y.
    ///
    /// # Panics
    /// The features have another number of columns than those of the fit, or `y` another shape than (n, t).
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, y: &mut Array2<f64>) {
        assert_eq!(x.ncols(), self.mean_x.len(), "features to predict from have the columns of the fit");
        assert_eq!(
            y.dim(),
            (x.nrows(), self.mean_y.len()),
            "predictions have one row per row and one column per target"
        );
        product_into(y.view_mut(), (x - &self.mean_x).view(), self.weights.view());
        *y += &self.mean_y;
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array2<f64> {
        Array2::zeros((x.nrows(), self.mean_y.len()))
    }
}

#[cfg(test)]
mod tests {
    use linfa::traits::Predict;
    use linfa::{Dataset, ParamGuard};
    use linfa_linear::LinearRegression;
    use ndarray::{Axis, concatenate, s};

    use super::*;
    use crate::moments::Moments;
    use crate::samples::{distance, gaussian, regression};

    struct Shape {
        rows: usize,
        width: usize,
        targets: usize,
    }

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Solves A X = B by elimination with row exchanges.
    fn eliminate(mut a: Array2<f64>, mut b: Array2<f64>) -> Array2<f64> {
        let p = a.nrows();
        for k in 0..p {
            let pivot = (k..p).fold(k, |best, i| if a[[i, k]].abs() > a[[best, k]].abs() { i } else { best });
            for m in [&mut a, &mut b] {
                let (first, second) = (m.row(k).to_owned(), m.row(pivot).to_owned());
                m.row_mut(k).assign(&second);
                m.row_mut(pivot).assign(&first);
            }
            for i in (0..p).filter(|&i| i != k) {
                let factor = a[[i, k]] / a[[k, k]];
                for m in [&mut a, &mut b] {
                    let row = m.row(k).to_owned();
                    m.row_mut(i).scaled_add(-factor, &row);
                }
            }
        }
        b / a.diag().to_owned().insert_axis(Axis(1))
    }

    /// Rows less their column means.
    fn centre(a: &Array2<f64>) -> Array2<f64> {
        a - &a.mean_axis(Axis(0)).expect("tests have rows")
    }

    /// (X'X + a_j I)^-1 X'Y_j, one target after the other.
    fn by_normal_equations(x: &Array2<f64>, y: &Array2<f64>, a: &Array1<f64>) -> Array2<f64> {
        let (x, y) = (centre(x), centre(y));
        let mut weights = Array2::zeros((x.ncols(), y.ncols()));
        for (j, &a) in a.iter().enumerate() {
            let column = y.slice(s![.., j..j + 1]);
            let solved = eliminate(x.t().dot(&x) + a * Array2::eye(x.ncols()), x.t().dot(&column));
            weights.slice_mut(s![.., j..j + 1]).assign(&solved);
        }
        weights
    }

    /// Ordinary least squares of linfa on the stacked rows [X; sqrt(a) I] and [y; 0].
    fn by_stacked_rows(x: &Array2<f64>, y: &Array2<f64>, a: f64) -> Result<Array2<f64>, Box<dyn std::error::Error>> {
        let (x, y) = (centre(x), centre(y));
        let mut weights = Array2::zeros((x.ncols(), y.ncols()));
        let zeros = Array1::zeros(x.ncols());
        let stacked = concatenate(Axis(0), &[x.view(), (a.sqrt() * Array2::eye(x.ncols())).view()])?;
        for (j, column) in y.columns().into_iter().enumerate() {
            let column = concatenate(Axis(0), &[column, zeros.view()])?;
            let fitted = LinearRegression::new().with_intercept(false).fit(&Dataset::new(stacked.clone(), column))?;
            weights.column_mut(j).assign(fitted.params());
        }
        Ok(weights)
    }

    fn check(Shape { rows, width, targets }: Shape) -> Outcome {
        let (x, y) = regression(rows, width, targets, 7);
        let data = Dataset::new(x.clone(), y.clone());
        let a = Array1::from_shape_fn(targets, |j| 10f64.powi(j as i32 % 5 - 2));
        let ridge = Ridge::params().penalties(a.clone()).fit(&data)?;
        assert!(distance(&by_normal_equations(&x, &y, &a), &ridge.weights) < 1e-8);

        let shared = Ridge::params().penalty(2.5).fit(&data)?;
        assert!(distance(&by_stacked_rows(&x, &y, 2.5)?, &shared.weights) < 1e-10);

        let from_moments =
            Ridge::params().penalties(a).check()?.fit_moments(&Moments::of(x.view(), y.view())?.centred()?)?;
        assert!(distance(&ridge.weights, &from_moments.weights) < 1e-8);

        let fresh = gaussian(5, width, 8);
        let by_intercept = fresh.dot(&ridge.weights) + &ridge.intercept();
        assert!(distance(&by_intercept, &ridge.predict(&fresh)) < 1e-10);
        Ok(())
    }

    #[test]
    fn agrees_with_the_normal_equations_and_with_stacked_rows() -> Outcome {
        check(Shape { rows: 60, width: 8, targets: 3 })
    }

    #[test]
    fn agrees_when_wider_than_long() -> Outcome {
        check(Shape { rows: 8, width: 60, targets: 3 })
    }

    #[test]
    fn agrees_for_many_targets() -> Outcome {
        check(Shape { rows: 40, width: 12, targets: 150 })
    }

    #[test]
    fn agrees_for_one_feature_and_one_target() -> Outcome {
        check(Shape { rows: 12, width: 1, targets: 1 })
    }

    #[test]
    fn the_dual_form_is_the_primal_form() -> Outcome {
        for (rows, width) in [(30, 10), (10, 30), (20, 20)] {
            let (x, y) = regression(rows, width, 4, 11);
            let (x, y, a) = (centre(&x), centre(&y), Array1::from(vec![0.1, 1.0, 10.0, 1e6]));
            let (primal, dual) = (primal(x.view(), y.view(), a.view())?, dual(x.view(), y.view(), a.view())?);
            assert!(distance(&primal, &dual) < 1e-10);
        }
        Ok(())
    }

    #[test]
    fn without_penalty_it_is_least_squares() -> Outcome {
        let (x, y) = regression(50, 6, 3, 13);
        let ridge = Ridge::params().penalty(0.0).fit(&Dataset::new(x.clone(), y.clone()))?;
        assert!(distance(&by_stacked_rows(&x, &y, 0.0)?, &ridge.weights) < 1e-10);
        Ok(())
    }

    #[test]
    fn without_penalty_repeated_features_share_the_shortest_weights() -> Outcome {
        let (x, y) = regression(50, 4, 3, 17);
        let twice = concatenate(Axis(1), &[x.view(), x.view()])?;
        let one = Ridge::params().penalty(0.0).fit(&Dataset::new(x, y.clone()))?;
        let two = Ridge::params().penalty(0.0).fit(&Dataset::new(twice, y))?;
        let half = &one.weights / 2.0;
        assert!(distance(&concatenate(Axis(0), &[half.view(), half.view()])?, &two.weights) < 1e-10);
        Ok(())
    }

    #[test]
    fn far_from_zero_nothing_is_lost() -> Outcome {
        let (x, y) = regression(60, 8, 3, 19);
        let near = Ridge::params().penalty(0.5).fit(&Dataset::new(x.clone(), y.clone()))?;
        let (x, y) = (x + 1e4, y - 1e4);
        let far = Ridge::params().penalty(0.5).fit(&Dataset::new(x.clone(), y.clone()))?;
        let blocks = Moments::blocks(x.view(), y.view(), &[0..25, 25..60])?;
        let moments = blocks[0].clone() + &blocks[1];
        let summed = Ridge::params().penalty(0.5).check()?.fit_moments(&moments.centred()?)?;
        assert!(distance(&near.weights, &far.weights) < 1e-11);
        assert!(distance(&near.weights, &summed.weights) < 1e-11);
        Ok(())
    }

    #[test]
    fn constant_features_and_targets_get_zero_weights() -> Outcome {
        let (mut x, mut y) = regression(30, 3, 2, 23);
        x.column_mut(1).fill(0.1);
        y.column_mut(0).fill(0.3);
        let rows = Ridge::params().penalty(0.0).fit(&Dataset::new(x.clone(), y.clone()))?;
        let moments = Moments::of(x.view(), y.view())?.centred()?;
        for ridge in [rows, Ridge::params().penalty(0.0).check()?.fit_moments(&moments)?] {
            assert_eq!(ridge.weights.column(0).to_vec(), [0.0; 3]);
            assert_eq!(ridge.weights[[1, 1]], 0.0);
            assert!(ridge.weights[[0, 1]] != 0.0);
        }
        Ok(())
    }

    #[test]
    fn no_features_predict_the_mean() -> Outcome {
        let y = gaussian(6, 2, 29);
        let ridge = Ridge::params().fit(&Dataset::new(Array2::zeros((6, 0)), y.clone()))?;
        assert!(
            distance(
                &y.mean_axis(Axis(0)).expect("six rows"),
                &ridge.predict(&Array2::zeros((1, 0))).row(0).to_owned()
            ) < 1e-15
        );
        Ok(())
    }

    #[test]
    fn impossible_data_are_refused() {
        let fit = |x: Array2<f64>, y: Array2<f64>| Ridge::params().penalties(Array1::ones(2)).fit(&Dataset::new(x, y));
        assert!(matches!(fit(gaussian(5, 2, 1), gaussian(4, 2, 1)), Err(Error::Rows { features: 5, targets: 4 })));
        assert!(matches!(
            fit(gaussian(5, 2, 1), gaussian(5, 3, 1)),
            Err(Error::Penalties { penalties: 2, targets: 3 })
        ));
        assert!(matches!(fit(gaussian(0, 2, 1), gaussian(0, 2, 1)), Err(Error::TooFewRows { .. })));
        let mut bad = gaussian(5, 2, 1);
        bad[[3, 1]] = f64::NAN;
        assert!(matches!(
            fit(gaussian(5, 2, 1), bad),
            Err(Error::NotFinite { what: "targets", row: 3, column: 1, .. })
        ));
    }
}
