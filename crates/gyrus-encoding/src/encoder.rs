//! Ridge on top of controls: the controls carry no penalty, the features do.
//!
//! argmin over A, B of ||Y - C A - P B||^2 + a ||B||^2. By Frisch and Waugh this is ridge of what C leaves of Y
//! on what C leaves of P; a large penalty gives back the controls alone, so the two models are nested
//! and their difference is what the features add.

use std::ops::Range;

use gyrus_ridge::{Moments, Ridge, Spectrum, choose};
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::design::rows_of;
use crate::held_out::Blocks;
use crate::{Design, Error, FoldScores, Reduced};

/// Scores of `features` for `responses`, `(rows, targets)`, on top of `controls`, `(rows, controls)`, if there are any.
///
/// One penalty per target, chosen in the inner folds by squared error; everything is learnt on training rows.
///
/// # Errors
/// [`Error::Rows`] or [`Error::NotFinite`] if an array does not fit the plan, [`Error::Ridge`] if a fit fails.
pub fn encode(
    design: &Design,
    features: &Reduced,
    controls: Option<ArrayView2<f64>>,
    responses: ArrayView2<f64>,
) -> Result<FoldScores, Error> {
    fit(design, features, controls, responses, |arrays, fold| arrays.choose(design, fold))
}

/// As [`encode`] with given penalties, `(folds, targets)`: for nulls, which refit the weights and keep the penalties.
///
/// # Errors
/// As [`encode`].
pub fn refit(
    design: &Design,
    features: &Reduced,
    controls: Option<ArrayView2<f64>>,
    responses: ArrayView2<f64>,
    penalties: ArrayView2<f64>,
) -> Result<FoldScores, Error> {
    fit(design, features, controls, responses, |_, fold| Ok(penalties.row(fold).to_owned()))
}

fn fit(
    design: &Design,
    features: &Reduced,
    controls: Option<ArrayView2<f64>>,
    responses: ArrayView2<f64>,
    choose: impl Fn(&Arrays, usize) -> Result<Array1<f64>, Error>,
) -> Result<FoldScores, Error> {
    design.check("responses", responses)?;
    if let Some(controls) = controls {
        design.check("controls", controls)?;
    }
    let mut penalties = Array2::zeros((design.folds().len(), responses.ncols()));
    let mut folds = Vec::with_capacity(design.folds().len());
    for (fold, p) in features.folds.iter().enumerate() {
        let arrays = Arrays { p: p.view(), y: responses.view(), c: controls.as_ref().map(|c| c.view()) };
        let chosen = choose(&arrays, fold)?;
        let predicted = arrays.predict(&design.folds()[fold].train, &chosen)?;
        folds.push(Blocks::of(predicted.view(), responses, &design.blocks(fold)));
        penalties.row_mut(fold).assign(&chosen);
    }
    Ok(FoldScores::new(folds, penalties))
}

/// Components P `(rows, components)`, responses Y `(rows, targets)`, controls C `(rows, controls)`.
struct Arrays<'a> {
    p: ArrayView2<'a, f64>,
    y: ArrayView2<'a, f64>,
    c: Option<ArrayView2<'a, f64>>,
}

impl Arrays<'_> {
    /// The penalty of each target with the least squared error over the inner folds.
    fn choose(&self, design: &Design, fold: usize) -> Result<Array1<f64>, Error> {
        let inner = design.inner(fold).iter().map(|inner| {
            let (p, y) = self.partialled(&inner.train)?;
            Ok((moments(&p, &y, &inner.train)?, moments(&p, &y, &inner.test)?))
        });
        let inner = inner.collect::<Result<Vec<_>, Error>>()?;
        Ok(choose(&inner, design.penalties())?.penalties)
    }

    /// Predictions for all rows of the model fitted on `train`: C A + P B.
    fn predict(&self, train: &[Range<usize>], penalties: &Array1<f64>) -> Result<Array2<f64>, Error> {
        let (p, y) = self.partialled(train)?;
        let b = weights(&moments(&p, &y, train)?, penalties)?;
        Ok(&self.y - &y + p.dot(&b))
    }

    /// What a constant and the controls, fitted on `train`, leave of P and of Y; both have mean 0 on `train`.
    fn partialled(&self, train: &[Range<usize>]) -> Result<(Array2<f64>, Array2<f64>), Error> {
        Ok((partial(self.p, self.c, train)?, partial(self.y, self.c, train)?))
    }
}

/// X - mean - (C - mean) A with A = (C'C)^+ C'X, all learnt on `train`.
fn partial(x: ArrayView2<f64>, c: Option<ArrayView2<f64>>, train: &[Range<usize>]) -> Result<Array2<f64>, Error> {
    let x_train = rows_of(x, train);
    let mean = |rows: &Array2<f64>| rows.mean_axis(Axis(0)).expect("a fold has training rows");
    let centred = &x - &mean(&x_train);
    let Some(c) = c else { return Ok(centred) };
    let c_train = rows_of(c, train);
    let a = weights(&Moments::of(c_train.view(), x_train.view())?, &Array1::zeros(x.ncols()))?;
    Ok(centred - (&c - &mean(&c_train)).dot(&a))
}

fn moments(p: &Array2<f64>, y: &Array2<f64>, rows: &[Range<usize>]) -> Result<Moments, Error> {
    Ok(Moments::of(rows_of(p.view(), rows).view(), rows_of(y.view(), rows).view())?)
}

/// B_j = (X'X + a_j I)^+ X'Y_j for centred X and Y.
fn weights(training: &Moments, penalties: &Array1<f64>) -> Result<Array2<f64>, Error> {
    let centred = training.centred()?;
    let ridge = Ridge::of(&centred, &Spectrum::of(centred.xx.view())?, penalties.view())?;
    Ok(ridge.weights().to_owned())
}
