//! What CKA is on average where the columns at hand are a sample of endlessly many.

use anyhow::Result;
use gyrus_similarity::CkaPlan;
use gyrus_simulation::Noise;
use ndarray::Array2;
use rayon::prelude::*;

use super::MEMORY;
use super::layers::{PHI, SHARED, Shape};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row of the table.
pub const SEEDS: usize = 400;

const ROWS: usize = 500;

/// Columns of either layer.
const WIDTHS: [usize; 2] = [20, 200];

/// CKA of endlessly many rows and columns.
const TRUTHS: [f64; 4] = [0.0, 0.1, 0.5, 0.9];

/// How far a mean may be from the truth.
const BOUND: f64 = 0.01;

/// Debiased CKA, and that for sampled columns.
type Values = [f64; 2];

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (size, width) in WIDTHS.into_iter().enumerate() {
        for (kind, phi) in PHI.into_iter().enumerate() {
            let (shape, first) = (Shape { rows: ROWS, width, phi }, (size * PHI.len() + kind) * SEEDS);
            let values = (first..first + studies).into_par_iter().map(|s| study(shape, s));
            let values: Vec<[Values; 4]> = values.collect::<Result<_>>()?;
            rows.extend((0..TRUTHS.len()).map(|truth| row(shape, truth, &values)));
        }
    }
    let settings = vec![
        format!(
            "X = Z A + E and Y = (sqrt(T) Z + sqrt(1 - T) U) B + F: Z, U (n, {SHARED}), E and F (n, p) are independent AR(1) series, and \
             each study draws the columns of A and B anew; T is CKA of endlessly many rows and columns, of which noise is no part. \
             {ROWS} rows, {studies} studies."
        ),
        format!(
            "The gap is the least after which the autocorrelation is below 0.01. The mean for sampled columns must lie within {BOUND} \
             of the truth, or within 2.58 errors."
        ),
    ];
    let columns = &["p", "phi", "gap (rows)", "truth", "debiased", "for sampled columns", "sampled holds"];
    Ok(Table { title: "CKA of layers whose columns are a sample", settings, columns, rows })
}

fn row(shape: Shape, truth: usize, values: &[[Values; 4]]) -> Vec<String> {
    let [debiased, sampled] = [0, 1].map(|which| Measured::of(values.iter().map(|study| study[truth][which])));
    let holds = sampled.agrees_with(TRUTHS[truth]) || (sampled.value - TRUTHS[truth]).abs() <= BOUND;
    vec![
        shape.width.to_string(),
        shape.phi.to_string(),
        shape.gap().to_string(),
        TRUTHS[truth].to_string(),
        debiased.number(4),
        sampled.number(4),
        verdict(holds),
    ]
}

fn study(shape: Shape, study: usize) -> Result<[Values; 4]> {
    let (process, white) = (Noise::autoregressive(shape.phi)?, Noise::white());
    let [z, u, a, b, e, f] = seeds(23, study);
    let [z, u] = [z, u].map(|seed| process.series(shape.rows, SHARED, seed));
    let [a, b] = [a, b].map(|seed| white.series(SHARED, shape.width, seed));
    let [e, f] = [e, f].map(|seed| process.series(shape.rows, shape.width, seed));
    let narrow = |layer: Array2<f64>| layer.mapv(|x| x as f32);
    let y = |truth: f64| narrow((&z * truth.sqrt() + &u * (1.0 - truth).sqrt()).dot(&b) + &f);
    let layers: Vec<Array2<f32>> = std::iter::once(narrow(z.dot(&a) + &e)).chain(TRUTHS.map(y)).collect();
    let found = CkaPlan::new(MEMORY).with_gap(shape.gap()).with_sampled_columns().run(&layers, &mut |_, _| {})?;
    let sampled = found.sampled.ok_or(anyhow::anyhow!("the plan is for sampled columns"))?;
    Ok(std::array::from_fn(|truth| [found.debiased[[0, truth + 1]], sampled[[0, truth + 1]]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_columns_costs_alignment_that_is_returned() -> Result<()> {
        let shape = Shape { rows: 200, width: 60, phi: 0.5 };
        let values = (0..30).map(|s| study(shape, s)).collect::<Result<Vec<_>>>()?;
        let mean = |which: usize| values.iter().map(|v| v[3][which]).sum::<f64>() / 30.0;
        assert!(mean(0) < 0.85 && (mean(1) - 0.9).abs() < 0.05, "{} {}", mean(0), mean(1));
        Ok(())
    }
}
