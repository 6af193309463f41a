//! How often the interval of r holds the r that the fitted weights reach on endless fresh rows.

use anyhow::Result;
use gyrus_encoding::Estimate;
use gyrus_simulation::Noise;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::analysis::{Plan, coverage_verdict, encode, endless_r, holds, jackknives, profiles, weights};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::Table;

/// Simulated studies per kind of noise.
pub const SEEDS: usize = 1000;

/// A recording and how it is analysed.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    title: &'static str,
    /// Number of its seeds.
    table: u64,
    pub plan: Plan,
    /// Number of features.
    pub width: usize,
}

/// Folds twenty times as long as the time constant of features with phi .9.
pub const LONG: Setting = Setting {
    title: "Coverage of the 95 % interval of r",
    table: 3,
    plan: Plan { rows: 1000, folds: 5, gap: 40, block: 40 },
    width: 8,
};

/// As short as the recordings of the Alice study, and cut as there: folds six times as long as that time constant.
pub const SHORT: Setting = Setting {
    title: "Coverage of the 95 % interval of r in a short recording",
    table: 7,
    plan: Plan { rows: 360, folds: 6, gap: 16, block: 15 },
    width: 10,
};

pub const DRAWS: usize = 1000;
/// phi of features and of noise; 0 is white.
pub const PHI: [(f64, f64); 4] = [(0.0, 0.0), (0.5, 0.5), (0.9, 0.0), (0.9, 0.9)];
/// r of the best linear prediction, one target for each.
pub const CEILINGS: [f64; 4] = [0.0, 0.1, 0.3, 0.6];

