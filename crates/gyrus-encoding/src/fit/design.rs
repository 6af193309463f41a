//! The plan of an encoding analysis, made once per recording: folds, inner folds, penalties, components, blocks.

use std::ops::Range;

use gyrus_ridge::{Pca, PenaltyGrid, product, rows_of, variances};
use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::finite;
use crate::fit::reduced::Reduced;
use crate::rows::folds::{Fold, contiguous_folds};
use crate::{Error, FoldRow, Gap, Runs, Scheme, components_for, fold_table};

/// What an operation of turning sums costs beside one of forming them: measured of 64 to 256 columns and 50 to 256
/// components, 1,500 and 5,000 rows, 48 and 384 targets with 19 shifts, 4 x 3 and 10 x 5 folds. Of those 53 sizes the rule
/// takes the dearer way at none by more than 6 %; the other way is up to 1.6 times as dear.
const TURNED: f64 = 1.5;

/// What an analysis is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignParams {
    /// Outer folds.
    pub folds: usize,
    /// Folds inside the training rows, in which penalties are chosen.
    pub inner_folds: usize,
    /// Rows left out on both sides of every held-out stretch, outer and inner.
    pub gap: usize,
    /// Penalties to choose from.
    pub penalties: PenaltyGrid,
    /// Principal components per layer; without a number the features are used as they are.
    pub components: Option<usize>,
    /// The unit of the features, and with it of the penalties.
    pub unit: FeatureUnit,
    /// Rows per held-out block for resampling, at least.
    pub block: usize,
}

/// How rows are held out, where [`DesignParams`] do not say it all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Division {
    /// The outer folds.
    pub outer: Scheme,
    /// The folds inside the training rows of each outer fold, in which penalties are chosen.
    pub inner: Scheme,
    /// What is left out on both sides of every held-out stretch, outer and inner.
    pub gap: Gap,
}

/// The unit of the features, and with it of the penalties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeatureUnit {
    /// As they come.
    #[default]
    Own,
    /// Divided by one number per fold and layer, the root of their mean variance on training rows,
    /// so that a penalty means the same at every layer. They are not whitened.
    RootMeanVariance,
    /// Each divided by its own standard deviation on the training rows of a fold, and 0 where it does not vary there, as
    /// scikit-learn's `StandardScaler` fitted on them; components are made of what comes out, and stay in their unit.
    Columns,
}

/// What is fitted on what, and what it is scored on.
#[derive(Debug, Clone)]
pub struct Design {
    rows: usize,
    folds: Vec<Fold>,
    inner: Vec<Vec<Fold>>,
    params: DesignParams,
}

impl Design {
    /// A plan for `rows` rows.
    ///
    /// # Errors
    /// [`Error::Folds`] or [`Error::Gap`] if the rows do not suffice.
    pub fn new(rows: usize, params: DesignParams) -> Result<Self, Error> {
        let folds = contiguous_folds(rows, params.folds, params.gap)?;
        let inner = folds.iter().map(|fold| fold.inner(params.inner_folds, params.gap)).collect::<Result<_, _>>()?;
        Ok(Self { rows, folds, inner, params })
    }

    /// A plan for the rows of `runs`, divided as `division` says; the folds and the gap of `params` are not read.
    ///
    /// # Errors
    /// As [`Scheme::folds`] and [`Scheme::inner`].
    pub fn divided(runs: &Runs, division: &Division, params: DesignParams) -> Result<Self, Error> {
        let folds = division.outer.folds(runs, division.gap)?;
        let inner = folds.iter().map(|fold| division.inner.inner(fold, runs, division.gap));
        Ok(Self { rows: runs.rows(), inner: inner.collect::<Result<_, _>>()?, folds, params })
    }

    /// What each fold holds out, learns from and loses.
    pub fn fold_table(&self) -> Vec<FoldRow> {
        fold_table(&self.folds, &self.inner)
    }

    /// The outer folds.
    pub fn folds(&self) -> &[Fold] {
        &self.folds
    }

    /// The folds inside the training rows of outer fold `fold`.
    pub fn inner(&self, fold: usize) -> &[Fold] {
        &self.inner[fold]
    }

    /// The penalties to choose from.
    pub fn penalties(&self) -> &PenaltyGrid {
        &self.params.penalties
    }

