//! Ridge on top of controls: the controls carry no penalty, the features do.
//!
//! argmin over A, B of ||Y - C A - P B||^2 + a ||B||^2; a large penalty gives back the controls alone, so the two
//! models are nested and their difference is what the features add.

use std::ops::Range;

use gyrus_ridge::{InnerRows, Nested, NestedFold, Ridge, Rule};
use linfa::traits::Predict;
use ndarray::{Array2, ArrayView2, Axis, CowArray, Ix2, concatenate, s};

use crate::fit::held_out::Blocks;
use crate::fit::reduced::Reduced;
use crate::rows::missing::without_missing;
use crate::{Design, Error, FoldScores};

/// Features and controls, decomposed in every training set of a design; it serves any responses to them.
#[derive(Debug)]
pub struct Encoder<'a> {
    design: &'a Design,
    /// Controls and features side by side with the outer folds that read them, in order.
    parts: Vec<Part>,
}

/// Outer folds that share their features.
#[derive(Debug)]
struct Part {
    /// `(rows, controls + features)`.
    x: Array2<f64>,
    nested: Nested,
}

impl<'a> Encoder<'a> {
    /// Decomposes `features`, and `controls`, `(rows, controls)`, if there are any.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if an array does not fit the plan, [`Error::Ridge`] if a decomposition fails.
    pub fn new(design: &'a Design, features: &Reduced, controls: Option<ArrayView2<f64>>) -> Result<Self, Error> {
        Self::over(design, features, controls, |fold| inner_rows(design, fold))
    }

    /// The same without inner folds: it can refit, but not choose, and [`Encoder::encode`] fails.
    ///
    /// # Errors
    /// As [`Encoder::new`].
    pub fn for_refits(
        design: &'a Design,
        features: &Reduced,
        controls: Option<ArrayView2<f64>>,
    ) -> Result<Self, Error> {
        Self::over(design, features, controls, |_| Vec::new())
    }

    fn over(
        design: &'a Design,
        features: &Reduced,
        controls: Option<ArrayView2<f64>>,
        inner: impl Fn(usize) -> Vec<InnerRows>,
    ) -> Result<Self, Error> {
        if let Some(controls) = controls {
            design.check("controls", controls)?;
        }
        let folds = design.folds().iter().enumerate();
        let folds: Vec<NestedFold> =
            folds.map(|(i, fold)| NestedFold { training: fold.train.clone(), inner: inner(i) }).collect();
        let n_controls = controls.map_or(0, |controls| controls.ncols());
        let part = |(features, folds): (&Array2<f64>, &[NestedFold])| {
            let x = beside(controls, features);
            Ok(Part { nested: Nested::new(x.view(), n_controls, folds)?, x })
        };
        let parts = match features {
            Reduced::Projected { features, bases } => {
                let x = beside(controls, features);
                vec![Part { nested: Nested::within(x.view(), n_controls, &folds, bases)?, x }]
            }
            Reduced::Same(features) => vec![part((features, &folds))?],
            Reduced::PerFold(features) => {
                features.iter().zip(folds.chunks(1)).map(part).collect::<Result<_, Error>>()?
            }
        };
        Ok(Self { design, parts })
    }

    /// Scores for `responses`, `(rows, targets)`: a penalty for each target, chosen in the inner folds, and r on held-out rows.
    ///
    /// A target with a missing value (NaN) is undefined: see [`missing`](crate::missing).
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if the responses do not fit the plan, [`Error::Ridge`] if a fit fails.
    pub fn encode(&self, responses: ArrayView2<f64>, rule: &Rule) -> Result<FoldScores, Error> {
        self.encode_for(responses, responses, rule)
    }

    /// Scores for `held_out` by what was learnt from `training`, both `(rows, targets)`: weights from the training rows of
    /// `training`, penalties in the inner folds of the same, r on the held-out rows of `held_out`.
    ///
    /// With the responses of others in `training`, neither the rows nor whose they are have been seen.
    /// A target with a missing value (NaN) in either is undefined.
    ///
    /// # Errors
    /// As [`Encoder::encode`], and [`Error::Entries`] if the targets differ in number.
    pub fn encode_for(
        &self,
        training: ArrayView2<f64>,
        held_out: ArrayView2<f64>,
        rule: &Rule,
    ) -> Result<FoldScores, Error> {
        let (training, held_out) = self.pair(training.view(), held_out.view())?;
        let mut fits = Vec::new();
        for part in &self.parts {
            let fitted = part.nested.fit(training.view(), self.design.penalties(), rule)?;
            fits.extend(fitted.into_iter().map(|fit| (&part.x, fit.ridge, fit.choice.penalties)));
        }
        let penalties = stacked(fits.iter().map(|(_, _, penalties)| penalties.view()), training.ncols());
        Ok(scores(self.design, fits.iter().map(|(x, ridge, _)| (*x, ridge)), held_out.view(), penalties))
    }

    /// Responses to learn from and responses to score, of as many targets.
    fn pair<'r>(&self, training: ArrayView2<'r, f64>, held_out: ArrayView2<'r, f64>) -> Result<Pair<'r>, Error> {
        let (found, expected) = (held_out.ncols(), training.ncols());
        if found != expected {
            return Err(Error::Entries { what: "held-out targets", found, expected });
        }
        let same = training.as_ptr() == held_out.as_ptr() && training.strides() == held_out.strides();
        let learnt = without_missing(self.design, training)?;
        // Mostly the two are one, and are looked through once.
        let scored = if same { learnt.clone() } else { without_missing(self.design, held_out)? };
        Ok((learnt, scored))
    }

