//! The analysis under test: every call of `gyrus-encoding` that the tables share, and the weights that it fitted.

use anyhow::Result;
use gyrus_encoding::{
    Bootstrap, Design, DesignParams, Estimate, FeatureUnit, FoldInfluence, FoldScores, Jackknife, Profile, Reduced,
    Weights,
};
use gyrus_ridge::{Nested, NestedFold, PenaltyGrid};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::measured::Measured;
use crate::table::verdict;

/// What the tables vary of a plan; four inner folds, features as they are, penalties 1, 10, ..., 100,000.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rows of features and responses.
    pub rows: usize,
    /// Outer folds.
    pub folds: usize,
    /// Rows left out on both sides of held-out rows.
    pub gap: usize,
    /// Rows per block of the bootstrap.
    pub block: usize,
}

impl Plan {
    /// The folds.
    ///
    /// # Errors
    /// The rows do not suffice.
    pub fn design(self) -> Result<Design> {
        let penalties = PenaltyGrid::logarithmic(1.0, 1e5, 6)?;
        let Self { rows, folds, gap, block } = self;
        let unit = FeatureUnit::Own;
        let params = DesignParams { folds, inner_folds: 4, gap, penalties, components: None, unit, block };
        Ok(Design::new(rows, params)?)
    }
}

/// Scores of `features` for `responses`, `(rows, targets)`.
///
/// # Errors
/// The arrays do not fit the plan.
pub fn encode(design: &Design, features: ArrayView2<f64>, responses: ArrayView2<f64>) -> Result<FoldScores> {
    Ok(gyrus_encoding::encode(design, &design.reduce(features)?, None, responses)?)
}

/// Scores of `features` on top of `controls` for `responses`, `(rows, targets)`.
///
/// # Errors
/// The arrays do not fit the plan.
pub fn encode_beside(
    design: &Design,
    features: ArrayView2<f64>,
    controls: ArrayView2<f64>,
    responses: ArrayView2<f64>,
) -> Result<FoldScores> {
    Ok(gyrus_encoding::encode(design, &design.reduce(features)?, Some(controls), responses)?)
}

/// One profile over layers for each of `targets` targets, with the bootstrap that draws its intervals.
pub fn profiles(layers: &[FoldScores], targets: usize, draws: usize, seed: u64) -> (Bootstrap, Vec<Profile>) {
    let bootstrap = Bootstrap::new(&layers[0], draws, seed);
    let each: Vec<Weights> = (0..targets).map(|target| Weights::only(target, targets, draws)).collect();
    let profiles = Profile::new(layers, &bootstrap, &each);
    (bootstrap, profiles)
}

/// The weights that were scored: per fold `(predictors, targets)`, from its training rows and `penalties`,
/// `(folds, targets)`; the first `n_controls` predictors carry none.
///
/// # Errors
/// A fit fails.
pub fn weights(
    design: &Design,
    predictors: ArrayView2<f64>,
    n_controls: usize,
    responses: ArrayView2<f64>,
    penalties: ArrayView2<f64>,
) -> Result<Vec<Array2<f64>>> {
    let folds = design.folds().iter();
    let folds: Vec<NestedFold> =
        folds.map(|fold| NestedFold { training: fold.train.clone(), inner: Vec::new() }).collect();
    let ridges = Nested::new(predictors, n_controls, &folds)?.refit(responses, penalties)?;
    Ok(ridges.iter().map(|ridge| ridge.weights().to_owned()).collect())
}

/// What scores and intervals of `features` beside `controls` are made of, one for each of the targets.
///
/// # Errors
/// A fit fails.
pub fn jackknives(
    design: &Design,
    features: &Reduced,
    controls: Option<ArrayView2<f64>>,
    responses: ArrayView2<f64>,
    scores: &FoldScores,
) -> Result<Vec<Jackknife>> {
    let influence = FoldInfluence::of(design, features, controls, responses, scores)?;
    let targets = responses.ncols();
    let each: Vec<Weights> = (0..targets).map(|target| Weights::only(target, targets, 0)).collect();
    Ok(Jackknife::new(scores, &influence, &each)?)
}