    /// The held-out blocks of outer fold `fold`, each at least the block length (a shorter rest joins the last).
    pub fn blocks(&self, fold: usize) -> Vec<Range<usize>> {
        self.folds[fold].test.iter().flat_map(|stretch| self.blocks_within(stretch)).collect()
    }

    /// The same of one of its stretches.
    pub(crate) fn blocks_within(&self, stretch: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
        let (start, len) = (stretch.start, stretch.len());
        let n = (len / self.params.block.max(2)).max(1);
        let edge = move |i: usize| start + len * i / n;
        (0..n).map(move |i| edge(i)..edge(i + 1))
    }

    /// Features `(rows, width)` as principal components, fitted in every outer fold on its training rows.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if the features do not fit the plan, [`Error::Ridge`] if they are all constant.
    pub fn reduce(&self, features: ArrayView2<f64>) -> Result<Reduced, Error> {
        self.check("features", features)?;
        if self.params.components.is_none() && self.params.unit == FeatureUnit::Own {
            return Ok(Reduced::Same(features.to_owned()));
        }
        if let Some(components) = self.params.components
            && self.pays(features.ncols(), components.min(features.ncols()))
        {
            return self.project(features, components);
        }
        let folds = self.folds.iter().map(|fold| self.reduce_on(fold, features)).collect::<Result<_, _>>()?;
        Ok(Reduced::PerFold(folds))
    }

    /// Whether `components` of so many `columns` cost less as directions among them.
    ///
    /// Sums over n rows are then formed of c columns once, and not of k components in each of F folds, but those of every
    /// training and held-out set S are turned from columns to components: n (F k - c) saved against S k c. With more columns
    /// than rows they never do, as there are no fewer sets than folds.
    fn pays(&self, columns: usize, components: usize) -> bool {
        let sets: usize = self.inner.iter().map(|inner| 1 + 2 * inner.len()).sum();
        let (summed, once) = (self.rows * self.folds.len() * components, self.rows * columns);
        summed as f64 - once as f64 >= TURNED * (sets * components * columns) as f64
    }

    /// The components as directions among `features`, which all folds share.
    fn project(&self, features: ArrayView2<f64>, components: usize) -> Result<Reduced, Error> {
        let basis = |fold: &Fold| {
            let mut train = rows_of(features, &fold.train);
            let units = self.columns(train.view());
            train *= &units;
            let pca = Pca::of(train.view(), components)?;
            let basis = pca.components().t().to_owned();
            let scale = self.scale(|| product((&train - &pca.mean()).view(), basis.view()));
            Ok::<_, Error>(basis / scale * units.insert_axis(Axis(1)))
        };
        let bases = self.folds.iter().map(basis).collect::<Result<_, _>>()?;
        let mean = features.mean_axis(Axis(0)).expect("a plan has rows");
        Ok(Reduced::Projected { features: &features - &mean, bases })
    }

    /// Features of this plan with no more than `components` principal components, fitted as in [`Design::reduce`] and in
    /// the plan's unit: those that the same plan with fewer components would have made.
    ///
    /// # Errors
    /// [`Error::Ridge`] if the features are all constant, or no component is asked for.
    ///
    /// # Panics
    /// The features are of another plan.
    pub fn cut(&self, features: &Reduced, components: usize) -> Result<Reduced, Error> {
        // What is cut has the unit already; components divided by their own deviations would be others.
        let unit = if self.params.unit == FeatureUnit::Columns { FeatureUnit::Own } else { self.params.unit };
        let params = DesignParams { components: Some(components), unit, ..self.params.clone() };
        let plan = Self { params, ..self.clone() };
        let folds = self.folds.iter().enumerate();
        let cut = folds.map(|(at, fold)| plan.reduce_on(fold, features.of_fold(at).view()));
        Ok(Reduced::PerFold(cut.collect::<Result<_, _>>()?))
    }

