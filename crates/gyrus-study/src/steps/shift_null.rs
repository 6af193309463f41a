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
use crate::settings::NullPenalties;
use crate::steps::clock::Panel;
use crate::summary::Shifted;

/// What a normal 95 % interval leaves on each side, in standard errors.
const NORMAL: f64 = 1.96;

/// What moved recordings gain from layers on top of their controls.
pub struct ShiftNull {
    /// `[shift][place]`: each region, then their mean.
    gains: Vec<Vec<f64>>,
}

/// A layer, and what it reached on the panel as it was recorded.
pub type Reached<'a> = (&'a Reduced, &'a FoldScores);

/// How moved recordings are scored.
#[derive(Debug, Clone, Copy)]
pub struct Scoring<'a> {
    /// How penalties are chosen.
    pub rule: &'a Rule,
    /// Whether they are chosen anew.
    pub penalties: NullPenalties,
}

/// Responses that are scored together, at least those of one shift.
const COLUMNS: usize = 256;

impl ShiftNull {
    /// Moves `panel` by each of `shifts`; `layers` stand on top of its controls.
    ///
    /// # Errors
    /// A fit that fails.
    pub fn new(
        design: &Design,
        panel: &Panel,
        layers: &[Reached],
        scoring: Scoring,
        shifts: &[RowOrder],
    ) -> Result<Self, Error> {
        let null = ResidualNull::new(panel.controls.view(), panel.responses.view())?;
        let targets = panel.responses.ncols();
        let together = (COLUMNS / targets.max(1)).max(1);
        let in_parts = |score: &(dyn Fn(ArrayView2<f64>) -> Result<FoldScores, Error> + Sync)| {
            let parts = shifts.par_chunks(together).map(|part| Ok(score(null.side_by_side(part)?.view())?.r()));
            let parts = parts.collect::<Result<Vec<Array2<f64>>, Error>>()?;
            let views: Vec<ArrayView2<f64>> = parts.iter().map(Array2::view).collect();
            Ok::<_, Error>(concatenate(Axis(1), &views).expect("parts share their folds"))
        };
        let controls = Reduced::Same(panel.controls.clone());
        let alone = in_parts(&|moved| {
            let free = Array2::zeros((design.folds().len(), moved.ncols()));
            Ok(refit(design, &controls, None, moved, free.view())?)
        })?;
        let joint = layers.iter().map(|(layer, scores)| {
            let encoder = Encoder::new(design, layer, Some(panel.controls.view()))?;
            in_parts(&|moved| scoring.score(&encoder, moved, scores))
        });
        let joint = joint.collect::<Result<Vec<_>, _>>()?;
        let of_shift = |shift: usize| gains(&joint, &alone, shift * targets..(shift + 1) * targets);
        Ok(Self { gains: (0..shifts.len()).into_par_iter().map(of_shift).collect() })
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

impl Scoring<'_> {
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
