//! How often features that add nothing to controls pass a test of what they add, where features, controls and responses
//! are all tied and all smooth.

use anyhow::Result;
use gyrus_encoding::{
    Encoder, FoldScores, Reduced, ResidualNull, RowOrder, Runs, baseline, p_value, refit, shifts_within_runs,
};
use gyrus_ridge::Rule;
use gyrus_simulation::Noise;
use ndarray::{Array2, ArrayView2, Axis, concatenate};
use rayon::prelude::*;

use crate::analysis::Plan;
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 2000;
/// Of them, those in which controls move too, each draw of which decomposes anew.
const MOVED: usize = 400;

const WIDTH: usize = 6;
const CONTROLS: usize = 3;
const SHIFTS: usize = 99;
const LEVEL: f64 = 0.05;

/// What a row of the table varies.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// phi of what the response has beyond the controls.
    phi: f64,
    rows: usize,
}

const CELLS: [Cell; 3] = [Cell { phi: 0.0, rows: 400 }, Cell { phi: 0.9, rows: 400 }, Cell { phi: 0.9, rows: 1000 }];

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let rows = CELLS.iter().enumerate().map(|(i, cell)| row(*cell, i * SEEDS, studies)).collect::<Result<_>>()?;
    let settings = vec![
        format!(
            "{CONTROLS} controls and {WIDTH} features, AR(1) with phi .9, each feature half of a control; the response is \
             the sum of the controls and as much AR(1) noise again, and owes nothing to the features. 5 folds, a gap of 40 \
             rows, {SHIFTS} shifts, {studies} studies per row, {MOVED} where controls move too."
        ),
        "The gain of r over the controls is tested by moving what the controls leave of the response (residuals), or by \
         moving responses and controls together; penalties are chosen anew in every draw, or stay those of the response."
            .to_owned(),
        format!(
            "Share of p of at most {LEVEL} in percent with its binomial error; that of residuals must lie within 2.58 \
             errors of {:.0}.",
            100.0 * LEVEL
        ),
    ];
    let columns = &[
        "phi beyond the controls",
        "rows",
        "residuals",
        "residuals hold",
        "residuals, penalties stay",
        "controls move too, penalties stay",
    ];
    Ok(Table { title: "False positives of tests of what features add", settings, columns, rows })
}

fn row(cell: Cell, first: usize, studies: usize) -> Result<Vec<String>> {
    let of = |n: usize, null: fn(&Study) -> Result<f64>| -> Result<Measured> {
        let p = (first..first + n).into_par_iter().map(|study| null(&Study::new(cell, study)?));
        Ok(Measured::share(p.collect::<Result<Vec<f64>>>()?.into_iter().map(|p| p <= LEVEL)))
    };
    let (residuals, kept) = (of(studies, Study::by_residuals)?, of(studies, Study::by_residuals_and_its_penalties)?);
    let moved = of(studies.min(MOVED), Study::by_moving)?;
    let expected = Measured { value: LEVEL, error: (LEVEL * (1.0 - LEVEL) / studies as f64).sqrt() };
    let holds = verdict(expected.agrees_with(residuals.value));
    Ok(vec![cell.phi.to_string(), cell.rows.to_string(), residuals.percent(), holds, kept.percent(), moved.percent()])
}

/// One simulated study.
struct Study {
    plan: Plan,
    features: Array2<f64>,
    controls: Array2<f64>,
    response: Array2<f64>,
    orders: Vec<RowOrder>,
}

impl Study {
    fn new(cell: Cell, study: usize) -> Result<Self> {
        let [features, controls, response, shifts] = seeds(9, study);
        let rows = cell.rows;
        let controls = Noise::autoregressive(0.9)?.series(rows, CONTROLS, controls);
        let tied = controls.select(Axis(1), &(0..WIDTH).map(|feature| feature % CONTROLS).collect::<Vec<_>>());
        let features = (Noise::autoregressive(0.9)?.series(rows, WIDTH, features) + tied) * 0.5_f64.sqrt();
        let noise = Noise::autoregressive(cell.phi)?.series(rows, 1, response);
        let response = controls.sum_axis(Axis(1)).insert_axis(Axis(1)) + noise * (CONTROLS as f64).sqrt();
        let orders = shifts_within_runs(&Runs::unbroken(rows), 1, SHIFTS, shifts)?;
        Ok(Self { plan: Plan { rows, folds: 5, gap: 40, block: rows }, features, controls, response, orders })
    }

    /// The whole analysis of every draw; everything is decomposed once, and the moved responses stand side by side.
    fn by_residuals(&self) -> Result<f64> {
        self.residuals(|joint, moved, _| Ok(joint.encode(moved, &Rule::default())?))
    }

    /// The same with the penalties that the response itself gave.
    fn by_residuals_and_its_penalties(&self) -> Result<f64> {
        self.residuals(|joint, moved, penalties| {
            let all = penalties.broadcast((penalties.nrows(), moved.ncols())).expect("a column broadcasts to columns");
            Ok(joint.refit(moved, all)?)
        })
    }

    fn residuals(
        &self,
        score: impl Fn(&Encoder, ArrayView2<f64>, ArrayView2<f64>) -> Result<FoldScores>,
    ) -> Result<f64> {
        let design = self.plan.design()?;
        let joint = Encoder::new(&design, &design.reduce(self.features.view())?, Some(self.controls.view()))?;
        let scores = joint.encode(self.response.view(), &Rule::default())?;
        let observed = scores.mean()[0] - baseline(&design, self.controls.view(), self.response.view())?.mean()[0];
        let null = ResidualNull::new(self.controls.view(), self.response.view())?;
        let moved = self.orders.iter().map(|order| null.moved(order)).collect::<Result<Vec<_>, _>>()?;
        let moved = concatenate(Axis(1), &moved.iter().map(Array2::view).collect::<Vec<_>>())?;
        let gains = score(&joint, moved.view(), scores.penalties())?.mean() - self.alone(&design, moved.view())?;
        Ok(p_value(observed, gains.as_slice().expect("one piece")))
    }

    fn alone(&self, design: &gyrus_encoding::Design, moved: ArrayView2<f64>) -> Result<ndarray::Array1<f64>> {
        let free = Array2::zeros((design.folds().len(), moved.ncols()));
        Ok(refit(design, &Reduced::Same(self.controls.clone()), None, moved, free.view())?.mean())
    }

    /// Responses and controls go around together; every draw decomposes its own training sets.
    fn by_moving(&self) -> Result<f64> {
        let design = self.plan.design()?;
        let features = design.reduce(self.features.view())?;
        let scores = gyrus_encoding::encode(&design, &features, Some(self.controls.view()), self.response.view())?;
        let observed = scores.mean()[0] - baseline(&design, self.controls.view(), self.response.view())?.mean()[0];
        let gain = |order: &RowOrder| -> Result<f64> {
            let (controls, response) = (order.apply(self.controls.view())?, order.apply(self.response.view())?);
            let joint = refit(&design, &features, Some(controls.view()), response.view(), scores.penalties())?;
            Ok(joint.mean()[0] - baseline(&design, controls.view(), response.view())?.mean()[0])
        };
        Ok(p_value(observed, &self.orders.iter().map(gain).collect::<Result<Vec<_>>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_of_features_that_add_nothing_spread_out() -> Result<()> {
        let p = (0..40).map(|study| Study::new(CELLS[1], study)?.by_residuals()).collect::<Result<Vec<_>>>()?;
        let mean = p.iter().sum::<f64>() / 40.0;
        assert!((0.35..0.65).contains(&mean), "{mean}");
        Ok(())
    }
}