    /// The fewest principal components that hold `share` of the variance of features of this plan on the training rows of a
    /// fold, the fewest over folds; 0 if nothing varies.
    ///
    /// # Errors
    /// [`Error::Ridge`] with fewer than two training rows.
    ///
    /// # Panics
    /// The features are of another plan.
    pub fn components_for(&self, share: f64, features: &Reduced) -> Result<usize, Error> {
        let folds = self.folds.iter().enumerate();
        let of_fold = |(at, fold): (usize, &Fold)| -> Result<usize, Error> {
            let e = variances(rows_of(features.of_fold(at).view(), &fold.train).view())?;
            Ok(components_for(share, e.view()))
        };
        Ok(folds.map(of_fold).collect::<Result<Vec<_>, _>>()?.into_iter().min().unwrap_or(0))
    }

    fn reduce_on(&self, fold: &Fold, features: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        let mut train = rows_of(features, &fold.train);
        let units = self.columns(train.view());
        let mut reduced = match self.params.components {
            Some(components) if self.params.unit == FeatureUnit::Columns => {
                train *= &units;
                let pca = Pca::params(components).fit(&DatasetBase::from(train))?;
                pca.transform((&features * &units).view())
            }
            Some(components) => {
                let pca = Pca::params(components).fit(&DatasetBase::from(train))?;
                pca.transform(features)
            }
            None => (&features - &train.mean_axis(Axis(0)).expect("a fold has training rows")) * &units,
        };
        reduced /= self.scale(|| rows_of(reduced.view(), &fold.train));
        Ok(reduced)
    }

    /// What each feature is multiplied by that is `train` on the training rows of a fold, `(rows, width)`.
    fn columns(&self, train: ArrayView2<f64>) -> Array1<f64> {
        if self.params.unit != FeatureUnit::Columns {
            return Array1::ones(train.ncols());
        }
        let unit = |column: ArrayView1<f64>| {
            let (mean, sd) = (column.mean().unwrap_or(0.0), column.std(0.0));
            // What is left of a constant is rounding.
            if sd <= f64::EPSILON * mean.abs() { 0.0 } else { sd.recip() }
        };
        train.columns().into_iter().map(unit).collect()
    }

    /// What features are divided by that are `kept` on the training rows of a fold, about their means.
    fn scale(&self, kept: impl FnOnce() -> Array2<f64>) -> f64 {
        if self.params.unit != FeatureUnit::RootMeanVariance {
            return 1.0;
        }
        let kept = kept();
        let scale = (kept.mapv(|v| v * v).sum() / kept.len().max(1) as f64).sqrt();
        if scale > 0.0 { scale } else { 1.0 }
    }

