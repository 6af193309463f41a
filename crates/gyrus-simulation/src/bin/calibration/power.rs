//! Whether the effect that a recording says would be found 80 times in 100 is found as often in others like it.

use anyhow::Result;
use gyrus_encoding::{
    DETECTED, Design, Encoder, LEAST_SHIFT, Power, PowerCurve, PowerParams, Runs, circular_shifts, p_value,
};
use gyrus_ridge::Rule;
use gyrus_simulation::Noise;
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::analysis::{Plan, encode};
use crate::measured::Measured;
use crate::nulls::null;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 60;

/// Fresh recordings for each study.
const FRESH: usize = 20;

const DRAWS: usize = 200;
const SHIFTS: usize = 199;
const LEVEL: f64 = 0.05;

/// What a row of the table varies.
#[derive(Debug, Clone, Copy)]
struct Cell {
    rows: usize,
    gap: usize,
    width: usize,
    /// phi of the features and of the noise.
    phi: [f64; 2],
}

const CELLS: [Cell; 6] = [
    Cell { rows: 400, gap: 0, width: 10, phi: [0.0, 0.0] },
    Cell { rows: 1000, gap: 0, width: 10, phi: [0.0, 0.0] },
    Cell { rows: 1000, gap: 0, width: 50, phi: [0.0, 0.0] },
    Cell { rows: 1000, gap: 10, width: 10, phi: [0.5, 0.5] },
    Cell { rows: 1000, gap: 40, width: 10, phi: [0.9, 0.0] },
    Cell { rows: 1000, gap: 40, width: 10, phi: [0.9, 0.9] },
];

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let rows = CELLS.iter().enumerate().map(|(i, cell)| row(*cell, i * SEEDS, studies)).collect::<Result<_>>()?;
    let share = 100.0 * DETECTED;
    let settings = vec![
        format!(
            "AR(1) features and noise (phi 0 is white); 5 folds; in each of {studies} studies one recording without an \
             effect says which would be found in {share:.0} of 100, by {DRAWS} recordings with each effect (`Power`)."
        ),
        format!(
            "Then {FRESH} recordings of fresh noise and fresh weights have exactly that effect; found: p of at most {LEVEL} \
             by {SHIFTS} shifts of that recording."
        ),
        format!(
            "Errors are over studies, because recordings of one study share the effect; found must lie within 2.58 of \
             them of {share:.0}."
        ),
    ];
    let columns = &[
        "rows",
        "gap",
        "features",
        "phi features",
        "phi noise",
        "smallest effect",
        "its interval (mean width)",
        "r expected there",
        "r of fresh recordings",
        "found",
        "holds",
    ];
    Ok(Table { title: "The smallest effect that would be found", settings, columns, rows })
}

fn row(cell: Cell, first: usize, studies: usize) -> Result<Vec<String>> {
    let outcomes = (first..first + studies).into_par_iter().map(|s| study(cell, s)).collect::<Result<Vec<_>>>()?;
    let mean = |of: &dyn Fn(&Outcome) -> f64| Measured::of(outcomes.iter().map(of));
    let found = mean(&|o| o.found);
    let Cell { rows, gap, width, phi: [features, noise] } = cell;
    Ok(vec![
        rows.to_string(),
        gap.to_string(),
        width.to_string(),
        features.to_string(),
        noise.to_string(),
        mean(&|o| o.curve.smallest.value).number(3),
        mean(&|o| o.curve.smallest.high - o.curve.smallest.low).number(3),
        mean(&|o| o.curve.smallest_score).number(3),
        mean(&|o| o.r).number(3),
        found.percent(),
        verdict(found.agrees_with(DETECTED)),
    ])
}

/// What one study says, and how fresh recordings with that effect fare: their mean r and the share found.
struct Outcome {
    curve: PowerCurve,
    r: f64,
    found: f64,
}

fn study(cell: Cell, study: usize) -> Result<Outcome> {
    let [features, recording, power, noise, weights, shifts] = seeds(8, study);
    let Cell { rows, gap, width, phi } = cell;
    let features = Noise::autoregressive(phi[0])?.series(rows, width, features);
    let process = Noise::autoregressive(phi[1])?;
    let design = Plan { rows, folds: 5, gap, block: rows }.design()?;
    let curve = curve(&design, features.view(), process.series(rows, 1, recording).view(), power)?;
    let effect = curve.smallest.value;
    let noise = standardised(process.series(rows, FRESH, noise));
    let signal = standardised(features.dot(&Noise::white().series(width, FRESH, weights)));
    let fresh = (1.0 - effect * effect).sqrt() * noise + effect * signal;
    let scores = encode(&design, features.view(), fresh.view())?;
    let shifts = circular_shifts(rows, LEAST_SHIFT, SHIFTS, shifts);
    let found = |recording: usize| -> Result<f64> {
        let own = fresh.column(recording).insert_axis(Axis(1));
        let null = null(&design, features.view(), own, &scores.only(recording), &shifts)?;
        Ok(f64::from(u8::from(p_value(scores.mean()[recording], &null) <= LEVEL)))
    };
    let found = (0..FRESH).map(found).sum::<Result<f64>>()? / FRESH as f64;
    Ok(Outcome { curve, r: scores.mean().mean().unwrap_or(f64::NAN), found })
}

/// What the recording `response`, `(rows, 1)`, says.
fn curve(design: &Design, features: ArrayView2<f64>, response: ArrayView2<f64>, seed: u64) -> Result<PowerCurve> {
    let runs = Runs::unbroken(features.nrows());
    let encoder = Encoder::new(design, &design.reduce(features)?, None)?;
    let effects = vec![0.08, 0.11, 0.14, 0.17, 0.2, 0.25, 0.32, 0.42, 0.55];
    let params = PowerParams { effects, draws: DRAWS, least_shift: LEAST_SHIFT, seed };
    let power = Power::new(&encoder, features, None, &runs, params)?;
    Ok(power.simulate(response, 0, &Rule::default())?.of_target(0))
}

fn standardised(y: Array2<f64>) -> Array2<f64> {
    let y = &y - &y.mean_axis(Axis(0)).expect("there are rows");
    &y / &y.std_axis(Axis(0), 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_found_is_found() -> Result<()> {
        let found = (0..6).map(|s| Ok(study(CELLS[0], s)?.found)).collect::<Result<Vec<_>>>()?;
        let mean = found.iter().sum::<f64>() / 6.0;
        assert!((0.6..0.95).contains(&mean), "{mean}");
        Ok(())
    }
}
