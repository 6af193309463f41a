//! How much the score of one fold owes to the rows that another fold holds out.
//!
//! The rows held out in fold f train the weights of fold g, and those of g train f, so where weights are mostly noise
//! both folds err alike. Refits without both tell how much.

use std::ops::Range;

use gyrus_ridge::{Nested, NestedFold};
use ndarray::{Array1, Array2, Array3, ArrayView2, ArrayView3, Axis, concatenate, s};
use rayon::prelude::*;

use crate::fit::encoder::beside;
use crate::fit::held_rows::HeldRows;
use crate::fit::reduced::Reduced;
use crate::rows::missing::without_missing;
use crate::{BandedScores, Design, Error, FoldScores};

/// By how much r of each fold falls when its weights do without what another fold holds out.
#[derive(Debug, Clone, PartialEq)]
pub struct FoldInfluence {
    /// d_fg at `[f, g]`, `(folds, folds, targets)`; 0 where f = g, NaN where f and g share no training rows.
    falls: Array3<f64>,
}

impl FoldInfluence {
    /// Refits what gave `scores`, once for every ordered pair of folds f != g:
    /// d_fg = r_f - r of fold f by weights fitted on the rows that both f and g train on, penalties as fold f chose them.
    ///
    /// `features`, `controls`, `(rows, controls)`, and `responses`, `(rows, targets)`, are those that were scored.
    /// Controls alone ([`crate::baseline`]) are features without controls here: their penalties are 0.
    /// Principal components stay those of fold f; they see no response.
    /// With k folds this takes k (k - 1) decompositions, where [`crate::encode`] with j inner folds takes k (1 + j);
    /// none of them tries a grid of penalties.
    /// Folds that share no training rows, as two folds never do, tell nothing: d_fg is then undefined, NaN.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if an array does not fit the plan, [`Error::Ridge`] if a fit fails.
    pub fn of(
        design: &Design,
        features: &Reduced,
        controls: Option<ArrayView2<f64>>,
        responses: ArrayView2<f64>,
        scores: &FoldScores,
    ) -> Result<Self, Error> {
        Self::of_others(design, features, controls, [responses; 2], scores)
    }

    /// The same for scores of [`Encoder::encode_for`](crate::Encoder::encode_for): weights are refitted to the first of
    /// `responses`, the others' `(rows, targets)`, and tried on the second, the listener's own.
    ///
    /// # Errors
    /// As [`FoldInfluence::of`], and [`Error::Entries`] if the targets differ in number.
    pub fn of_others(
        design: &Design,
        features: &Reduced,
        controls: Option<ArrayView2<f64>>,
        responses: [ArrayView2<f64>; 2],
        scores: &FoldScores,
    ) -> Result<Self, Error> {
        let [training, own] = responses;
        let (found, expected) = (own.ncols(), training.ncols());
        if found != expected {
            return Err(Error::Entries { what: "held-out targets", found, expected });
        }
        let (training, own) = (without_missing(design, training)?, without_missing(design, own)?);
        if let Some(controls) = controls {
            design.check("controls", controls)?;
        }
        let (responses, n_controls) = ([training.view(), own.view()], controls.map_or(0, |controls| controls.ncols()));
        let of = |folds: Range<usize>, features: &Array2<f64>, bases: Option<&[Array2<f64>]>| {
            let r: Vec<Array1<f64>> = folds.clone().map(|fold| scores.folds[fold].r()).collect();
            let penalties = scores.penalties().slice_move(s![folds.clone(), ..]);
            let x = beside(controls, features);
            falls(design, folds, (x.view(), n_controls, bases), responses, (&r, penalties))
        };
        let folds = design.folds().len();
        let falls = match features {
            Reduced::Projected { features, bases } => of(0..folds, features, Some(bases))?,
            features => {
                let one = |fold: usize| of(fold..fold + 1, &features.of_fold(fold), None);
                let each = (0..folds).into_par_iter().map(one).collect::<Result<Vec<_>, _>>()?;
                let views: Vec<ArrayView3<f64>> = each.iter().map(Array3::view).collect();
                concatenate(Axis(0), &views).expect("every fold has the same targets")
            }
        };
        Ok(Self { falls })
    }

