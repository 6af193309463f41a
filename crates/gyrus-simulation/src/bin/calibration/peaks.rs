//! How often a peak layer's interval holds the layer where the fitted weights do best on endless fresh rows.

use anyhow::Result;
use gyrus_encoding::FoldScores;
use gyrus_simulation::{Cortex, CortexParams, Layer, LayerParams, Levels, Noise, layers};
use ndarray::{Array1, Array2, Axis, stack};
use rayon::prelude::*;

use crate::analysis::{Plan, encode, endless_r, highest, profiles, weights};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 300;

const PLAN: Plan = Plan { rows: 1000, folds: 5, gap: 40, block: 40 };
const LEVELS: (usize, usize) = (6, 2);
const LAYERS: LayerParams = LayerParams { layers: 12, width: 12, spread: 0.3, noise: 1.0 };
const ELECTRODES: usize = 8;
const DRAWS: usize = 500;
/// Share of signal, and phi of features and of noise.
const CASES: [(f64, f64); 4] = [(0.03, 0.5), (0.1, 0.5), (0.4, 0.5), (0.1, 0.9)];

/// Per electrode of one study.
struct Outcome {
    covered: f64,
    width: f64,
    exact: f64,
    distance: f64,
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (case, (signal, phi)) in CASES.into_iter().enumerate() {
        let outcomes = (0..studies).into_par_iter().map(|s| study(signal, phi, s + case * SEEDS));
        rows.push(row(signal, phi, &outcomes.collect::<Result<Vec<_>>>()?));
    }
    let Plan { rows: n, folds, gap, block } = PLAN;
    let LayerParams { layers, width, .. } = LAYERS;
    let settings = vec![
        format!(
            "{layers} layers of width {width} over {} independent levels, {ELECTRODES} electrodes along the hierarchy; features \
             and noise AR(1); {n} rows, {folds} folds, gap {gap}, blocks of {block} rows, {DRAWS} draws, {studies} studies.",
            LEVELS.0
        ),
        "Truth: the layer where the weights' r on endless fresh rows, in closed form and averaged over folds, is highest."
            .into(),
        "Coverage in percent, must be at least 93; errors are over studies, because electrodes share their features.".into(),
    ];
    let columns =
        &["best r", "phi", "coverage", "width (layers)", "argmax is right", "argmax off by (layers)", "holds"];
    Ok(Table { title: "Coverage of the 95 % interval of the peak layer", settings, columns, rows })
}

fn row(signal: f64, phi: f64, studies: &[Vec<Outcome>]) -> Vec<String> {
    let mean = |of: fn(&Outcome) -> f64| {
        Measured::of(studies.iter().map(|outcomes| outcomes.iter().map(of).sum::<f64>() / ELECTRODES as f64))
    };
    let covered = mean(|outcome| outcome.covered);
    let best = format!("{:.2}", signal.sqrt());
    let [width, off] = [mean(|outcome| outcome.width), mean(|outcome| outcome.distance)].map(|mean| mean.number(2));
    let exact = mean(|outcome| outcome.exact).percent();
    vec![best, phi.to_string(), covered.percent(), width, exact, off, verdict(covered.value >= 0.93)]
}

