//! Linear predictivity: how well ridge from one representation predicts the columns of another on rows it has not seen.

mod folds;
mod held_out;

use gyrus_ridge::{Nested, PenaltyGrid, Rule};
use ndarray::{Array2, ArrayView2, s};

use self::folds::{Fold, folds};
use self::held_out::Scores;
use crate::checks::{check, varies};
use crate::columns::{centred, normalised};
use crate::error::Error;
use crate::rotated::rotated;

/// Fewest and most columns that are predicted at a time.
const COLUMNS: (usize, usize) = (16, 1024);

/// Numbers of 64 bits that a feature and a column together take while penalties are chosen in one fold.
const NUMBERS: usize = 4;

/// How rows are cut and which penalties are tried.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictivityParams {
    /// Contiguous stretches that are held out in turn.
    pub outer: usize,
    /// Stretches of the training rows in which penalties are chosen.
    pub inner: usize,
    /// Rows left out on either side of held-out ones, because neighbouring rows share signal.
    pub gap: usize,
    /// Penalties, in units of the mean squared length of the centred rows that are predicted from.
    pub penalties: PenaltyGrid,
}

/// Five outer and five inner folds without a gap, and nine penalties from 1e-3 to 1e5.
impl Default for PredictivityParams {
    fn default() -> Self {
        let penalties = PenaltyGrid::logarithmic(1e-3, 1e5, 9).expect("both ends are positive");
        Self { outer: 5, inner: 5, gap: 0, penalties }
    }
}

/// How well representations predict each other, each (from, to).
#[derive(Debug, Clone, PartialEq)]
pub struct Predictivity {
    /// Mean over the columns of `to` of r of prediction and column on held-out rows, itself the mean over folds.
    pub r: Array2<f64>,
    /// Mean over the same columns of R^2 = 1 - sum (y - p)^2 / sum (y - m)^2 with m the training mean, over folds.
    pub r2: Array2<f64>,
    /// How many columns of `to` have no r in some fold, because they or their prediction do not vary there.
    pub undefined: Array2<usize>,
}

/// Linear predictivity between all representations (n, p_i) of the same n rows, from each to each.
///
/// For every column y of `to`, about its mean in the training rows, ridge from all columns X of `from`:
/// b = argmin ||y - X b||^2 + a ||b||^2, a chosen for each column by squared error in inner folds.
/// Scores are of contiguous held-out stretches that neither weights nor penalties have seen, and r is about the means of
/// each stretch (Yamins et al. 2014 and Conwell et al. 2024 compare models with brains so; here both are representations).
/// It is directed: what predicts need not be predicted.
///
/// X is scaled as a whole so that its centred rows have a mean squared length of 1, and turned without loss to n columns
/// where it has more (LQ): rotations and scalings of `from` change nothing but rounding.
/// Rotations of `to` change the mean over columns.
///
/// A column that has no r in some fold is left out and counted; where none is left, or where `from` does not vary, the
/// entry is NaN.
/// `memory` bounds what is taken for the columns that are predicted together, at least 16; beside it stand the
/// decomposition of one outer fold, about 2 (inner + 1) k^2 numbers of 64 bits for k = min(n, p), and both representations.
/// Results change with it by rounding only, and not at all with the number of threads.
/// `progress` is told how many folds of how many pairs are done.
///
/// # Errors
/// The numbers of rows differ, a value is not finite, the folds cannot be cut, or ridge cannot be fitted.
///
/// # Example
/// ```
/// use gyrus_similarity::{PredictivityParams, linear_predictivity};
/// use ndarray::{Array2, s};
///
/// let x = Array2::from_shape_fn((60, 2), |(i, j)| ((i * (3 + 4 * j)) as f32).sin());
/// let y = x.slice(s![.., ..1]);
/// let found = linear_predictivity(&[x.view(), y], &PredictivityParams::default(), 1 << 20, &mut |_, _| {})?;
/// assert!(found.r[[0, 1]] > 0.99 && found.r[[1, 0]] < 0.9);
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn linear_predictivity(
    representations: &[ArrayView2<f32>],
    params: &PredictivityParams,
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Predictivity, Error> {
    let n = check(representations, "linear predictivity", 0)?;
    let layers = representations.len();
    let undefined = Array2::from_elem((layers, layers), f64::NAN);
    let mut found = Predictivity { r: undefined.clone(), r2: undefined, undefined: Array2::zeros((layers, layers)) };
    if layers == 0 {
        return Ok(found);
    }
    let folds = folds(n, params.outer, params.inner, params.gap)?;
    let total = (layers * layers * folds.len()) as u64;
    for (from, values) in representations.iter().enumerate() {
        let before = (from * layers * folds.len()) as u64;
        let mut scores: Vec<Scores> = representations.iter().map(|to| Scores::new(to.ncols())).collect();
        match normalised(values.view()) {
            Some(x) => {
                let x = rotated(x) * (n as f64).sqrt();
                let from = From { index: from, x, params, memory };
                from.predict(representations, &folds, &mut scores, &mut |done| progress(before + done, total))?;
            }
            None => {
                scores.iter_mut().for_each(Scores::undefine);
                progress(before + (layers * folds.len()) as u64, total);
            }
        }
        for (to, scores) in scores.iter().enumerate() {
            let at = [from, to];
            (found.r[at], found.r2[at], found.undefined[at]) = scores.means(folds.len());
        }
    }
    Ok(found)
}

/// What is predicted from, (n, k) with k <= n.
struct From<'a> {
    index: usize,
    x: Array2<f64>,
    params: &'a PredictivityParams,
    memory: usize,
}

