//! How often features that know nothing pass the circular-shift test, and a test that counts rows as independent.

use anyhow::Result;
use gyrus_encoding::{Design, FoldScores, LEAST_SHIFT, circular_shifts, p_value, refit, shifted};
use gyrus_simulation::Noise;
use ndarray::{Array2, ArrayView2, Axis, concatenate};
use rayon::prelude::*;

use crate::analysis::{Plan, encode};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 5000;

const WIDTH: usize = 8;
const SHIFTS: usize = 199;
const LEVEL: f64 = 0.05;

/// What a row of the table varies.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// phi of the response.
    phi: f64,
    rows: usize,
    gap: usize,
}

const CELLS: [Cell; 4] = [
    Cell { phi: 0.0, rows: 600, gap: 40 },
    Cell { phi: 0.5, rows: 600, gap: 40 },
    Cell { phi: 0.9, rows: 600, gap: 40 },
    Cell { phi: 0.9, rows: 400, gap: 20 },
];

impl Cell {
    fn plan(self) -> Plan {
        Plan { rows: self.rows, folds: 5, gap: self.gap, block: self.rows }
    }
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let rows = CELLS.iter().enumerate().map(|(i, cell)| row(*cell, i * SEEDS, studies)).collect::<Result<_>>()?;
    let settings = vec![
        format!(
            "{WIDTH} features, each AR(1) with phi .9, and an independent AR(1) response; 5 folds, {SHIFTS} shifts, \
             {studies} studies per row."
        ),
        format!(
            "Shifts are at least {LEAST_SHIFT} row from both ends of the run, or, for comparison, at least the gap of the folds."
        ),
        format!(
            "Share of p of at most {LEVEL} in percent with its binomial error; that of the shift test must lie within \
             2.58 errors of {:.0}.",
            100.0 * LEVEL
        ),
        "The plain test takes rows for independent: mean r above 1.645 / sqrt(rows).".to_owned(),
    ];
    let columns = &[
        "phi of the response",
        "rows",
        "gap",
        "shift test",
        "shift test holds",
        "shifts from the gap on",
        "plain test",
    ];
    Ok(Table { title: "False positives of the circular-shift test", settings, columns, rows })
}

fn row(cell: Cell, first: usize, studies: usize) -> Result<Vec<String>> {
    let outcomes = (first..first + studies).into_par_iter().map(|s| study(cell, s)).collect::<Result<Vec<_>>>()?;
    let share = |of: &dyn Fn(&Outcome) -> bool| Measured::share(outcomes.iter().map(of));
    let (all, far) = (share(&|o| o.p <= LEVEL), share(&|o| o.p_from_gap <= LEVEL));
    let plain = share(&|outcome| outcome.r > 1.645 / (cell.rows as f64).sqrt());
    let expected = Measured { value: LEVEL, error: (LEVEL * (1.0 - LEVEL) / studies as f64).sqrt() };
    let holds = verdict(expected.agrees_with(all.value));
    let Cell { phi, rows, gap } = cell;
    Ok(vec![phi.to_string(), rows.to_string(), gap.to_string(), all.percent(), holds, far.percent(), plain.percent()])
}

/// The score of one study and its p values by shifts of any length and by shifts of at least the gap.
struct Outcome {
    r: f64,
    p: f64,
    p_from_gap: f64,
}

fn study(cell: Cell, study: usize) -> Result<Outcome> {
    let [features, response, shifts] = seeds(2, study);
    let features = Noise::autoregressive(0.9)?.series(cell.rows, WIDTH, features);
    let response = Noise::autoregressive(cell.phi)?.series(cell.rows, 1, response);
    let design = cell.plan().design()?;
    let scores = encode(&design, features.view(), response.view())?;
    let r = scores.mean()[0];
    let p = |least| -> Result<f64> {
        let shifts = circular_shifts(cell.rows, least, SHIFTS, shifts);
        Ok(p_value(r, &null(&design, features.view(), response.view(), &scores, &shifts)?))
    };
    Ok(Outcome { r, p: p(LEAST_SHIFT)?, p_from_gap: p(cell.gap)? })
}

/// The score at each of `shifts`: the shifted responses are refitted side by side, as targets, with the penalties found.
pub fn null(
    design: &Design,
    features: ArrayView2<f64>,
    response: ArrayView2<f64>,
    scores: &FoldScores,
    shifts: &[usize],
) -> Result<Vec<f64>> {
    let moved: Vec<Array2<f64>> = shifts.iter().map(|shift| shifted(response, *shift)).collect();
    let moved = concatenate(Axis(1), &moved.iter().map(Array2::view).collect::<Vec<_>>())?;
    let penalties = scores.penalties();
    let penalties = penalties.broadcast((penalties.nrows(), shifts.len())).expect("a column broadcasts to columns");
    Ok(refit(design, &design.reduce(features)?, None, moved.view(), penalties)?.mean().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_of_nothing_spread_out() -> Result<()> {
        let p = (0..40).map(|s| Ok(study(CELLS[2], s)?.p)).collect::<Result<Vec<_>>>()?;
        let mean = p.iter().sum::<f64>() / 40.0;
        assert!((0.35..0.65).contains(&mean), "{mean}");
        Ok(())
    }
}