    /// The same for what [`crate::BandedEncoder`] found with `bands`: the penalties a_b of every fold and target stay.
    ///
    /// Ridge with penalties a_b of features P_b is ridge with penalty 1 of features P_b / sqrt(a_b), so every target has
    /// decompositions of its own: k (k - 1) for each.
    ///
    /// # Errors
    /// As [`FoldInfluence::of`], and [`Error::Entries`] if `found` is of other bands.
    pub fn banded(
        design: &Design,
        bands: &[Reduced],
        controls: Option<ArrayView2<f64>>,
        responses: ArrayView2<f64>,
        found: &BandedScores,
    ) -> Result<Self, Error> {
        let responses = without_missing(design, responses)?;
        if let Some(controls) = controls {
            design.check("controls", controls)?;
        }
        let (folds, n_bands, targets) = found.penalties.dim();
        if n_bands != bands.len() {
            return Err(Error::Entries { what: "penalties of bands", found: n_bands, expected: bands.len() });
        }
        let one = |(fold, target): (usize, usize)| {
            let scaled: Vec<Array2<f64>> = (0..n_bands)
                .map(|band| bands[band].of_fold(fold).as_ref() / found.penalties[[fold, band, target]].sqrt())
                .collect();
            let views: Vec<ArrayView2<f64>> = scaled.iter().map(Array2::view).collect();
            let features = concatenate(Axis(1), &views).expect("bands of one plan share its rows");
            let x = beside(controls, &features);
            let (r, penalty) = (found.scores.folds[fold].columns(target..target + 1).r(), Array1::ones(1));
            let y = responses.slice(s![.., target..=target]);
            let reached = (std::slice::from_ref(&r), penalty.view().insert_axis(Axis(0)));
            falls(design, fold..fold + 1, (x.view(), x.ncols() - features.ncols(), None), [y; 2], reached)
        };
        let places: Vec<(usize, usize)> = (0..folds).flat_map(|fold| (0..targets).map(move |t| (fold, t))).collect();
        let columns = places.par_iter().map(|place| one(*place)).collect::<Result<Vec<_>, _>>()?;
        let mut falls = Array3::zeros((folds, folds, targets));
        for ((fold, target), column) in places.into_iter().zip(&columns) {
            falls.slice_mut(s![fold, .., target]).assign(&column.slice(s![0, .., 0]));
        }
        Ok(Self { falls })
    }

    /// Falls that are known, `(folds, folds, targets)`, as [`Self::falls`] gives them.
    ///
    /// # Errors
    /// [`Error::Entries`] if there is not one for every pair of folds.
    pub fn from_falls(falls: Array3<f64>) -> Result<Self, Error> {
        let (found, expected, _) = falls.dim();
        match found == expected {
            true => Ok(Self { falls }),
            false => Err(Error::Entries { what: "folds of influences", found, expected }),
        }
    }

    /// That of predictions which learnt nothing from any fold, scored in the folds of `like`.
    pub fn none(like: &FoldScores) -> Self {
        let (folds, targets) = like.penalties().dim();
        Self { falls: Array3::zeros((folds, folds, targets)) }
    }

    /// The falls d_fg at `[f, g]`, in units of r, `(folds, folds, targets)`; NaN where undefined.
    pub fn falls(&self) -> ArrayView3<'_, f64> {
        self.falls.view()
    }

    /// Some targets alone, as they stand side by side.
    ///
    /// # Panics
    /// There are no such targets.
    pub fn columns(&self, targets: Range<usize>) -> Self {
        Self { falls: self.falls.slice(s![.., .., targets]).to_owned() }
    }

    /// Several listeners side by side, as [`FoldScores::side_by_side`] puts them.
    pub fn side_by_side(listeners: &[&Self]) -> Self {
        let falls: Vec<ArrayView3<f64>> = listeners.iter().map(|listener| listener.falls.view()).collect();
        Self { falls: concatenate(Axis(2), &falls).expect("listeners share their folds") }
    }
}

/// Predictors `(rows, predictors)`, how many of them come first without a penalty, and for each fold the basis within which
/// it reads the others, if there are such.
type Predictors<'a> = (ArrayView2<'a, f64>, usize, Option<&'a [Array2<f64>]>);