    /// The plan.
    pub(crate) fn design(&self) -> &'a Design {
        self.design
    }

    /// The same with given penalties, `(folds, targets)`: for nulls, which refit the weights and keep the penalties.
    ///
    /// # Errors
    /// As [`Encoder::encode`], and [`Error::Ridge`] if the penalties are of other folds or targets.
    pub fn refit(&self, responses: ArrayView2<f64>, penalties: ArrayView2<f64>) -> Result<FoldScores, Error> {
        self.refit_for(responses, responses, penalties)
    }

    /// As [`Encoder::encode_for`] with given penalties, `(folds, targets)`; 0 is least squares.
    ///
    /// # Errors
    /// As [`Encoder::encode_for`] and [`Encoder::refit`].
    pub fn refit_for(
        &self,
        training: ArrayView2<f64>,
        held_out: ArrayView2<f64>,
        penalties: ArrayView2<f64>,
    ) -> Result<FoldScores, Error> {
        let (training, held_out) = self.pair(training.view(), held_out.view())?;
        let (mut fits, mut first) = (Vec::new(), 0);
        for part in &self.parts {
            let last = (first + part.nested.n_folds()).min(penalties.nrows());
            let ridges = part.nested.refit(training.view(), penalties.slice(s![first..last, ..]))?;
            fits.extend(ridges.into_iter().map(|ridge| (&part.x, ridge)));
            first = last;
        }
        Ok(scores(self.design, fits.iter().map(|(x, ridge)| (*x, ridge)), held_out.view(), penalties.to_owned()))
    }
}

/// Responses to learn from and responses to score.
type Pair<'r> = (CowArray<'r, f64, Ix2>, CowArray<'r, f64, Ix2>);

/// What the fits of all outer folds reach on the rows that each has not seen.
pub(crate) fn scores<'f>(
    design: &Design,
    fits: impl Iterator<Item = (&'f Array2<f64>, &'f Ridge)>,
    responses: ArrayView2<f64>,
    penalties: Array2<f64>,
) -> FoldScores {
    let held_out =
        |(fold, (x, ridge)): (usize, (&Array2<f64>, &Ridge))| held_out(design, fold, x.view(), ridge, responses);
    FoldScores::new(fits.enumerate().map(held_out).collect(), penalties)
}

/// The rows of the inner folds of outer fold `fold`.
pub(crate) fn inner_rows(design: &Design, fold: usize) -> Vec<InnerRows> {
    let rows = |fold: &crate::Fold| InnerRows { training: fold.train.clone(), held_out: fold.test.clone() };
    design.inner(fold).iter().map(rows).collect()
}

/// Scores of `features` for `responses`, `(rows, targets)`, on top of `controls`, `(rows, controls)`, if there are any.
///
/// One penalty per target, chosen in the inner folds by squared error; everything is learnt on training rows.
///
/// # Errors
/// As [`Encoder::new`] and [`Encoder::encode`].
pub fn encode(
    design: &Design,
    features: &Reduced,
    controls: Option<ArrayView2<f64>>,
    responses: ArrayView2<f64>,
) -> Result<FoldScores, Error> {
    Encoder::new(design, features, controls)?.encode(responses, &Rule::default())
}

/// As [`encode`] with given penalties, `(folds, targets)`: for nulls, which refit the weights and keep the penalties.
///
/// # Errors
/// As [`Encoder::new`] and [`Encoder::refit`].
pub fn refit(
    design: &Design,
    features: &Reduced,
    controls: Option<ArrayView2<f64>>,
    responses: ArrayView2<f64>,
    penalties: ArrayView2<f64>,
) -> Result<FoldScores, Error> {
    Encoder::for_refits(design, features, controls)?.refit(responses, penalties)
}

/// What the fit `ridge` of predictors `x`, `(rows, predictors)`, reaches on the held-out rows of fold `fold`.
pub(crate) fn held_out(
    design: &Design,
    fold: usize,
    x: ArrayView2<f64>,
    ridge: &Ridge,
    responses: ArrayView2<f64>,
) -> Blocks {
    let stretch = |stretch: &Range<usize>| {
        let rows = s![stretch.clone(), ..];
        let blocks: Vec<_> =
            design.blocks_within(stretch).map(|b| b.start - stretch.start..b.end - stretch.start).collect();
        Blocks::of(ridge.predict(&x.slice(rows)).view(), responses.slice(rows), &blocks)
    };
    Blocks::in_turn(&design.folds()[fold].test.iter().map(stretch).collect::<Vec<_>>())
}

/// Controls, if there are any, and features side by side, `(rows, controls + features)`.
pub(crate) fn beside(controls: Option<ArrayView2<f64>>, features: &Array2<f64>) -> Array2<f64> {
    match controls {
        Some(controls) => concatenate(Axis(1), &[controls.view(), features.view()]).expect("both have the plan's rows"),
        None => features.clone(),
    }
}

/// One row of penalties per fold.
fn stacked<'f>(rows: impl Iterator<Item = ndarray::ArrayView1<'f, f64>>, targets: usize) -> Array2<f64> {
    let mut all = Array2::zeros((0, targets));
    rows.for_each(|row| all.push_row(row).expect("a penalty for each target"));
    all
}
