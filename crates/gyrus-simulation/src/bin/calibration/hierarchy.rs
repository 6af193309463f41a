//! Whether a planted hierarchy is found, and none where there is none.

use anyhow::Result;
use gyrus_simulation::{Cortex, CortexParams, LayerParams, Levels, Map, Noise, Words, layers};
use ndarray::{Array1, Axis, stack};
use rayon::prelude::*;

use crate::analysis::{Plan, encode, highest};
use crate::measured::Measured;
use crate::spearman::{permutation_p, spearman};
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 400;

const PLAN: Plan = Plan { rows: 800, folds: 5, gap: 20, block: 800 };
const VOCABULARY: usize = 300;
const VECTOR: usize = 4;
const LAYERS: LayerParams = LayerParams { layers: 9, width: 16, spread: 0.15, noise: 0.5 };
const PATIENTS: usize = 3;
const ELECTRODES: usize = 12;
const PERMUTATIONS: usize = 499;
const LEVEL: f64 = 0.05;
/// What is planted, in words and as settings: the map and the share of signal; the last, whether there is a hierarchy.
const CASES: [(&str, Map, f64, bool); 5] = [
    ("hierarchy, best r .45", Map::Hierarchy, 0.2, true),
    ("hierarchy, best r .22", Map::Hierarchy, 0.05, true),
    ("no hierarchy, best r .45", Map::Scattered, 0.2, false),
    ("only shallow levels, best r .45", Map::Shallow, 0.2, false),
    ("no signal", Map::Hierarchy, 0.0, false),
];

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (case, (name, map, signal, planted)) in CASES.into_iter().enumerate() {
        let outcomes = (0..studies).into_par_iter().map(|s| study(map, signal, s + case * SEEDS));
        rows.push(row(name, planted, &outcomes.collect::<Result<Vec<_>>>()?));
    }
    let Plan { rows: n, folds, gap, .. } = PLAN;
    let settings = vec![
        format!(
            "{n} words drawn by Zipf's law from {VOCABULARY}, {} layers of width {}; {PATIENTS} patients with {ELECTRODES} \
             electrodes, a quarter of them deaf, 1/f noise; {folds} folds, gap {gap}, {studies} studies per row.",
            LAYERS.layers, LAYERS.width
        ),
        format!(
            "Alignment: Spearman's rho over electrodes of the peak layer and the distance; p by {PERMUTATIONS} permutations \
             within patients, two-sided."
        ),
        format!(
            "Share of p of at most {LEVEL} in percent with its binomial error; without hierarchy it must lie within 2.58 errors of 5."
        ),
    ];
    let columns = &["planted", "mean rho", "p at most .05", "holds"];
    Ok(Table { title: "A planted hierarchy is found, and none where there is none", settings, columns, rows })
}

fn row(name: &str, planted: bool, outcomes: &[(f64, f64)]) -> Vec<String> {
    let rho = Measured::of(outcomes.iter().map(|(rho, _)| *rho));
    let found = Measured::share(outcomes.iter().map(|(_, p)| *p <= LEVEL));
    let binomial = Measured { error: (LEVEL * (1.0 - LEVEL) / outcomes.len() as f64).sqrt(), ..found };
    let holds = if planted { "power".to_owned() } else { verdict(binomial.agrees_with(LEVEL)) };
    vec![name.to_owned(), rho.number(3), found.percent(), holds]
}

/// rho of peak layers and distances, and its p value.
fn study(map: Map, signal: f64, study: usize) -> Result<(f64, f64)> {
    let [words, features, states, cortex, permutations] = seeds(5, study);
    let levels = Levels::of_words(&Words::zipf(PLAN.rows, VOCABULARY, words)?, VECTOR, features)?;
    let noise = Noise::pink(1.0)?;
    let params = CortexParams { patients: PATIENTS, electrodes: ELECTRODES, map, signal, noise, ..Default::default() };
    let cortex = Cortex::hear(&levels, &params, cortex)?;
    let design = PLAN.design()?;
    let scores = layers(&levels, &LAYERS, states)?
        .iter()
        .map(|layer| Ok(encode(&design, layer.states.view(), cortex.responses.view())?.mean()))
        .collect::<Result<Vec<Array1<f64>>>>()?;
    let scores = stack(Axis(1), &scores.iter().map(Array1::view).collect::<Vec<_>>())?;
    let peaks: Vec<f64> = scores.rows().into_iter().map(highest).collect();
    let (distances, patients): (Vec<f64>, Vec<usize>) =
        cortex.sites.iter().map(|site| (site.distance, site.patient)).unzip();
    let p = permutation_p(&peaks, &distances, &patients, PERMUTATIONS, permutations);
    Ok((spearman(&peaks, &distances), p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_hierarchy_is_found() -> Result<()> {
        let (rho, p) = study(Map::Hierarchy, 0.6, 1)?;
        assert!(rho > 0.4 && p < 0.05, "rho {rho}, p {p}");
        Ok(())
    }
}