/// d_fg of each fold f of `folds`, `(folds f, folds, targets)`; weights are fitted to the first of the responses and scored
/// on the second, and fold f reached r with penalties `(folds f, targets)`.
fn falls(
    design: &Design,
    folds: Range<usize>,
    (x, n_controls, bases): Predictors,
    [training, own]: [ArrayView2<f64>; 2],
    (r, penalties): (&[Array1<f64>], ArrayView2<f64>),
) -> Result<Array3<f64>, Error> {
    let train = |(f, g): (usize, usize)| (f, g, shared(&design.folds()[f].train, &design.folds()[g].train));
    let others = |f: usize| (0..design.folds().len()).filter(move |g| *g != f).map(move |g| (f, g));
    let (told, untold): (Vec<_>, Vec<_>) =
        folds.clone().flat_map(others).map(train).partition(|(.., train)| !train.is_empty());
    let mut falls = Array3::zeros((folds.len(), design.folds().len(), own.ncols()));
    untold.iter().for_each(|(f, g, _)| falls.slice_mut(s![f - folds.start, *g, ..]).fill(f64::NAN));
    let sets: Vec<NestedFold> =
        told.iter().map(|(.., train)| NestedFold { training: train.clone(), inner: Vec::new() }).collect();
    let nested = match bases {
        Some(bases) => {
            let bases: Vec<Array2<f64>> = told.iter().map(|(f, ..)| bases[*f].clone()).collect();
            Nested::within(x, n_controls, &sets, &bases)?
        }
        None => Nested::new(x, n_controls, &sets)?,
    };
    let of_set: Vec<usize> = told.iter().map(|(f, ..)| f - folds.start).collect();
    let ridges = nested.refit(training, penalties.select(Axis(0), &of_set).view())?;
    let held_out = folds.clone().map(|f| HeldRows::of(design, f, x, own)).collect::<Result<Vec<_>, Error>>()?;
    for ((f, g, _), ridge) in told.iter().zip(&ridges) {
        let f = f - folds.start;
        falls.slice_mut(s![f, *g, ..]).assign(&(&r[f] - &held_out[f].r(ridge)));
    }
    Ok(falls)
}

