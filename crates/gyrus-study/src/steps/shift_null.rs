//! The null of the whole analysis: recording and controls go around each run together, so that only their tie to the
//! layers is broken; weights are refitted and layers chosen anew, penalties stay.

use gyrus_encoding::{
    Design, FoldScores, Reduced, RowOrder, average, baseline, chosen_layers, chosen_score, p_value, refit,
};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::Error;
use crate::steps::clock::Panel;

/// What shifted recordings gain from layers on top of their controls.
pub struct ShiftNull {
    /// `[shift][place]`: each region, then their mean.
    gains: Vec<Vec<f64>>,
}

/// What is refitted for every shift.
#[derive(Clone, Copy)]
struct Refits<'a> {
    design: &'a Design,
    panel: &'a Panel,
    /// The layers, and what they reached on the panel as it was recorded.
    layers: &'a [Reduced],
    scores: &'a [&'a FoldScores],
}

impl ShiftNull {
    /// Shifts `panel` by each of `shifts`; `scores` are those of `layers` on top of its controls.
    ///
    /// # Errors
    /// A refit that fails.
    pub fn new(
        design: &Design,
        panel: &Panel,
        (layers, scores): (&[Reduced], &[&FoldScores]),
        shifts: &[RowOrder],
    ) -> Result<Self, Error> {
        let refits = Refits { design, panel, layers, scores };
        let gains = shifts.par_iter().map(|shift| refits.gains(shift)).collect::<Result<_, Error>>()?;
        Ok(Self { gains })
    }

    /// One-sided p of `gain` at `place`.
    pub fn p(&self, place: usize, gain: f64) -> f64 {
        p_value(gain, &self.gains.iter().map(|gains| gains[place]).collect::<Vec<_>>())
    }
}

impl Refits<'_> {
    /// Joint minus controls of the shifted recording: each region, then their mean, layers chosen as in the analysis.
    fn gains(&self, shift: &RowOrder) -> Result<Vec<f64>, Error> {
        let responses = shift.apply(self.panel.responses.view())?;
        let controls = shift.apply(self.panel.controls.view())?;
        let baseline = baseline(self.design, controls.view(), responses.view())?.r();
        let layers = self.scores.iter().zip(self.layers).map(|(scores, layer)| {
            Ok(refit(self.design, layer, Some(controls.view()), responses.view(), scores.penalties())?.r())
        });
        let layers: Vec<Array2<f64>> = layers.collect::<Result<_, Error>>()?;
        let gain = |place: Option<usize>| {
            let by_fold: Vec<_> = layers.iter().map(|r| over_regions(r.view(), place)).collect();
            let views: Vec<_> = by_fold.iter().map(|folds| folds.view()).collect();
            let by_layer = ndarray::stack(Axis(0), &views).expect("layers share their folds");
            let controls = over_regions(baseline.view(), place).mean().unwrap_or(f64::NAN);
            chosen_score(by_layer.view(), &chosen_layers(by_layer.view())) - controls
        };
        Ok((0..responses.ncols()).map(Some).chain([None]).map(gain).collect())
    }
}

/// One region of `(folds, regions)`, or the mean over regions: `(folds)`.
fn over_regions(r: ArrayView2<f64>, region: Option<usize>) -> Array1<f64> {
    match region {
        Some(region) => r.column(region).to_owned(),
        None => r.rows().into_iter().map(|r| average(r, Array1::ones(r.len()).view())).collect(),
    }
}
