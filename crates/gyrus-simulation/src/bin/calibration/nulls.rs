//! How often features that know nothing pass the circular-shift test, and a test that counts rows as independent.

use anyhow::Result;
use gyrus_encoding::{circular_shifts, p_value, refit, shifted};
use gyrus_simulation::Noise;
use ndarray::{Array2, Axis, concatenate};
use rayon::prelude::*;

use crate::analysis::{Plan, encode};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 1000;

const PHI: [f64; 3] = [0.0, 0.5, 0.9];
const PLAN: Plan = Plan { rows: 600, folds: 5, gap: 40, block: 600 };
const WIDTH: usize = 8;
const SHIFTS: usize = 199;
const LEVEL: f64 = 0.05;

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let rows = PHI.map(|phi| row(phi, studies)).into_iter().collect::<Result<_>>()?;
    let Plan { rows: n, folds, gap, .. } = PLAN;
    let settings = vec![
        format!(
            "{WIDTH} features, each AR(1) with phi .9, and an independent AR(1) response; {n} rows, {folds} folds, gap {gap}, \
             {SHIFTS} shifts, {studies} studies per row."
        ),
        format!(
            "Share of p of at most {LEVEL} in percent with its binomial error; that of the shift test must lie within \
             2.58 errors of {:.0}.",
            100.0 * LEVEL
        ),
        "The plain test takes rows for independent: mean r above 1.645 / sqrt(rows).".to_owned(),
    ];
    let columns = &["phi of the response", "shift test", "plain test", "shift test holds"];
    Ok(Table { title: "False positives of the circular-shift test", settings, columns, rows })
}

fn row(phi: f64, studies: usize) -> Result<Vec<String>> {
    let first = (100.0 * phi) as usize * SEEDS;
    let outcomes = (first..first + studies).into_par_iter().map(|s| study(phi, s)).collect::<Result<Vec<_>>>()?;
    let share = |of: fn(&Outcome) -> bool| Measured::share(outcomes.iter().map(of));
    let shares = [share(|outcome| outcome.p <= LEVEL), share(|outcome| outcome.r > 1.645 / (PLAN.rows as f64).sqrt())];
    let expected = Measured { value: LEVEL, error: (LEVEL * (1.0 - LEVEL) / studies as f64).sqrt() };
    let holds = verdict(expected.agrees_with(shares[0].value));
    Ok([vec![phi.to_string()], shares.map(|share| share.percent()).to_vec(), vec![holds]].concat())
}

/// The score of one study and its p value by shifts.
struct Outcome {
    r: f64,
    p: f64,
}

/// The shifted responses are refitted side by side, as targets.
fn study(phi: f64, study: usize) -> Result<Outcome> {
    let [features, response, shifts] = seeds(2, study);
    let features = Noise::autoregressive(0.9)?.series(PLAN.rows, WIDTH, features);
    let response = Noise::autoregressive(phi)?.series(PLAN.rows, 1, response);
    let design = PLAN.design()?;
    let scores = encode(&design, features.view(), response.view())?;
    let moved: Vec<Array2<f64>> = circular_shifts(PLAN.rows, PLAN.gap, SHIFTS, shifts)
        .into_iter()
        .map(|shift| shifted(response.view(), shift))
        .collect();
    let moved = concatenate(Axis(1), &moved.iter().map(Array2::view).collect::<Vec<_>>())?;
    let penalties = scores.penalties().column(0).insert_axis(Axis(1)).to_owned();
    let penalties = penalties.broadcast((PLAN.folds, SHIFTS)).expect("a column broadcasts to columns");
    let null = refit(&design, &design.reduce(features.view())?, None, moved.view(), penalties)?.mean();
    let r = scores.mean()[0];
    Ok(Outcome { r, p: p_value(r, &null.to_vec()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_of_nothing_spread_out() -> Result<()> {
        let p = (0..40).map(|s| Ok(study(0.9, s)?.p)).collect::<Result<Vec<_>>>()?;
        let mean = p.iter().sum::<f64>() / 40.0;
        assert!((0.35..0.65).contains(&mean), "{mean}");
        Ok(())
    }
}
