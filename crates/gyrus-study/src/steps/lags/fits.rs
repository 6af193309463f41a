//! The fits of layers at lags, and of shifted recordings.

use std::ops::Range;

use gyrus_encoding::{Design, Encoder, FoldScores, Reduced, ResidualNull, RowOrder};
use gyrus_ridge::Rule;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::map::Map;
use super::parts::Part;
use crate::Error;
use crate::settings::{NullPenalties, Share};
use crate::steps::clock::Panel;

/// Bytes of the responses that are fitted together.
const CHUNK: usize = 16 << 20;

/// What everything is fitted with.
pub struct Fits<'a> {
    /// The plan.
    pub design: &'a Design,
    /// The group, whose controls stand beside every layer.
    pub group: Panel,
    /// How penalties are chosen.
    pub rule: Rule,
    /// Which targets share them.
    pub share: Share,
    /// The null's orders of rows.
    pub shifts: Vec<RowOrder>,
    /// Penalties of moved responses.
    pub null_penalties: NullPenalties,
}

/// Responses of some targets at all lags with what the controls alone reach.
#[derive(Debug)]
pub struct Ready {
    /// Their places among the targets of the group.
    targets: Range<usize>,
    /// `(rows, lags x targets)`, lag by lag.
    responses: Array2<f64>,
    /// What the controls explain and leave of them.
    left: ResidualNull,
    /// Columns that are fitted together.
    together: usize,
    /// r of the controls at each column, `(columns)`, and of each shift, `(shifts, columns)`.
    controls: Array1<f64>,
    null: Array2<f64>,
}

impl Fits<'_> {
    /// The responses of `part` with what the controls reach on them, as recorded and shifted.
    ///
    /// # Errors
    /// A refit that fails.
    pub fn ready(&self, part: &Part, responses: Array2<f64>) -> Result<Ready, Error> {
        let together = match self.share {
            Share::All | Share::Groups => part.targets.len(),
            Share::None => (CHUNK / (responses.nrows() * size_of::<f64>()).max(1)).max(1),
        };
        let left = ResidualNull::new(self.group.controls.view(), responses.view())?;
        let (controls, null) = (Array1::zeros(0), Array2::zeros((0, 0)));
        let mut ready = Ready { targets: part.targets.clone(), responses, left, together, controls, null };
        let controls = &self.group.controls;
        let encoder = || Encoder::for_refits(self.design, &Reduced::Same(controls.clone()), None);
        let encoder = (controls.ncols() > 0).then(encoder).transpose()?;
        ready.controls = self.controls(encoder.as_ref(), &ready, None)?;
        let null = self.shifts.par_iter().map(|shift| self.controls(encoder.as_ref(), &ready, Some(shift)));
        let null: Vec<Array1<f64>> = null.collect::<Result<_, _>>()?;
        let views: Vec<_> = null.iter().map(Array1::view).collect();
        ready.null = ndarray::stack(Axis(0), &views).unwrap_or_default();
        Ok(ready)
    }

    /// r of the controls alone, `encoder`, at every column, moved by `shift` if there is one: ridge with a penalty of 0;
    /// 0 without controls.
    fn controls(
        &self,
        encoder: Option<&Encoder>,
        ready: &Ready,
        shift: Option<&RowOrder>,
    ) -> Result<Array1<f64>, Error> {
        let Some(encoder) = encoder else { return Ok(Array1::zeros(ready.responses.ncols())) };
        let folds = self.design.folds().len();
        ready.scores(shift, |columns, _| Ok(encoder.refit(columns, Array2::zeros((folds, columns.ncols())).view())?))
    }

    /// Puts one layer into `map`, at the targets of `ready`.
    ///
    /// # Errors
    /// A fit that fails.
    pub fn layer(&self, features: &Reduced, layer: usize, ready: &Ready, map: &mut Map) -> Result<(), Error> {
        let (n, folds) = (ready.targets.len(), self.design.folds().len());
        let mut penalties = Array2::zeros((folds, ready.responses.ncols()));
        let encoder = Encoder::new(self.design, features, Some(self.group.controls.view()))?;
        let r = ready.scores(None, |columns, first| {
            let scores = encoder.encode(columns, &self.rule)?;
            penalties.slice_mut(s![.., first..first + columns.ncols()]).assign(&scores.penalties());
            Ok(scores)
        })?;
        let added = &r - &ready.controls;
        for (column, (r, added)) in r.iter().zip(&added).enumerate() {
            let cell = [layer, column / n, ready.targets.start + column % n];
            (map.r[cell], map.added[cell]) = (*r, *added);
        }
        self.see_null(&encoder, ready, penalties.view(), map)
    }

    /// Shows `map` what the layer adds on every shifted recording.
    fn see_null(
        &self,
        encoder: &Encoder,
        ready: &Ready,
        penalties: ArrayView2<f64>,
        map: &mut Map,
    ) -> Result<(), Error> {
        let n = ready.targets.len();
        let refits = self.shifts.par_iter().map(|shift| {
            ready.scores(Some(shift), |columns, first| {
                Ok(match self.null_penalties {
                    NullPenalties::Anew => encoder.encode(columns, &self.rule)?,
                    NullPenalties::Stay => {
                        encoder.refit(columns, penalties.slice(s![.., first..first + columns.ncols()]))?
                    }
                })
            })
        });
        for (shift, r) in refits.collect::<Result<Vec<_>, Error>>()?.iter().enumerate() {
            for (column, added) in (r - &ready.null.row(shift)).iter().enumerate() {
                map.null.see(ready.targets.start + column % n, shift, *added);
            }
        }
        Ok(())
    }
}

impl Ready {
    /// Mean r over folds of every column by `score`, which is given some columns, `(rows, columns)`, and the first of them.
    fn scores(
        &self,
        shift: Option<&RowOrder>,
        mut score: impl FnMut(ArrayView2<f64>, usize) -> Result<FoldScores, Error>,
    ) -> Result<Array1<f64>, Error> {
        let mut r = Array1::zeros(self.responses.ncols());
        for first in (0..r.len()).step_by(self.together) {
            let some = first..(first + self.together).min(r.len());
            let moved = shift.map(|shift| self.left.moved_columns(shift, some.clone())).transpose()?;
            let columns = moved.as_ref().map_or_else(|| self.responses.slice(s![.., some]), Array2::view);
            r.slice_mut(s![first..first + columns.ncols()]).assign(&score(columns, first)?.mean());
        }
        Ok(r)
    }
}
