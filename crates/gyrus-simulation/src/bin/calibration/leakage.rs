//! What position alone predicts: nothing, if training rows are far enough from held-out ones.

use anyhow::Result;
use gyrus_encoding::position_features;
use gyrus_simulation::Noise;
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::analysis::{Plan, encode};
use crate::measured::Measured;
use crate::streams::seeds;
use crate::table::{Table, verdict};

/// Independent series per row of the table.
pub const SERIES: usize = 2000;

const PHI: [f64; 3] = [0.5, 0.9, 0.97];
const ROWS: usize = 1000;
const FOLDS: usize = 5;
/// Standard deviation of a bump, and rows from one bump to the next.
const BUMP: (f64, usize) = (2.0, 3);
/// The autocorrelation that a gap must have fallen below.
const NEGLIGIBLE: f64 = 0.01;

/// How held-out rows are kept from training rows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scheme {
    Shuffled,
    Contiguous,
    Gap,
}

/// Makes the table.
///
/// # Errors
/// The analysis fails.
pub fn run(series: usize) -> Result<Table> {
    let mut rows = Vec::new();
    for phi in PHI {
        for scheme in [Scheme::Shuffled, Scheme::Contiguous, Scheme::Gap] {
            rows.push(row(phi, scheme, series)?);
        }
    }
    let (sd, every) = BUMP;
    let settings = vec![
        format!(
            "Features: one ramp for each half of {ROWS} rows, and bumps of SD {sd} rows at every {every}rd row within \
             its half; responses: {series} independent AR(1) series, the same for each scheme."
        ),
        format!("Score: mean of r over {FOLDS} folds, with the standard error of its mean over series."),
        "Undefined: series left out because the prediction does not vary over some fold, beyond rounding.".to_owned(),
        format!(
            "The gap is the least after which the autocorrelation is below {NEGLIGIBLE}; the score must then be 0."
        ),
    ];
    let columns = &["phi", "folds", "gap (rows)", "mean r", "undefined", "0 within 2.58 errors"];
    Ok(Table { title: "Stimulus-free features predict nothing", settings, columns, rows })
}

fn row(phi: f64, scheme: Scheme, series: usize) -> Result<Vec<String>> {
    let gap = if scheme == Scheme::Gap { (NEGLIGIBLE.ln() / phi.ln()).ceil() as usize } else { 0 };
    let [noise, order] = seeds(1, (100.0 * phi) as usize);
    let responses = Noise::autoregressive(phi)?.series(ROWS, series, noise);
    let arrays = [features(), responses].map(|array| ordered(array, scheme, order));
    let design = Plan { rows: ROWS, folds: FOLDS, gap, block: ROWS }.design()?;
    let scores = encode(&design, arrays[0].view(), arrays[1].view())?.mean();
    let undefined = scores.iter().filter(|score| score.is_nan()).count();
    let score = Measured::of(scores.into_iter().filter(|score| !score.is_nan()));
    let name = match scheme {
        Scheme::Shuffled => "shuffled",
        Scheme::Contiguous => "contiguous",
        Scheme::Gap => "contiguous with a gap",
    };
    let holds = if scheme == Scheme::Gap { verdict(score.agrees_with(0.0)) } else { "not claimed".to_owned() };
    Ok(vec![phi.to_string(), name.to_owned(), gap.to_string(), score.number(4), undefined.to_string(), holds])
}

fn features() -> Array2<f64> {
    let halves = [0..ROWS / 2, ROWS / 2..ROWS];
    let (sd, every) = BUMP;
    position_features(ROWS, &halves, sd, every)
}

/// Contiguous folds of shuffled rows are shuffled folds of the rows.
fn ordered(array: Array2<f64>, scheme: Scheme, seed: u64) -> Array2<f64> {
    if scheme != Scheme::Shuffled {
        return array;
    }
    let mut order: Vec<usize> = (0..array.nrows()).collect();
    order.shuffle(&mut StdRng::seed_from_u64(seed));
    array.select(Axis(0), &order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_folds_leak_and_a_gap_does_not() -> Result<()> {
        let mean = |scheme| -> Result<f64> {
            let row = row(0.9, scheme, 100)?;
            Ok(row[3].split(' ').next().unwrap_or_default().parse()?)
        };
        assert!(mean(Scheme::Shuffled)? > 0.5);
        assert!(mean(Scheme::Gap)?.abs() < 0.08);
        Ok(())
    }
}