impl From<'_> {
    /// Adds the scores of every fold to those of every representation; the training rows of a fold are decomposed once.
    fn predict(
        &self,
        representations: &[ArrayView2<f32>],
        folds: &[Fold],
        scores: &mut [Scores],
        done: &mut dyn FnMut(u64),
    ) -> Result<(), Error> {
        let mut count = 0;
        for fold in folds {
            let nested = Nested::new(self.x.view(), 0, std::slice::from_ref(&fold.nested));
            let nested = nested.map_err(|error| self.failed(&error))?;
            for (to, scores) in representations.iter().zip(scores.iter_mut()) {
                for start in (0..to.ncols()).step_by(self.columns()) {
                    let columns = start..to.ncols().min(start + self.columns());
                    self.score(&nested, fold, to.slice(s![.., columns]), start, scores)?;
                }
                count += 1;
                done(count);
            }
        }
        Ok(())
    }

    /// Adds the scores of some columns, the first of which is column `start`.
    fn score(
        &self,
        nested: &Nested,
        fold: &Fold,
        y: ArrayView2<f32>,
        start: usize,
        scores: &mut Scores,
    ) -> Result<(), Error> {
        if !varies(y) {
            (start..start + y.ncols()).for_each(|column| scores.add(column, f64::NAN, f64::NAN));
            return Ok(());
        }
        let y = centred(y);
        let fits = nested.fit(y.view(), &self.params.penalties, &Rule::default());
        let fits = fits.map_err(|error| self.failed(&error))?;
        let ridge = &fits.first().expect("one fit for one fold").ridge;
        let rows = s![fold.held_out.clone(), ..];
        let predicted = gyrus_ridge::product((&self.x.slice(rows) - &ridge.mean_x()).view(), ridge.weights());
        let held = &y.slice(rows) - &ridge.mean_y();
        for (column, (p, y)) in (start..).zip(predicted.columns().into_iter().zip(held.columns())) {
            let (r, r2) = held_out::score(p, y);
            scores.add(column, r, r2);
        }
        Ok(())
    }

    /// Columns that are predicted at a time.
    fn columns(&self) -> usize {
        let column = size_of::<f64>() * NUMBERS * (self.params.inner + 1) * self.x.ncols().max(self.x.nrows());
        (self.memory / column).clamp(COLUMNS.0, COLUMNS.1)
    }

    fn failed(&self, error: &gyrus_ridge::Error) -> Error {
        Error::Ridge { from: self.index, reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests;
