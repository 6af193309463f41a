//! How often the interval of what features add to controls holds the difference of what both reach on endless fresh rows.

use anyhow::Result;
use gyrus_encoding::{Estimate, Reduced, baseline};
use gyrus_simulation::Noise;
use ndarray::{Array1, Array2, s};
use rayon::prelude::*;

use crate::analysis::{Plan, coverage_verdict, encode_beside, endless_r, holds, jackknives, profiles, weights};
use crate::coverage::{CEILINGS, DRAWS, LONG, PHI, weights_of_norm};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::Table;

/// Simulated studies per kind of noise.
pub const SEEDS: usize = 1000;

/// The recording is that of the intervals of r.
const PLAN: Plan = LONG.plan;
const WIDTH: usize = LONG.width;

/// Of the features, those that are controls.
const CONTROLS: usize = 2;

/// What came of one target of one study.
struct Outcome {
    endless: f64,
    bootstrap: Estimate,
    jackknife: Estimate,
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (kind, phi) in PHI.into_iter().enumerate() {
        let outcomes = (0..studies).into_par_iter().map(|s| study(phi, s + kind * SEEDS));
        let outcomes: Vec<Vec<Outcome>> = outcomes.collect::<Result<_>>()?;
        rows.extend((0..CEILINGS.len()).map(|target| row(phi, target, &outcomes)));
    }
    let settings = vec![
        format!(
            "As for the intervals of r; the first {CONTROLS} features are controls without a penalty, the score of all {WIDTH} less that of \
             the controls is what the others add; {studies} studies."
        ),
        "Endless difference: what the fitted weights reach on endless fresh rows, in closed form, averaged over folds; \
         bias: mean of score minus that."
            .into(),
    ];
    let columns = &[
        "phi features",
        "phi noise",
        "best r",
        "added",
        "bias",
        "bootstrap: width",
        "holds",
        "93 to 97",
        "jackknife: width",
        "holds",
        "93 to 97",
    ];
    Ok(Table { title: "Coverage of the 95 % interval of what features add to controls", settings, columns, rows })
}

fn row((features, noise): (f64, f64), target: usize, outcomes: &[Vec<Outcome>]) -> Vec<String> {
    let mean = |of: &dyn Fn(&Outcome) -> f64| Measured::of(outcomes.iter().map(|study| of(&study[target]))).number(4);
    let interval = |of: fn(&Outcome) -> Estimate| {
        let share = Measured::share(outcomes.iter().map(|study| holds(of(&study[target]), study[target].endless)));
        [mean(&|o| of(o).high - of(o).low), share.percent(), coverage_verdict(share)]
    };
    [
        vec![features.to_string(), noise.to_string(), CEILINGS[target].to_string()],
        vec![mean(&|o| o.endless), mean(&|o| o.bootstrap.value - o.endless)],
        interval(|o| o.bootstrap).to_vec(),
        interval(|o| o.jackknife).to_vec(),
    ]
    .concat()
}

/// Features Z with the identity as covariance, responses Z c + sqrt(1 - c'c) noise.
fn study((phi_features, phi_noise): (f64, f64), study: usize) -> Result<Vec<Outcome>> {
    let [seed_features, seed_noise, direction, draws] = seeds(6, study);
    let z = Noise::autoregressive(phi_features)?.series(PLAN.rows, WIDTH, seed_features);
    let c = weights_of_norm(WIDTH, &CEILINGS, direction);
    let rest = Array1::from(CEILINGS.map(|r| (1.0 - r * r).sqrt()).to_vec());
    let noise = Noise::autoregressive(phi_noise)?.series(PLAN.rows, CEILINGS.len(), seed_noise);
    let (design, responses) = (PLAN.design()?, z.dot(&c) + noise * rest);
    let (controls, features) = z.view().split_at(ndarray::Axis(1), CONTROLS);
    let joint = encode_beside(&design, features, controls, responses.view())?;
    let alone = baseline(&design, controls, responses.view())?;
    let reached = |x: usize, n_controls: usize, penalties| -> Result<Array1<f64>> {
        let weights = weights(&design, z.slice(s![.., ..x]), n_controls, responses.view(), penalties)?;
        let r = weights.iter().map(|b| endless_r(b, Array2::eye(x).view(), c.slice(s![..x, ..])));
        Ok(r.fold(Array1::zeros(CEILINGS.len()), |sum, r| sum + r) / PLAN.folds as f64)
    };
    let endless = reached(WIDTH, CONTROLS, joint.penalties())? - reached(CONTROLS, 0, alone.penalties())?;
    let of_joint = jackknives(&design, &design.reduce(features)?, Some(controls), responses.view(), &joint)?;
    let of_alone = jackknives(&design, &Reduced::Same(controls.to_owned()), None, responses.view(), &alone)?;
    let (bootstrap, profiles) = profiles(&[joint, alone], CEILINGS.len(), DRAWS, draws);
    let outcome = |t: usize| Outcome {
        endless: endless[t],
        bootstrap: profiles[t].layer(0).minus(&profiles[t].layer(1)).estimate(&bootstrap),
        jackknife: of_joint[t].minus(&of_alone[t]).estimate(),
    };
    Ok((0..CEILINGS.len()).map(outcome).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_intervals_hold_the_truth() -> Result<()> {
        let outcomes = (0..30).map(|s| study((0.5, 0.5), s)).collect::<Result<Vec<_>>>()?;
        let held = outcomes.iter().flatten().filter(|o| holds(o.jackknife, o.endless)).count();
        assert!(held > 105, "{held} of 120");
        Ok(())
    }
}
