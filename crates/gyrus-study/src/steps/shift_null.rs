//! The null of the whole analysis: what the controls leave of a recording goes around each run, so that only its tie to
//! the layers is broken; penalties, weights and layers are chosen anew.

use std::ops::Range;

use gyrus_encoding::{
    Design, Encoder, FoldScores, Reduced, ResidualNull, RowOrder, average, chosen_layers, chosen_score, p_value, refit,
};
use gyrus_ridge::Rule;
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use rayon::prelude::*;

use crate::Error;
use crate::settings::{NullPenalties, Study};
use crate::steps::clock::Panel;
use crate::summary::Shifted;

/// What a normal 95 % interval leaves on each side, in standard errors.
const NORMAL: f64 = 1.96;

/// What moved recordings gain from layers on top of their controls.
pub struct ShiftNull {
    /// `[shift][place]`: each region, then their mean.
    gains: Vec<Vec<f64>>,
}

/// The group's recordings, moved for the null, ready to be fitted.
pub struct Moved<'a> {
    design: &'a Design,
    panel: &'a Panel,
    shifts: &'a [RowOrder],
    /// What the controls explain and leave of them.
    left: ResidualNull,
    /// How penalties are chosen, and whether that is done anew.
    rule: Rule,
    penalties: NullPenalties,
}

/// Responses that are scored together, at least those of one shift.
const COLUMNS: usize = 256;

impl<'a> Moved<'a> {
    /// Moves `panel` by each of `shifts`.
    ///
    /// # Errors
    /// Controls or responses that are not finite.
    pub fn new(study: &Study, design: &'a Design, panel: &'a Panel, shifts: &'a [RowOrder]) -> Result<Self, Error> {
        let left = ResidualNull::new(panel.controls.view(), panel.responses.view())?;
        let (rule, penalties) = (study.encoding.rule(&panel.groups), study.inference.null_penalties);
        Ok(Self { design, panel, shifts, left, rule, penalties })
    }

    /// r of the controls alone, `(folds, shifts x targets)`.
    ///
    /// # Errors
    /// A fit that fails.
    pub fn controls(&self) -> Result<Array2<f64>, Error> {
        let controls = Reduced::Same(self.panel.controls.clone());
        self.in_parts(|moved| {
            let free = Array2::zeros((self.design.folds().len(), moved.ncols()));
            Ok(refit(self.design, &controls, None, moved, free.view())?)
        })
    }

    /// r of `layer` on top of the controls, `(folds, shifts x targets)`; `found` is what it reached as recorded.
    ///
    /// # Errors
    /// A fit that fails.
    pub fn layer(&self, layer: &Reduced, found: &FoldScores) -> Result<Array2<f64>, Error> {
        let encoder = Encoder::new(self.design, layer, Some(self.panel.controls.view()))?;
        self.in_parts(|moved| self.score(&encoder, moved, found))
    }

    /// r of every shift, by `score` of some of them side by side.
    fn in_parts(
        &self,
        score: impl Fn(ArrayView2<f64>) -> Result<FoldScores, Error> + Sync,
    ) -> Result<Array2<f64>, Error> {
        let together = (COLUMNS / self.panel.responses.ncols().max(1)).max(1);
        let parts = self.shifts.par_chunks(together);
        let parts = parts.map(|part| Ok(score(self.left.side_by_side(part)?.view())?.r()));
        let parts = parts.collect::<Result<Vec<Array2<f64>>, Error>>()?;
        let views: Vec<ArrayView2<f64>> = parts.iter().map(Array2::view).collect();
        match views.is_empty() {
            true => Ok(Array2::zeros((self.design.folds().len(), 0))),
            false => Ok(concatenate(Axis(1), &views).expect("parts share their folds")),
        }
    }

    /// Scores of moved responses, `(rows, shifts x targets)`; `found` are those of the responses as recorded.
    fn score(&self, encoder: &Encoder, moved: ArrayView2<f64>, found: &FoldScores) -> Result<FoldScores, Error> {
        let targets = found.penalties().ncols();
        Ok(match self.penalties {
            NullPenalties::Stay => {
                let same: Vec<usize> = (0..moved.ncols()).map(|column| column % targets).collect();
                encoder.refit(moved, found.penalties().select(Axis(1), &same).view())?
            }
            NullPenalties::Anew => {
                let sharing = self.rule.sharing.copies(targets, moved.ncols() / targets.max(1));
                encoder.encode(moved, &Rule { sharing, ..self.rule.clone() })?
            }
        })
    }
}

impl ShiftNull {
    /// Of what every layer, `joint`, and the controls `alone` reached on moved recordings, each `(folds, shifts x targets)`.
    pub fn new(joint: &[Array2<f64>], alone: &Array2<f64>, targets: usize) -> Self {
        let shifts = alone.ncols() / targets.max(1);
        let of_shift = |shift: usize| gains(joint, alone, shift * targets..(shift + 1) * targets);
        Self { gains: (0..shifts).into_par_iter().map(of_shift).collect() }
    }

    /// The gains themselves in short, at `place`; neighbouring shifts are alike, so that they count as no more than
    /// `independent` values.
    pub fn shifted(&self, place: usize, independent: usize) -> Shifted {
        let mut gains: Vec<f64> = self.gains.iter().map(|gains| gains[place]).filter(|gain| !gain.is_nan()).collect();
        gains.sort_by(f64::total_cmp);
        let gains = Array1::from(gains);
        let mean = gains.mean().unwrap_or(f64::NAN);
        let half = NORMAL * gains.std(0.0) / (independent.clamp(1, gains.len().max(1)) as f64).sqrt();
        // The smallest value that 95 % of the gains do not exceed.
        let quantile = gains.get((0.95 * gains.len() as f64).ceil() as usize - usize::from(!gains.is_empty()));
        let quantile = quantile.copied().unwrap_or(f64::NAN);
        Shifted { mean, mean_low: mean - half, mean_high: mean + half, quantile }
    }

    /// One-sided p of `gain` at `place`.
    pub fn p(&self, place: usize, gain: f64) -> f64 {
        p_value(gain, &self.gains.iter().map(|gains| gains[place]).collect::<Vec<_>>())
    }
}

/// Joint minus controls of one shift, the columns `at`: each region, then their mean, layers chosen as in the analysis.
fn gains(joint: &[Array2<f64>], alone: &Array2<f64>, at: Range<usize>) -> Vec<f64> {
    let of_shift = |r: &Array2<f64>| r.slice(s![.., at.clone()]).to_owned();
    let (layers, alone): (Vec<Array2<f64>>, _) = (joint.iter().map(of_shift).collect(), of_shift(alone));
    let gain = |place: Option<usize>| {
        let by_fold: Vec<_> = layers.iter().map(|r| over_regions(r.view(), place)).collect();
        let views: Vec<_> = by_fold.iter().map(|folds| folds.view()).collect();
        let by_layer = ndarray::stack(Axis(0), &views).expect("layers share their folds");
        let controls = over_regions(alone.view(), place).mean().unwrap_or(f64::NAN);
        chosen_score(by_layer.view(), &chosen_layers(by_layer.view())) - controls
    };
    (0..at.len()).map(Some).chain([None]).map(gain).collect()
}

/// One region of `(folds, regions)`, or the mean over regions: `(folds)`.
fn over_regions(r: ArrayView2<f64>, region: Option<usize>) -> Array1<f64> {
    match region {
        Some(region) => r.column(region).to_owned(),
        None => r.rows().into_iter().map(|r| average(r, Array1::ones(r.len()).view())).collect(),
    }
}
