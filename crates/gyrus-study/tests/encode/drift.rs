//! Slow cosines that responses, features and controls lose.

use std::f64::consts::PI;

use ndarray::{Array2, s};

use crate::arrays::{Outcome, check_refused, numbers, random};
use crate::{encode, folder, following, near, write_lines};

/// Rows of a run less their mean and the first `cosines` of their discrete cosine transform, by definition.
fn fast(y: &Array2<f32>, cosines: usize) -> Array2<f32> {
    let n = y.nrows();
    let wave = |k: usize, row: usize| (PI * k as f64 * (row as f64 + 0.5) / n as f64).cos();
    let mut left = y.mapv(f64::from);
    for k in 0..=cosines {
        for mut column in left.columns_mut() {
            let (mut product, mut square) = (0.0, 0.0);
            for (row, value) in column.iter().enumerate() {
                product += value * wave(k, row);
                square += wave(k, row).powi(2);
            }
            column.iter_mut().enumerate().for_each(|(row, value)| *value -= product / square * wave(k, row));
        }
    }
    left.mapv(|value| value as f32)
}

/// Each half of the rows filtered by itself.
fn halves(y: &Array2<f32>, cosines: usize) -> Array2<f32> {
    let half = y.nrows() / 2;
    let parts = [s![..half, ..], s![half.., ..]].map(|rows| fast(&y.slice(rows).to_owned(), cosines));
    ndarray::concatenate![ndarray::Axis(0), parts[0], parts[1]]
}

#[test]
fn every_run_loses_its_own_drift() -> Outcome {
    let x = random(80, 3, 1);
    let mut y = following(&x, 2, 0, 2);
    // A drift that both share, another in each run.
    let drift = |row: usize| 40.0 * (row as f32 / 30.0).sin();
    y.indexed_iter_mut().for_each(|((row, _), y)| *y += drift(row));
    let (mut x, c) = (x, random(80, 1, 5));
    x.indexed_iter_mut().for_each(|((row, _), x)| *x -= drift(row));
    let files = folder(&[("f", &x), ("r", &y), ("c", &c)])?;
    write_lines(&files.path().join("runs"), (0..80).map(|row| row / 40))?;
    let filtered = folder(&[("f", &halves(&x, 5)), ("r", &halves(&y, 5)), ("c", &halves(&c, 5))])?;
    write_lines(&filtered.path().join("runs"), (0..80).map(|row| row / 40))?;
    let folds = "--runs runs --folds 4 --inner-folds 3 --controls c";
    let expected = numbers(&encode(filtered.path(), folds)?, "r")?;
    // Five cosines of 40 rows of 2 s are periods above 32 s.
    for rest in ["--cosines 5", "--high-pass 32 --step 2", "--high-pass 16 --rate 1"] {
        let found = numbers(&encode(files.path(), &format!("{folds} {rest}"))?, "r")?;
        found.iter().zip(&expected).for_each(|(r, expected)| near(*r, *expected, 1e-5));
    }
    let kept = numbers(&encode(files.path(), folds)?, "r")?;
    assert!(kept.iter().zip(&expected).any(|(kept, expected)| (kept - expected).abs() > 0.1), "{kept:?}");
    Ok(())
}

#[test]
fn what_is_not_evenly_spaced_has_no_drift_to_remove() -> Outcome {
    let x = random(40, 2, 1);
    let folder = folder(&[("f", &x), ("r", &x)])?;
    write_lines(&folder.path().join("times"), 0..40)?;
    write_lines(&folder.path().join("runs"), (0..40).map(|row| usize::from(row >= 36)))?;
    let check = |rest: &str, expected: &str| {
        check_refused(folder.path(), &format!("encode --features f --responses r --out o {rest}"), &[expected])
    };
    check("--high-pass 60", "`--high-pass` needs `--step` or `--rate`")?;
    check("--high-pass=-3 --step 1", "must be positive and finite: `-3` s")?;
    check("--cosines 3 --times times", "rows with `--times` of their own need not be evenly spaced")?;
    check("--cosines 4 --runs runs", "run 1 (from 0) has 4 rows, and removing 4 slow cosines leaves nothing")?;
    check("--high-pass 2 --step 1", "run 0 (from 0) has 40 rows, and removing 40 slow cosines leaves nothing")
}
