//! The features of a layer, reduced on the training rows of each outer fold.

use std::borrow::Cow;

use gyrus_ridge::product;
use ndarray::{Array2, Axis, concatenate};

/// The features of one layer as an analysis reads them; what was learnt was learnt on training rows alone.
#[derive(Debug, Clone)]
pub enum Reduced {
    /// As they came, `(rows, width)`, the same in every outer fold.
    Same(Array2<f64>),
    /// As principal components or in a unit of each outer fold's own, `[fold]`: `(rows, components)`.
    PerFold(Vec<Array2<f64>>),
    /// As principal components of each outer fold's own among features that folds share, where that costs less: sums over rows
    /// are then formed once for all.
    Projected {
        /// What folds share, `(rows, width)`.
        features: Array2<f64>,
        /// `[fold]`: `(width, components)`; a fold reads features times basis, and adding a constant changes no fit.
        bases: Vec<Array2<f64>>,
    },
}

impl Reduced {
    /// Several sets of features as one, side by side; `None` of none.
    ///
    /// # Panics
    /// They are not of the same plan.
    pub fn side_by_side(several: &[Self]) -> Option<Self> {
        let per_fold = several.iter().find_map(|one| match one {
            Self::PerFold(folds) | Self::Projected { bases: folds, .. } => Some(folds.len()),
            Self::Same(_) => None,
        });
        let joined = |fold: usize| {
            let each: Vec<_> = several.iter().map(|one| one.of_fold(fold)).collect();
            let views: Vec<_> = each.iter().map(|one| one.view()).collect();
            concatenate(Axis(1), &views).expect("features of one plan share its rows")
        };
        match (several, per_fold) {
            ([], _) => None,
            ([one], _) => Some(one.clone()),
            (_, None) => Some(Self::Same(joined(0))),
            (_, Some(folds)) => Some(Self::PerFold((0..folds).map(joined).collect())),
        }
    }

    /// The features as outer fold `fold` reads them, `(rows, components)`.
    ///
    /// # Panics
    /// There is no such fold.
    pub fn of_fold(&self, fold: usize) -> Cow<'_, Array2<f64>> {
        match self {
            Self::Same(features) => Cow::Borrowed(features),
            Self::PerFold(folds) => Cow::Borrowed(&folds[fold]),
            Self::Projected { features, bases } => Cow::Owned(product(features.view(), bases[fold].view())),
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_ridge::PenaltyGrid;
    use ndarray::s;

    use super::*;
    use crate::{Design, DesignParams, Error, FeatureUnit, FoldInfluence, FoldScores, encode};

    fn waves(rows: usize, columns: usize, speed: f64) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i as f64 + 3.0) * (j as f64 + speed)).sin())
    }

    fn results(design: &Design, features: &Reduced, controls: bool) -> Result<(FoldScores, FoldInfluence), Error> {
        let (c, y) = (waves(120, 2, 0.13), waves(120, 3, 0.7) + waves(120, 6, 0.37).slice(s![.., 1..4]));
        let controls = controls.then_some(c.view());
        let scores = encode(design, features, controls, y.view())?;
        let influence = FoldInfluence::of(design, features, controls, y.view(), &scores)?;
        Ok((scores, influence))
    }

    fn check(unit: FeatureUnit, controls: bool) -> Result<(), Error> {
        let penalties = PenaltyGrid::logarithmic(1e-3, 1e2, 6)?;
        let params = DesignParams { folds: 4, inner_folds: 3, gap: 2, penalties, components: Some(4), unit, block: 10 };
        let design = Design::new(120, params)?;
        let features = waves(120, 6, 0.37) + 50.0;
        let projected = design.reduce(features.view())?;
        assert!(matches!(projected, Reduced::Projected { .. }));
        let per_fold = Reduced::PerFold((0..4).map(|fold| projected.of_fold(fold).into_owned() + 7.0).collect());
        let ((a, of_a), (b, of_b)) = (results(&design, &projected, controls)?, results(&design, &per_fold, controls)?);
        assert_abs_diff_eq!(a.r(), b.r(), epsilon = 1e-10);
        assert_eq!(a.penalties(), b.penalties());
        assert_abs_diff_eq!(of_a.falls().to_owned(), of_b.falls().to_owned(), epsilon = 1e-10);
        Ok(())
    }

    #[test]
    fn what_is_projected_is_fitted_as_what_is_written_out() -> Result<(), Error> {
        for controls in [false, true] {
            check(FeatureUnit::Own, controls)?;
            check(FeatureUnit::RootMeanVariance, controls)?;
        }
        Ok(())
    }
}
