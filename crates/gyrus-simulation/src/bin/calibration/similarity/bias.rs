//! What CKA is on average, against the CKA of endlessly many rows.

use anyhow::Result;
use gyrus_similarity::CkaPlan;
use rayon::prelude::*;

use super::MEMORY;
use super::layers::{PHI, Shape};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Simulated studies per row for the smallest layers; see [`SIZES`].
pub const SEEDS: usize = 200;

/// Rows, columns, and one of how many studies is made: long and wide layers take long and scatter little.
const SIZES: [(usize, usize, usize); 6] =
    [(500, 20, 1), (500, 200, 1), (500, 1000, 2), (2000, 20, 4), (2000, 200, 4), (2000, 1000, 20)];

/// CKA of endlessly many rows.
const TRUTHS: [f64; 4] = [0.0, 0.1, 0.5, 0.9];

/// How far a mean may be from the truth.
const BOUND: f64 = 0.01;

/// CKA of each truth.
struct Outcome {
    without_gap: Vec<f64>,
    with_gap: Vec<f64>,
    biased: Vec<f64>,
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(studies: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for (size, (n, width, fewer)) in SIZES.into_iter().enumerate() {
        for (kind, phi) in PHI.into_iter().enumerate() {
            let (shape, first) = (Shape { rows: n, width, phi }, (size * PHI.len() + kind) * SEEDS);
            let outcomes = (first..first + studies.div_ceil(fewer)).into_par_iter().map(|s| study(shape, s));
            let outcomes: Vec<Outcome> = outcomes.collect::<Result<_>>()?;
            rows.extend((0..TRUTHS.len()).map(|truth| row(shape, truth, &outcomes)));
        }
    }
    let settings = vec![
        "X = Z A + s E and Y = Z B + s F: Z (n, 5), E and F (n, p) are independent AR(1) series (phi 0 is white), A and B are \
         fixed, with orthogonal rows; s is chosen for the truth, ||A'B||^2 / (||A'A + s^2 I|| ||B'B + s^2 I||), which is CKA of \
         endlessly many rows that are not alike. For 0, X and Y are as noisy as for .1, and Y has a Z of its own."
            .into(),
        format!(
            "Means over {studies} studies, half as many for 500 rows and 1000 columns, a quarter for 2000 rows, a twentieth for \
             2000 rows and 1000 columns. The gap is the least after which the autocorrelation is below 0.01."
        ),
        format!("With a gap the mean must lie within {BOUND} of the truth, or within 2.58 errors; nothing is claimed without."),
    ];
    let columns =
        &["rows", "p", "phi", "gap (rows)", "truth", "biased", "debiased, no gap", "debiased, gap", "gap holds"];
    Ok(Table { title: "CKA of layers of known alignment", settings, columns, rows })
}

fn row(shape: Shape, truth: usize, outcomes: &[Outcome]) -> Vec<String> {
    let mean = |of: fn(&Outcome) -> &Vec<f64>| Measured::of(outcomes.iter().map(|outcome| of(outcome)[truth]));
    let with_gap = mean(|outcome| &outcome.with_gap);
    let holds = with_gap.agrees_with(TRUTHS[truth]) || (with_gap.value - TRUTHS[truth]).abs() <= BOUND;
    vec![
        shape.rows.to_string(),
        shape.width.to_string(),
        shape.phi.to_string(),
        shape.gap().to_string(),
        TRUTHS[truth].to_string(),
        mean(|outcome| &outcome.biased).number(4),
        mean(|outcome| &outcome.without_gap).number(4),
        with_gap.number(4),
        verdict(holds),
    ]
}

fn study(shape: Shape, study: usize) -> Result<Outcome> {
    let made = shape.layers(seeds(20, study))?;
    let mut layers = vec![made.x(TRUTHS[1]), made.unrelated(TRUTHS[1]), made.y(TRUTHS[1])];
    TRUTHS[2..].iter().for_each(|truth| layers.extend([made.x(*truth), made.y(*truth)]));
    let pairs = [(0, 1), (0, 2), (3, 4), (5, 6)];
    let plan = CkaPlan::new(MEMORY);
    let found = plan.run(&layers, &mut |_, _| {})?;
    let without_gap = pairs.map(|pair| found.debiased[pair]).to_vec();
    let with_gap = match shape.gap() {
        0 => without_gap.clone(),
        gap => {
            let found = plan.with_gap(gap).run(&layers, &mut |_, _| {})?;
            pairs.map(|pair| found.debiased[pair]).to_vec()
        }
    };
    Ok(Outcome { without_gap, with_gap, biased: pairs.map(|pair| found.biased[pair]).to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_gap_unrelated_layers_are_alike() -> Result<()> {
        let shape = Shape { rows: 300, width: 100, phi: 0.9 };
        let outcomes = (0..20).map(|s| study(shape, s)).collect::<Result<Vec<_>>>()?;
        let mean = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).sum::<f64>() / 20.0;
        assert!(mean(|o| o.without_gap[0]) > 0.3 && mean(|o| o.with_gap[0]).abs() < 0.1);
        Ok(())
    }
}