/// Whether a 95 % interval held the truth in 93 to 97 studies of 100, or may have but for the binomial error:
/// within 1.96 standard errors.
pub fn coverage_verdict(share: Measured) -> String {
    let beyond = (share.value - 0.95).abs() - 0.02;
    match beyond <= 1.96 * share.error && beyond > 1e-9 {
        true => "within error".to_owned(),
        false => verdict(beyond <= 1e-9),
    }
}

/// Whether `interval` holds `truth`.
pub fn holds(interval: Estimate, truth: f64) -> bool {
    interval.low <= truth && truth <= interval.high
}

/// r on endless fresh rows of weights B, `(features, targets)`, for features of covariance S `(features, features)` that
/// have covariance C `(features, targets)` with targets of variance 1: (b'c) / sqrt(b'S b), per target.
pub fn endless_r(b: &Array2<f64>, s: ArrayView2<f64>, c: ArrayView2<f64>) -> Array1<f64> {
    let covariance = (b * &c).sum_axis(Axis(0));
    let variance = (b * &s.dot(b)).sum_axis(Axis(0));
    covariance / variance.mapv(f64::sqrt)
}

/// The place of the largest of `scores`, from 0, the lowest among equals: the rule for ties of the analysis.
pub fn highest(scores: ArrayView1<f64>) -> f64 {
    let better = |best: (usize, f64), (i, &r): (usize, &f64)| if r > best.1 { (i, r) } else { best };
    scores.iter().enumerate().fold((0, f64::NEG_INFINITY), better).0 as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_encoding::correlation;
    use gyrus_simulation::Noise;
    use ndarray::s;

    use super::*;

    const PLAN: Plan = Plan { rows: 240, folds: 3, gap: 10, block: 20 };

    fn simulation() -> (Array2<f64>, Array2<f64>) {
        let features = Noise::white().series(240, 4, 1);
        let responses = &features.slice(s![.., ..2]) + &Noise::white().series(240, 2, 2);
        (features, responses)
    }

    /// Held-out rows times the refitted weights have the very r that was scored.
    #[test]
    fn weights_are_those_that_were_scored() -> Result<()> {
        let ((features, responses), design) = (simulation(), PLAN.design()?);
        let scores = encode(&design, features.view(), responses.view())?;
        let weights = weights(&design, features.view(), 0, responses.view(), scores.penalties())?;
        for (fold, b) in weights.iter().enumerate() {
            let rows = design.folds()[fold].test[0].clone();
            let predicted = features.slice(s![rows.clone(), ..]).dot(b);
            for target in 0..2 {
                let r = correlation(predicted.column(target), responses.slice(s![rows.clone(), target]));
                assert_abs_diff_eq!(r, scores.r()[[fold, target]], epsilon = 1e-10);
            }
        }
        Ok(())
    }

    #[test]
    fn coverage_is_judged_up_to_its_error() {
        let of = |value: f64| coverage_verdict(Measured { value, error: 0.006 });
        let found = [0.93, 0.97, 0.971, 0.919, 0.918, 0.99].map(of);
        assert_eq!(found, ["yes", "yes", "within error", "within error", "**no**", "**no**"]);
    }

    #[test]
    fn ties_go_to_the_lowest_and_nan_never_wins() {
        assert_eq!(highest(ndarray::array![f64::NAN, 0.2, 0.3, 0.3].view()), 2.0);
    }

    /// The closed form against 200,000 fresh rows.
    #[test]
    fn endless_r_is_that_of_a_long_sample() -> Result<()> {
        let (features, responses) = (Noise::white().series(200_000, 2, 3), Noise::white().series(200_000, 1, 4));
        let features = features.dot(&ndarray::array![[1.0, 0.5], [0.0, 1.0]]);
        let responses = 0.6 * &features.slice(s![.., ..1]) + 0.8 * responses;
        let b = ndarray::array![[1.0], [-0.7]];
        // Column 1 is half of column 0 plus another Gaussian.
        let (s, c) = (ndarray::array![[1.0, 0.5], [0.5, 1.25]], ndarray::array![[0.6], [0.3]]);
        let found = correlation(features.dot(&b).column(0), responses.column(0));
        assert_abs_diff_eq!(found, endless_r(&b, s.view(), c.view())[0], epsilon = 0.01);
        Ok(())
    }
}