/// What came of one target of one study.
struct Outcome {
    /// r on endless fresh rows.
    endless: f64,
    /// r on endless fresh stretches as long as a fold, each about its own means.
    stretches: f64,
    bootstrap: Estimate,
    jackknife: Estimate,
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(setting: Setting, studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (kind, phi) in PHI.into_iter().enumerate() {
        let outcomes = (0..studies).into_par_iter().map(|s| study(setting, phi, s + kind * SEEDS));
        let outcomes: Vec<Vec<Outcome>> = outcomes.collect::<Result<_>>()?;
        rows.extend((0..CEILINGS.len()).map(|target| row(phi, target, &outcomes)));
    }
    let columns = &[
        "phi features",
        "phi noise",
        "best r",
        "bias",
        "bootstrap: width",
        "holds endless r",
        "holds r of stretches",
        "93 to 97",
        "jackknife: width",
        "holds endless r",
        "holds r of stretches",
        "93 to 97",
    ];
    Ok(Table { title: setting.title, settings: settings(setting, studies), columns, rows })
}

fn settings(setting: Setting, studies: usize) -> Vec<String> {
    let (Plan { rows, folds, gap, block }, width) = (setting.plan, setting.width);
    vec![
        format!(
            "{width} independent AR(1) features and AR(1) noise (phi 0 is white); {rows} rows, {folds} folds, gap {gap}, blocks \
             of {block} rows, {DRAWS} draws, {studies} studies."
        ),
        "Endless r: what each fold's weights reach on endless fresh rows, in closed form, averaged over folds; \
         r of stretches: the same on endless fresh stretches as long as a fold, each centred on its own means, as scores are."
            .into(),
        "Bias: mean of score minus endless r. Coverage in percent with its binomial error; verdicts are on endless r; \
         within error: outside 93 to 97, but by no more than 1.96 binomial errors."
            .into(),
        "Bootstrap: quantiles over draws of held-out blocks (`Bootstrap`); jackknife: with what folds share because the rows \
         held out in one train the others, and corrected for what centring takes (`Jackknife`)."
            .into(),
    ]
}

fn row((features, noise): (f64, f64), target: usize, outcomes: &[Vec<Outcome>]) -> Vec<String> {
    let interval = |of: fn(&Outcome) -> Estimate| {
        let hold = |truth: fn(&Outcome) -> f64| {
            Measured::share(outcomes.iter().map(|study| holds(of(&study[target]), truth(&study[target]))))
        };
        let (endless, stretches) = (hold(|o| o.endless), hold(|o| o.stretches));
        let width = Measured::of(outcomes.iter().map(|study| of(&study[target]).high - of(&study[target]).low));
        [width.number(4), endless.percent(), stretches.percent(), coverage_verdict(endless)]
    };
    let bias = Measured::of(outcomes.iter().map(|study| study[target].bootstrap.value - study[target].endless));
    [
        vec![features.to_string(), noise.to_string(), CEILINGS[target].to_string(), bias.number(4)],
        interval(|o| o.bootstrap).to_vec(),
        interval(|o| o.jackknife).to_vec(),
    ]
    .concat()
}

/// Features Z with the identity as covariance, responses Z c + sqrt(1 - c'c) noise.
fn study(setting: Setting, (phi_features, phi_noise): (f64, f64), study: usize) -> Result<Vec<Outcome>> {
    let (plan, width) = (setting.plan, setting.width);
    let [seed_features, seed_noise, direction, draws] = seeds(setting.table, study);
    let (features, noise) = (Noise::autoregressive(phi_features)?, Noise::autoregressive(phi_noise)?);
    let z = features.series(plan.rows, width, seed_features);
    let c = weights_of_norm(width, &CEILINGS, direction);
    let rest = Array1::from(CEILINGS.map(|r| (1.0 - r * r).sqrt()).to_vec());
    let responses = z.dot(&c) + noise.series(plan.rows, CEILINGS.len(), seed_noise) * rest;
    let design = plan.design()?;
    let scores = encode(&design, z.view(), responses.view())?;
    let weights = weights(&design, z.view(), 0, responses.view(), scores.penalties())?;
    let identity = Array2::eye(width);
    let truths = weights.iter().map(|b| endless_r(b, identity.view(), c.view()));
    let endless = truths.fold(Array1::zeros(CEILINGS.len()), |sum, r| sum + r) / plan.folds as f64;
    let jackknives = jackknives(&design, &design.reduce(z.view())?, None, responses.view(), &scores)?;
    let (bootstrap, profiles) = profiles(std::slice::from_ref(&scores), CEILINGS.len(), DRAWS, draws);
    let outcome = |target: usize| {
        let stretches = endless[target] * in_stretches(plan, &features, &noise, CEILINGS[target]);
        let bootstrap = profiles[target].layer(0).estimate(&bootstrap);
        Outcome { endless: endless[target], stretches, bootstrap, jackknife: jackknives[target].estimate() }
    };
    Ok((0..CEILINGS.len()).map(outcome).collect())
}

/// One random direction for each of `norms`, of that length: `(width, targets)`.
pub fn weights_of_norm(width: usize, norms: &[f64], seed: u64) -> Array2<f64> {
    let mut c = Noise::white().series(width, norms.len(), seed);
    for (mut column, norm) in c.columns_mut().into_iter().zip(norms) {
        let length = column.dot(&column).sqrt();
        column *= norm / length;
    }
    c
}

/// What r of stretches is as a multiple of endless r: sqrt(k / (r^2 k + (1 - r^2) l)), where the features keep the share k
/// of their variance about the means of a stretch, the noise l, and the best r is `r`.
fn in_stretches(plan: Plan, features: &Noise, noise: &Noise, r: f64) -> f64 {
    let n = plan.rows / plan.folds;
    let (k, l) = (kept(features, n), kept(noise, n));
    (k / (r * r * k + (1.0 - r * r) * l)).sqrt()
}

/// 1 - variance of the mean of n rows: 1 - [c_0 + 2 sum over k from 1 to n - 1 of (1 - k / n) c_k] / n for autocovariance c.
fn kept(noise: &Noise, n: usize) -> f64 {
    let pairs = (1..n).map(|k| (1.0 - k as f64 / n as f64) * noise.autocovariance(k));
    1.0 - (noise.autocovariance(0) + 2.0 * pairs.sum::<f64>()) / n as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;

    use super::*;

    #[test]
    fn most_intervals_hold_the_truth() -> Result<()> {
        let outcomes = (0..30).map(|s| study(LONG, (0.0, 0.0), s)).collect::<Result<Vec<_>>>()?;
        let held = |of: fn(&Outcome) -> Estimate| outcomes.iter().flatten().filter(|o| holds(of(o), o.endless)).count();
        assert!(held(|o| o.bootstrap) > 90 && held(|o| o.jackknife) > 105);
        Ok(())
    }

    /// The variance of sampled stretches about their own means.
    #[test]
    fn stretches_keep_as_much_variance_as_said() -> Result<()> {
        let noise = Noise::autoregressive(0.9)?;
        let found = noise.series(50, 4000, 1).var_axis(Axis(0), 0.0).mean().unwrap_or(0.0);
        assert_abs_diff_eq!(found, kept(&noise, 50), epsilon = 0.015);
        assert_abs_diff_eq!(kept(&Noise::white(), 50), 0.98, epsilon = 1e-12);
        Ok(())
    }
}
