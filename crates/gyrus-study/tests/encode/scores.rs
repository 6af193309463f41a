//! Scores and penalties against nested cross-validation by brute force.

use std::fs;

use ndarray::Array2;
use polars::prelude::DataFrame;

use crate::arrays::{Outcome, call, check_refused, columns, counts, numbers, random, read_table, write_matrices};
use crate::nested::Plan;
use crate::{encode, folder, following, write_lines};

#[test]
fn equals_nested_cross_validation_by_brute_force() -> Outcome {
    let folder = tempfile::tempdir()?;
    // The first target follows the first layer, the others are noise.
    let (first, second, mut responses) = (random(61, 4, 1), random(61, 3, 2), random(61, 3, 3));
    responses.column_mut(0).zip_mut_with(&first.column(1), |y, x| *y += 2.0 * x);
    write_matrices(&folder.path().join("f.safetensors"), &[("layer.0", &first), ("layer.1", &second)])?;
    write_matrices(&folder.path().join("r.safetensors"), &[("r", &responses)])?;
    let files = "encode --features f.safetensors --responses r.safetensors --out scores.parquet";
    call(folder.path(), &format!("{files} --folds 4 --inner-folds 3 --gap 2 --penalties 1e-1:1e3:5"))?;
    let table = read_table(&folder.path().join("scores.parquet"))?;
    assert_eq!(columns(&table), ["layer", "target", "fold", "r", "penalty"]);
    let plan = Plan { folds: 4, inner_folds: 3, gap: 2, penalties: (-1..=3).map(|n| 10_f64.powi(n)).collect() };
    let (layers, targets, folds) = (counts(&table, "layer")?, counts(&table, "target")?, counts(&table, "fold")?);
    let (r, penalties) = (numbers(&table, "r")?, numbers(&table, "penalty")?);
    assert_eq!(r.len(), 2 * 3 * 4);
    let features = [first, second].map(|layer| layer.mapv(f64::from));
    let responses = responses.mapv(f64::from);
    for row in 0..r.len() {
        let (layer, target) = (features[layers[row]].view(), responses.column(targets[row]));
        let (expected, penalty) = plan.score(layer, target, folds[row]);
        assert!((r[row] - expected).abs() < 1e-9, "row {row}: {} for {expected}", r[row]);
        assert!((penalties[row] / penalty - 1.0).abs() < 1e-12, "row {row}: {} for {penalty}", penalties[row]);
    }
    let followed = (0..r.len()).filter(|row| targets[*row] == 0);
    assert!(followed.clone().all(|row| (layers[row] == 0) == (r[row] > 0.6)), "{r:?}");
    assert_eq!(followed.count(), 2 * 4);
    Ok(())
}

#[test]
fn refuses_arrays_that_do_not_belong_together() -> Outcome {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, array: &Array2<f32>| write_matrices(&folder.path().join(name), &[("a", array)]);
    let mut damaged = random(40, 2, 1);
    damaged[[7, 1]] = f32::NAN;
    write("f", &random(40, 2, 1))?;
    write("nan", &damaged)?;
    write("short", &random(39, 2, 1))?;
    let check = |f: &str, r: &str, rest: &str, expected: &[&str]| {
        check_refused(folder.path(), &format!("encode --features {f} --responses {r} --out o {rest}"), expected)
    };
    check("f", "short", "", &["`f` has 40 rows, `short` has 39"])?;
    check("nan", "f", "", &["`nan`", "tensor `a` has the value `NaN` in row 7, column 1 (from 0)"])?;
    damaged[[7, 1]] = f32::INFINITY;
    write("infinite", &damaged)?;
    check("f", "infinite", "", &["`infinite`", "tensor `a` has the value `inf` in row 7, column 1 (from 0)"])?;
    check("f", "f", "--gap 30", &["a gap of 30 rows on both sides of fold"])?;
    check("f", "f", "--folds 30", &["40 rows cannot be cut into 30 folds"])?;
    check("f", "absent", "", &["read `absent`: No such file"])?;
    assert!(!folder.path().join("o").exists());
    Ok(())
}

#[test]
fn shuffled_rows_learn_from_their_neighbours() -> Outcome {
    // Two smooth series without any tie.
    let smooth = |seed: u64| {
        let mut y = random(200, 1, seed);
        (1..200).for_each(|row| y[[row, 0]] = 0.98 * y[[row - 1, 0]] + 0.2 * y[[row, 0]]);
        y
    };
    let ramps =
        Array2::from_shape_fn((200, 20), |(row, column)| (-((row as f32 - 10.0 * column as f32) / 10.0).powi(2)).exp());
    let folder = folder(&[("f", &ramps), ("r", &smooth(3))])?;
    let mean =
        |table: DataFrame| Ok::<f64, Box<dyn std::error::Error>>(numbers(&table, "r")?.iter().sum::<f64>() / 5.0);
    let shuffled = mean(encode(folder.path(), "--folds 5 --scheme shuffled --seed 1")?)?;
    let contiguous = mean(encode(folder.path(), "--folds 5")?)?;
    assert!(shuffled > 0.8 && shuffled > contiguous + 0.3, "{shuffled} {contiguous}");
    Ok(())
}

#[test]
fn nothing_depends_on_the_number_of_threads() -> Outcome {
    let (x, other) = (random(90, 4, 1), random(90, 3, 2));
    let y = following(&x, 3, 1, 3);
    let folder = folder(&[("f", &x), ("other", &other), ("r", &y)])?;
    write_lines(&folder.path().join("runs"), (0..90).map(|row| row / 45))?;
    let all = "--runs runs --folds 3 --inner-folds 2 --lags 0,1 --bands other=other --partition-out parts --summary-out summary --draws 100 --block 5 --seed 3 --components 2";
    let outputs = |rest: &str| -> Result<Vec<Vec<u8>>, Box<dyn std::error::Error>> {
        encode(folder.path(), &format!("{all} {rest}"))?;
        ["out", "parts", "summary"].into_iter().map(|name| Ok(fs::read(folder.path().join(name))?)).collect()
    };
    for rest in ["--banded", "--null permutations:9 --null-out p"] {
        assert!(outputs(&format!("{rest} --threads 1"))? == outputs(&format!("{rest} --threads 2"))?, "{rest}");
    }
    let p = fs::read(folder.path().join("p"))?;
    outputs("--null permutations:9 --null-out p --threads 1")?;
    assert!(p == fs::read(folder.path().join("p"))?);
    Ok(())
}
