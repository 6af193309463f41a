//! Ridge on top of controls with one penalty for each band of features and each target.
//!
//! argmin over A, B of ||Y - C A - sum_b P_b B_b||^2 + sum_b a_b ||B_b||^2, the a_b found in the inner folds.

use gyrus_ridge::{Banded, Bands, Criterion, NestedFold, Ridge, Search};
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis};

use crate::fit::encoder::{beside, inner_rows, scores};
use crate::fit::reduced::Reduced;
use crate::rows::missing::without_missing;
use crate::{Design, Error, FoldScores};

/// Controls and bands of features, summed over every training set of a design; it serves any responses to them.
#[derive(Debug)]
pub struct BandedEncoder<'a> {
    design: &'a Design,
    /// Controls and bands side by side, one part per outer fold or one for all.
    parts: Vec<(Array2<f64>, Banded)>,
}

/// What the bands reach together, and what each was penalised with.
#[derive(Debug, Clone)]
pub struct BandedScores {
    /// Held-out results; its own penalties are 0, because there is none for all bands.
    pub scores: FoldScores,
    /// The chosen penalties, `(folds, bands, targets)`.
    pub penalties: Array3<f64>,
}

impl<'a> BandedEncoder<'a> {
    /// Sums `bands`, and `controls`, `(rows, controls)`, if there are any.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if an array does not fit the plan, [`Error::Ridge`] if a band has no feature.
    pub fn new(design: &'a Design, bands: &[Reduced], controls: Option<ArrayView2<f64>>) -> Result<Self, Error> {
        if let Some(controls) = controls {
            design.check("controls", controls)?;
        }
        let folds = design.folds().iter().enumerate();
        let folds: Vec<NestedFold> =
            folds.map(|(i, fold)| NestedFold { training: fold.train.clone(), inner: inner_rows(design, i) }).collect();
        let n_free = controls.map_or(0, |controls| controls.ncols());
        let part = |at: usize, features: &Array2<f64>, folds: &[NestedFold]| {
            let widths: Vec<usize> = bands.iter().map(|band| band.of_fold(at).ncols()).collect();
            let x = beside(controls, features);
            let banded = Banded::new(x.view(), n_free, Bands::side_by_side(&widths)?, folds)?;
            Ok((x, banded))
        };
        let parts = match Reduced::side_by_side(bands) {
            None => return Err(gyrus_ridge::Error::EmptyBand { band: 0 }.into()),
            Some(Reduced::Same(features)) => vec![part(0, &features, &folds)?],
            Some(joined) => {
                let features: Vec<_> = (0..folds.len()).map(|fold| joined.of_fold(fold)).collect();
                let each = features.iter().zip(folds.chunks(1)).enumerate();
                each.map(|(at, (features, folds))| part(at, features, folds)).collect::<Result<_, Error>>()?
            }
        };
        Ok(Self { design, parts })
    }

    /// Scores for `responses`, `(rows, targets)`; a target with a missing value (NaN) is undefined.
    ///
    /// Later rounds of the search look near what is best for most targets, so targets that are given together help
    /// decide what is tried for each.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if the responses do not fit the plan, [`Error::Ridge`] if a fit fails.
    pub fn encode(
        &self,
        responses: ArrayView2<f64>,
        search: &Search,
        criterion: Criterion,
    ) -> Result<BandedScores, Error> {
        let responses = without_missing(self.design, responses)?;
        let mut fits = Vec::new();
        for (x, banded) in &self.parts {
            let fitted = banded.fit(responses.view(), search, self.design.penalties(), criterion)?;
            fits.extend(fitted.into_iter().map(|fit| (x, fit.ridge, fit.penalties)));
        }
        let views: Vec<ArrayView2<f64>> = fits.iter().map(|(_, _, penalties)| penalties.view()).collect();
        let penalties = ndarray::stack(Axis(0), &views).expect("every fold has the same bands and targets");
        let none = Array2::zeros((fits.len(), responses.ncols()));
        let ridges = fits.iter().map(|(x, ridge, _): &(&Array2<f64>, Ridge, Array2<f64>)| (*x, ridge));
        Ok(BandedScores { scores: scores(self.design, ridges, responses.view(), none), penalties })
    }

    /// Scores for `responses`, `(rows, targets)`, with the `penalties` that were chosen for others, `(folds, bands, targets)`,
    /// as nulls use them; a target with a missing value (NaN) is undefined.
    ///
    /// # Errors
    /// As [`Self::encode`], and [`Error::Ridge`] for penalties that are not positive, or of other folds, bands or targets.
    pub fn refit(&self, responses: ArrayView2<f64>, penalties: ArrayView3<f64>) -> Result<FoldScores, Error> {
        let responses = without_missing(self.design, responses)?;
        let of_fold: Vec<ArrayView2<f64>> = penalties.axis_iter(Axis(0)).collect();
        let folds_of_a_part = self.design.folds().len() / self.parts.len().max(1);
        let mut fits = Vec::new();
        for ((x, banded), penalties) in self.parts.iter().zip(of_fold.chunks(folds_of_a_part.max(1))) {
            fits.extend(banded.refit(responses.view(), penalties)?.into_iter().map(|ridge| (x, ridge)));
        }
        let none = Array2::zeros((fits.len(), responses.ncols()));
        let ridges = fits.iter().map(|(x, ridge): &(&Array2<f64>, Ridge)| (*x, ridge));
        Ok(scores(self.design, ridges, responses.view(), none))
    }
}

#[cfg(test)]
mod tests {
    use gyrus_ridge::{PenaltyGrid, Rule, Shares};

    use super::*;
    use crate::{DesignParams, Encoder, FeatureUnit};

    #[test]
    fn equal_shares_are_one_penalty() -> Result<(), Box<dyn std::error::Error>> {
        let x = |width: usize, a: usize| Array2::from_shape_fn((40, width), |(i, j)| ((i * a + 7 * j) as f64).sin());
        let y = Array2::from_shape_fn((40, 2), |(i, j)| ((i * 3 + j) as f64).cos() + x(2, 1)[[i, 0]]);
        let penalties = PenaltyGrid::logarithmic(1e-2, 1e2, 5)?;
        let halved = PenaltyGrid::logarithmic(5e-3, 5e1, 5)?;
        let unit = FeatureUnit::Own;
        let params = DesignParams { folds: 3, inner_folds: 2, gap: 1, penalties, components: None, unit, block: 5 };
        let plain = Design::new(40, params.clone())?;
        let design = Design::new(40, DesignParams { penalties: halved, ..params })?;
        let bands = [design.reduce(x(2, 1).view())?, design.reduce(x(3, 2).view())?];
        let joint = Reduced::side_by_side(&bands).ok_or("two bands")?;
        let one = Encoder::new(&plain, &joint, None)?.encode(y.view(), &Rule::default())?;
        // With shares of a half, penalty a is 2 a for each band.
        let search = Search { shares: vec![Shares::equal(2)], rounds: 0, per_round: 0, seed: 0 };
        let both = BandedEncoder::new(&design, &bands, None)?.encode(y.view(), &search, Criterion::SquaredError)?;
        assert!((one.r() - both.scores.r()).iter().all(|d| d.abs() < 1e-9));
        let again = BandedEncoder::new(&design, &bands, None)?.refit(y.view(), both.penalties.view())?;
        assert!((again.r() - both.scores.r()).iter().all(|d| d.abs() < 1e-9));
        assert!(
            (both.penalties.index_axis(Axis(1), 0).to_owned() / one.penalties()).iter().all(|q| (q - 1.0).abs() < 1e-9)
        );
        Ok(())
    }
}