fn study(signal: f64, phi: f64, study: usize) -> Result<Vec<Outcome>> {
    let [levels, states, cortex, draws] = seeds(4, study);
    let noise = Noise::autoregressive(phi)?;
    let levels = Levels::independent(&noise, PLAN.rows, LEVELS.0, LEVELS.1, levels)?;
    let layers = layers(&levels, &LAYERS, states)?;
    let params = CortexParams {
        patients: 1,
        electrodes: ELECTRODES,
        deaf: 0.0,
        signal,
        noise,
        latency: 0,
        window: 0,
        ..Default::default()
    };
    let cortex = Cortex::hear(&levels, &params, cortex)?;
    let (mut scores, mut truths): (Vec<FoldScores>, Vec<Array1<f64>>) = (Vec::new(), Vec::new());
    for layer in &layers {
        let (score, truth) = scored(layer, &cortex, signal)?;
        scores.push(score);
        truths.push(truth);
    }
    let truths = stack(Axis(0), &truths.iter().map(Array1::view).collect::<Vec<_>>())?;
    let (_, profiles) = profiles(&scores, ELECTRODES, DRAWS, draws);
    let outcome = |(profile, truth): (&gyrus_encoding::Profile, ndarray::ArrayView1<f64>)| {
        let (peak, truth) = (profile.peak(), highest(truth));
        let off = (peak.layer as f64 - truth).abs();
        Outcome {
            covered: f64::from(u8::from(peak.low <= truth && truth <= peak.high)),
            width: peak.high - peak.low,
            exact: f64::from(u8::from(off == 0.0)),
            distance: off,
        }
    };
    Ok(profiles.iter().zip(truths.columns()).map(outcome).collect())
}

/// Scores of a layer, and the r on endless rows of each electrode, `(electrodes)`, averaged over folds.
///
/// With the identity as the levels' covariance the states have A'A + noise^2 I and, with response
/// sqrt(s) Z c + sqrt(1 - s) noise, the covariance sqrt(s) A'c; the response has variance s c'c + 1 - s.
fn scored(layer: &Layer, cortex: &Cortex, s: f64) -> Result<(FoldScores, Array1<f64>)> {
    let a = &layer.mixing;
    let mut c = Array2::zeros((a.nrows(), ELECTRODES));
    for (mut column, electrode) in c.columns_mut().into_iter().zip(&cortex.truth.electrodes) {
        let weights = &electrode.weights;
        column.assign(&(s.sqrt() * weights / (s * weights.dot(weights) + 1.0 - s).sqrt()));
    }
    let states = a.t().dot(a) + layer.noise * layer.noise * Array2::<f64>::eye(a.ncols());
    let with_responses = a.t().dot(&c);
    let design = PLAN.design()?;
    let scores = encode(&design, layer.states.view(), cortex.responses.view())?;
    let weights = weights(&design, layer.states.view(), 0, cortex.responses.view(), scores.penalties())?;
    let truths = weights.iter().map(|b| endless_r(b, states.view(), with_responses.view()));
    Ok((scores, truths.fold(Array1::zeros(ELECTRODES), |sum, r| sum + r) / PLAN.folds as f64))
}

#[cfg(test)]
mod tests {
    use gyrus_encoding::correlation;

    use super::*;

    /// The closed form agrees with what the same weights reach on the rows they were scored on, on average.
    #[test]
    fn scores_stand_around_the_closed_form() -> Result<()> {
        let levels = Levels::independent(&Noise::white(), PLAN.rows, LEVELS.0, LEVELS.1, 1)?;
        let params = CortexParams {
            patients: 1,
            electrodes: ELECTRODES,
            deaf: 0.0,
            signal: 0.5,
            latency: 0,
            window: 0,
            ..Default::default()
        };
        let cortex = Cortex::hear(&levels, &params, 2)?;
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        for layer in layers(&levels, &LAYERS, 3)? {
            let (scores, truth) = scored(&layer, &cortex, 0.5)?;
            found.extend(scores.mean());
            expected.extend(truth);
        }
        let (found, expected) = (Array1::from(found), Array1::from(expected));
        assert!((&found - &expected).mean().unwrap_or(1.0).abs() < 0.02);
        assert!(correlation(found.view(), expected.view()) > 0.9);
        Ok(())
    }

    #[test]
    fn a_strong_signal_is_placed() -> Result<()> {
        let outcomes = study(0.9, 0.0, 7)?;
        assert!(outcomes.iter().all(|outcome| outcome.distance <= 2.0 && outcome.width < 6.0));
        Ok(())
    }
}
