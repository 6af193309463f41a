//! `gyrus encode` on small made-up files with a known answer.

use std::fs;
use std::path::Path;

use ndarray::{Array2, ArrayView2, s};
use polars::prelude::DataFrame;

use crate::arrays::{Outcome, call, counts, numbers, random, read_table, write_matrices};
use crate::nested::Plan;

#[path = "../arrays/mod.rs"]
mod arrays;
#[path = "../nested/mod.rs"]
mod nested;

mod bands;
mod division;
mod drift;
mod hierarchy;
mod lags;
mod nulls;
mod refusals;
mod scores;
mod sharing;
mod summary;
mod words;

/// A folder of matrices, each a file of its own.
fn folder(files: &[(&str, &Array2<f32>)]) -> Result<tempfile::TempDir, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    for (name, array) in files {
        write_matrices(&folder.path().join(name), &[("a", array)])?;
    }
    Ok(folder)
}

/// The table `out` after a good call on the files `f` and `r`.
fn encode(folder: &Path, rest: &str) -> Result<DataFrame, Box<dyn std::error::Error>> {
    let penalties = if rest.contains("--penalties") { "" } else { "--penalties 1e-1:1e3:5" };
    call(folder, &format!("encode --features f --responses r --out out {penalties} {rest}"))?;
    read_table(&folder.join("out"))
}

/// One value for each row of a table or file, a line each.
fn write_lines<T: ToString>(path: &Path, values: impl IntoIterator<Item = T>) -> Outcome {
    Ok(fs::write(path, values.into_iter().map(|value| value.to_string() + "\n").collect::<String>())?)
}

fn plan(folds: usize, inner_folds: usize, gap: usize) -> Plan {
    Plan { folds, inner_folds, gap, penalties: (-1..=3).map(|n| 10_f64.powi(n)).collect() }
}

/// Responses of which the first target follows the second feature, `lag` rows later, and the others are noise.
fn following(features: &Array2<f32>, targets: usize, lag: usize, seed: u64) -> Array2<f32> {
    let mut y = random(features.nrows(), targets, seed);
    let heard = features.slice(s![..features.nrows() - lag, 1]);
    y.slice_mut(s![lag.., 0]).zip_mut_with(&heard, |y, x| *y += 2.0 * x);
    y
}

fn near(a: f64, b: f64, far: f64) {
    assert!((a - b).abs() < far || (a.is_nan() && b.is_nan()), "{a} for {b}");
}

/// Every r and penalty of `table` is that of nested cross-validation by brute force.
fn check_scores(table: &DataFrame, plan: &Plan, x: ArrayView2<f32>, y: ArrayView2<f32>) -> Outcome {
    let (x, y) = (x.mapv(f64::from), y.mapv(f64::from));
    let (targets, folds) = (counts(table, "target")?, counts(table, "fold")?);
    let (r, penalties) = (numbers(table, "r")?, numbers(table, "penalty")?);
    assert_eq!(r.len(), plan.folds * y.ncols());
    for row in 0..r.len() {
        let (expected, penalty) = plan.score(x.view(), y.column(targets[row]), folds[row]);
        near(r[row], expected, 1e-9);
        near(penalties[row] / penalty, 1.0, 1e-12);
    }
    Ok(())
}
