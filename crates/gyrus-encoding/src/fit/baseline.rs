//! What the controls alone predict: ordinary least squares by linfa, a fit for each target.

use gyrus_ridge::rows_of;
use linfa::Dataset;
use linfa::traits::{Fit, Predict};
use linfa_linear::LinearRegression;
use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use crate::fit::held_out::Blocks;
use crate::rows::missing::without_missing;
use crate::{Design, Error, FoldScores};

/// Scores of `controls`, `(rows, controls)`, for `responses`, `(rows, targets)`, without any penalty.
///
/// A target with a missing value (NaN) is undefined.
///
/// # Errors
/// [`Error::Rows`] or [`Error::NotFinite`] if an array does not fit the plan, [`Error::Baseline`] if linfa cannot fit.
pub fn baseline(design: &Design, controls: ArrayView2<f64>, responses: ArrayView2<f64>) -> Result<FoldScores, Error> {
    design.check("controls", controls)?;
    let responses = without_missing(design, responses)?;
    let folds = (0..design.folds().len()).map(|fold| held_out(design, fold, controls, responses.view()));
    let penalties = Array2::zeros((design.folds().len(), responses.ncols()));
    Ok(FoldScores::new(folds.collect::<Result<_, _>>()?, penalties))
}

fn held_out(
    design: &Design,
    fold: usize,
    controls: ArrayView2<f64>,
    responses: ArrayView2<f64>,
) -> Result<Blocks, Error> {
    let train = &design.folds()[fold].train;
    let (x, y) = (rows_of(controls, train), rows_of(responses, train));
    let mut predicted = Array2::zeros(responses.dim());
    let targets: Vec<_> = predicted.columns_mut().into_iter().zip(y.columns()).collect();
    let fits = targets.into_par_iter().map(|(mut predicted, y)| {
        let model = LinearRegression::default().fit(&Dataset::new(x.clone(), y.to_owned()))?;
        predicted.assign(&model.predict(&controls));
        Ok(())
    });
    // Collected before they are judged, so that the first error is the same whatever the number of threads.
    fits.collect::<Vec<Result<(), Error>>>().into_iter().collect::<Result<(), _>>()?;
    Ok(Blocks::of(predicted.view(), responses, &design.blocks(fold)))
}