/// The rows that are in both lists of stretches, each list in order.
fn shared(a: &[Range<usize>], b: &[Range<usize>]) -> Vec<Range<usize>> {
    let both = a.iter().flat_map(|a| b.iter().map(move |b| a.start.max(b.start)..a.end.min(b.end)));
    both.filter(|stretch| !stretch.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_ridge::{PenaltyGrid, Ridge, rows_of};
    use linfa::Dataset;
    use linfa::traits::{Fit, Predict};
    use ndarray::s;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;
    use crate::fit::design::FeatureUnit;
    use crate::{DesignParams, Jackknife, Weights, baseline, correlation, encode};

    fn design(rows: usize, components: Option<usize>) -> Result<Design, Error> {
        folded(4, rows, components)
    }

    fn folded(folds: usize, rows: usize, components: Option<usize>) -> Result<Design, Error> {
        let penalties = PenaltyGrid::logarithmic(1.0, 100.0, 3)?;
        let unit = FeatureUnit::Own;
        Design::new(rows, DesignParams { folds, inner_folds: 2, gap: 3, penalties, components, unit, block: 10 })
    }

    fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || rng.sample(StandardNormal))
    }

    /// Fitted and predicted row by row without the shared moments.
    #[test]
    fn equals_its_definition() -> Result<(), Box<dyn std::error::Error>> {
        let (design, x) = (design(120, None)?, gaussian(120, 5, 1));
        let y = &gaussian(120, 2, 2) + &x.slice(s![.., ..2]);
        let features = design.reduce(x.view())?;
        let scores = encode(&design, &features, None, y.view())?;
        let found = FoldInfluence::of(&design, &features, None, y.view(), &scores)?;
        let (f, g) = (0, 2);
        let train = shared(&design.folds()[f].train, &design.folds()[g].train);
        for target in 0..2 {
            let y = y.slice(s![.., target..=target]);
            let data = Dataset::new(rows_of(x.view(), &train), rows_of(y, &train));
            let fit = Ridge::params().penalty(scores.penalties()[[f, target]]).fit(&data)?;
            let held = &design.folds()[f].test;
            let predicted: Array2<f64> = fit.predict(&rows_of(x.view(), held));
            let r = correlation(predicted.column(0), rows_of(y, held).column(0));
            assert_abs_diff_eq!(found.falls()[[f, g, target]], scores.r()[[f, target]] - r, epsilon = 1e-9);
            assert_eq!(found.falls()[[f, f, target]], 0.0);
        }
        Ok(())
    }

    /// The baseline by linfa's least squares is a ridge without a penalty.
    #[test]
    fn controls_alone_have_an_influence_too() -> Result<(), Error> {
        let (design, x, y) = (design(120, None)?, gaussian(120, 2, 3), gaussian(120, 1, 4));
        let alone = baseline(&design, x.view(), y.view())?;
        let alone = FoldInfluence::of(&design, &Reduced::Same(x.clone()), None, y.view(), &alone)?;
        let nothing = Reduced::Same(gaussian(120, 1, 5) * 1e-9);
        let joint = encode(&design, &nothing, Some(x.view()), y.view())?;
        let joint = FoldInfluence::of(&design, &nothing, Some(x.view()), y.view(), &joint)?;
        assert_abs_diff_eq!(alone.falls(), joint.falls(), epsilon = 1e-6);
        Ok(())
    }

    #[test]
    fn components_of_each_fold_are_kept() -> Result<(), Error> {
        let (design, x, y) = (design(120, Some(3))?, gaussian(120, 6, 6), gaussian(120, 2, 7));
        let features = design.reduce(x.view())?;
        let scores = encode(&design, &features, None, y.view())?;
        let found = FoldInfluence::of(&design, &features, None, y.view(), &scores)?;
        assert!(found.falls().iter().all(|fall| fall.is_finite() && fall.abs() < 0.5));
        Ok(())
    }

    /// What one of two folds trains on, the other holds out.
    /// Bands with one penalty for all are features with that penalty.
    #[test]
    fn equal_penalties_of_bands_are_one_penalty() -> Result<(), Error> {
        let (design, x, c) = (design(120, Some(3))?, gaussian(120, 6, 10), gaussian(120, 1, 11));
        let y = &gaussian(120, 2, 12) + &x.slice(s![.., ..2]);
        let bands = [design.reduce(x.slice(s![.., ..4]))?, design.reduce(x.slice(s![.., 4..]))?];
        let joint = Reduced::side_by_side(&bands).expect("two bands");
        let scores = encode(&design, &joint, Some(c.view()), y.view())?;
        let one = FoldInfluence::of(&design, &joint, Some(c.view()), y.view(), &scores)?;
        let penalties = ndarray::stack![Axis(1), scores.penalties(), scores.penalties()];
        let found = BandedScores { scores, penalties };
        let banded = FoldInfluence::banded(&design, &bands, Some(c.view()), y.view(), &found)?;
        assert_abs_diff_eq!(one.falls(), banded.falls(), epsilon = 1e-9);
        let other = FoldInfluence::banded(&design, &bands[..1], Some(c.view()), y.view(), &found);
        assert!(matches!(other, Err(Error::Entries { found: 2, expected: 1, .. })));
        Ok(())
    }

    #[test]
    fn two_folds_tell_nothing() -> Result<(), Error> {
        let (design, x, y) = (folded(2, 120, None)?, gaussian(120, 3, 8), gaussian(120, 2, 9));
        let features = design.reduce(x.view())?;
        let scores = encode(&design, &features, None, y.view())?;
        let found = FoldInfluence::of(&design, &features, None, y.view(), &scores)?;
        let undefined = |((f, g, _), fall): ((usize, usize, usize), &f64)| fall.is_nan() == (f != g);
        assert!(found.falls().indexed_iter().all(undefined));
        let interval = Jackknife::new(&scores, &found, &[Weights::mean(2, 0)])?[0].estimate();
        assert!(interval.value.is_finite() && interval.low.is_nan() && interval.high.is_nan());
        Ok(())
    }

    #[test]
    fn only_rows_in_both_are_shared() {
        assert_eq!(shared(&[0..5, 8..12], &[2..9, 11..20]), [2..5, 8..9, 11..12]);
    }
}