    pub(crate) fn check(&self, what: &'static str, array: ArrayView2<f64>) -> Result<(), Error> {
        if array.nrows() != self.rows {
            return Err(Error::Rows { what, found: array.nrows(), expected: self.rows });
        }
        finite::check(what, array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(rows: usize, folds: usize, gap: usize) -> Result<Design, Error> {
        let penalties = PenaltyGrid::logarithmic(1.0, 10.0, 2)?;
        let unit = FeatureUnit::Own;
        Design::new(rows, DesignParams { folds, inner_folds: 2, gap, penalties, components: None, unit, block: 15 })
    }

    #[test]
    fn blocks_cover_the_held_out_rows() -> Result<(), Error> {
        let lengths: Vec<usize> = design(362, 6, 16)?.blocks(0).iter().map(Range::len).collect();
        assert_eq!(lengths.iter().sum::<usize>(), 61);
        assert!(lengths.iter().all(|length| *length >= 15));
        Ok(())
    }

    #[test]
    fn cut_features_are_those_of_a_plan_with_fewer_components() -> Result<(), Error> {
        let x = Array2::from_shape_fn((60, 6), |(i, j)| (((i * 7 + 3) * (j * j + 1)) as f64).sin() * (j + 1) as f64);
        let plan = |components| {
            let penalties = PenaltyGrid::logarithmic(1.0, 10.0, 2)?;
            let unit = FeatureUnit::RootMeanVariance;
            Design::new(60, DesignParams { folds: 3, inner_folds: 2, gap: 1, penalties, components, unit, block: 5 })
        };
        let few = plan(Some(2))?.reduce(x.view())?;
        for start in [Some(4), None] {
            let design = plan(start)?;
            let cut = design.cut(&design.reduce(x.view())?, 2)?;
            for fold in 0..3 {
                // What is projected may be off by a constant row.
                let apart = few.of_fold(fold).as_ref() - cut.of_fold(fold).as_ref();
                let apart = &apart - &apart.row(0);
                assert!(apart.iter().all(|d| d.abs() < 1e-9), "{apart}");
            }
        }
        Ok(())
    }

    fn columns(components: Option<usize>) -> Result<Design, Error> {
        let (penalties, unit) = (PenaltyGrid::logarithmic(1.0, 10.0, 2)?, FeatureUnit::Columns);
        Design::new(60, DesignParams { folds: 3, inner_folds: 2, gap: 1, penalties, components, unit, block: 5 })
    }

    /// Waves of very different sizes, and a constant.
    fn waves() -> Array2<f64> {
        let wave = |i: usize, j: usize| (((i * 7 + 3) * (j * j + 1)) as f64).sin() * 10f64.powi(j as i32);
        Array2::from_shape_fn((60, 5), |(i, j)| if j == 4 { 0.3 } else { 50.0 + wave(i, j) })
    }

    #[test]
    fn columns_have_a_deviation_of_one_on_training_rows() -> Result<(), Error> {
        let (x, design) = (waves(), columns(None)?);
        let reduced = design.reduce(x.view())?;
        for (at, fold) in design.folds().iter().enumerate() {
            let (train, found) = (rows_of(x.view(), &fold.train), reduced.of_fold(at));
            let (mean, sd) = (train.mean_axis(Axis(0)).expect("rows"), train.std_axis(Axis(0), 0.0));
            for ((i, j), value) in found.indexed_iter() {
                let expected = if j == 4 { 0.0 } else { (x[[i, j]] - mean[j]) / sd[j] };
                assert!((value - expected).abs() < 1e-9, "{at} {i} {j}: {value} {expected}");
            }
        }
        Ok(())
    }

    #[test]
    fn components_are_made_of_columns_in_their_unit() -> Result<(), Error> {
        let (x, few, all) = (waves(), columns(Some(2))?, columns(None)?);
        let plain = {
            let (penalties, unit) = (PenaltyGrid::logarithmic(1.0, 10.0, 2)?, FeatureUnit::Own);
            let params =
                DesignParams { folds: 3, inner_folds: 2, gap: 1, penalties, components: Some(2), unit, block: 5 };
            Design::new(60, params)?
        };
        let (found, unit) = (few.reduce(x.view())?, all.reduce(x.view())?);
        let (projected, cut) = (columns(Some(5))?.reduce(x.view())?, all.cut(&unit, 2)?);
        assert!(matches!(projected, Reduced::Projected { .. }));
        let again = columns(Some(5))?.cut(&projected, 2)?;
        for (at, fold) in few.folds().iter().enumerate() {
            let expected = plain.reduce_on(fold, unit.of_fold(at).view())?;
            for found in [found.of_fold(at), cut.of_fold(at), again.of_fold(at)] {
                let apart = found.as_ref() - &expected;
                let apart = &apart - &apart.row(0);
                assert!(apart.iter().all(|d| d.abs() < 1e-9), "{apart}");
            }
        }
        Ok(())
    }

    #[test]
    fn variance_is_counted_on_training_rows() -> Result<(), Error> {
        // The second column varies in the last fold alone.
        let x =
            Array2::from_shape_fn((60, 2), |(i, j)| if j == 0 || i >= 40 { ((i * 7 + j) as f64).sin() } else { 0.0 });
        let design = design(60, 3, 0)?;
        let features = design.reduce(x.view())?;
        assert_eq!((design.components_for(1.0 - 1e-9, &features)?, design.components_for(0.1, &features)?), (1, 1));
        let still = design.reduce(Array2::ones((60, 2)).view())?;
        assert_eq!(design.components_for(0.95, &still)?, 0);
        Ok(())
    }

    #[test]
    fn misaligned_features_are_an_error() -> Result<(), Error> {
        let reduced = design(40, 2, 0)?.reduce(Array2::zeros((41, 2)).view());
        assert!(matches!(reduced, Err(Error::Rows { .. })));
        Ok(())
    }

    #[test]
    fn infinite_features_are_named() -> Result<(), Error> {
        let mut features = Array2::zeros((40, 2));
        features[[7, 1]] = f64::INFINITY;
        let error = design(40, 2, 0)?.reduce(features.view()).expect_err("an infinite feature");
        assert!(error.to_string().contains("`inf` in row 7, column 1"), "{error}");
        Ok(())
    }
}
