//! `gyrus encode` on small made-up files with a known answer.

use std::fs;
use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};
use polars::prelude::DataFrame;

use crate::arrays::{
    Outcome, call, check_refused, columns, counts, numbers, program, random, read_table, texts, write_matrices,
    write_tensors,
};
use crate::nested::Plan;

mod arrays;
mod nested;

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
    check("nan", "f", "", &["tensor `a` of `nan`", "`NaN` in row 7, column 1 (from 0)"])?;
    damaged[[7, 1]] = f32::INFINITY;
    write("infinite", &damaged)?;
    check("f", "infinite", "", &["against `infinite`", "`inf` in row 7, column 1 (from 0)"])?;
    check("f", "f", "--gap 30", &["a gap of 30 rows on both sides of fold"])?;
    check("f", "f", "--folds 30", &["40 rows cannot be cut into 30 folds"])?;
    check("f", "absent", "", &["read `absent`: No such file"])?;
    assert!(!folder.path().join("o").exists());
    Ok(())
}

#[test]
fn runs_are_left_out_whole_and_no_gap_reaches_between_them() -> Outcome {
    let x = random(60, 4, 1);
    let y = following(&x, 2, 0, 2);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    write_lines(&folder.path().join("runs"), (0..60).map(|row| 9 - row / 20))?;
    let table = encode(folder.path(), "--runs runs --scheme leave-run-out --gap 5 --folds-out folds")?;
    // Three runs of equal length are three contiguous folds, and two are left inside.
    check_scores(&table, &plan(3, 2, 0), x.view(), y.view())?;
    let folds = read_table(&folder.path().join("folds"))?;
    assert_eq!(columns(&folds), ["outer", "inner", "first_row", "rows", "training", "lost"]);
    let inner: Vec<Option<u32>> = folds.column("inner")?.u32()?.iter().collect();
    assert_eq!(inner, [None, Some(0), Some(1)].repeat(3));
    assert_eq!(counts(&folds, "first_row")?, [0, 20, 40, 20, 0, 40, 40, 0, 20]);
    assert_eq!(counts(&folds, "training")?, [40, 20, 20].repeat(3));
    assert_eq!(counts(&folds, "lost")?, [0; 9]);
    Ok(())
}

#[test]
fn groups_hold_out_every_repeat_of_a_story() -> Outcome {
    let x = random(80, 3, 1);
    let folder = folder(&[("f", &x), ("r", &following(&x, 1, 0, 2))])?;
    write_lines(&folder.path().join("runs"), (0..80).map(|row| row / 20))?;
    write_lines(&folder.path().join("groups"), (0..80).map(|row| row / 20 % 2))?;
    let group = "--runs runs --groups groups --scheme leave-group-out --inner-scheme leave-run-out --folds-out folds";
    assert_eq!(encode(folder.path(), group)?.height(), 2);
    let folds = read_table(&folder.path().join("folds"))?;
    let outer: Vec<usize> = folds
        .column("inner")?
        .is_null()
        .iter()
        .enumerate()
        .filter(|(_, null)| *null == Some(true))
        .map(|(row, _)| row)
        .collect();
    let first = counts(&folds, "first_row")?;
    assert_eq!(outer.iter().map(|row| first[*row]).collect::<Vec<_>>(), [0, 40, 20, 60]);
    Ok(())
}

#[test]
fn a_gap_in_seconds_is_one_in_rows() -> Outcome {
    let x = random(61, 4, 1);
    let y = following(&x, 2, 0, 2);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let folds = "--folds 4 --inner-folds 3";
    check_scores(
        &encode(folder.path(), &format!("{folds} --gap 1.2s --step 0.5"))?,
        &plan(4, 3, 2),
        x.view(),
        y.view(),
    )?;
    check_scores(&encode(folder.path(), &format!("{folds} --gap 1s --rate 2"))?, &plan(4, 3, 2), x.view(), y.view())?;
    write_lines(&folder.path().join("times"), (0..61).map(|row| 3.0 + 0.5 * f64::from(row)))?;
    check_scores(
        &encode(folder.path(), &format!("{folds} --gap 1s --times times"))?,
        &plan(4, 3, 2),
        x.view(),
        y.view(),
    )
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
fn each_lag_is_the_model_of_its_own_rows() -> Outcome {
    let x = random(64, 4, 1);
    let y = following(&x, 2, 2, 2);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let table = encode(folder.path(), "--folds 4 --inner-folds 3 --gap 2 --lags -1:2:1 --folds-out folds")?;
    assert_eq!(columns(&table), ["layer", "target", "lag", "fold", "r", "penalty"]);
    let lags = numbers(&table, "lag")?;
    for lag in -1..=2_i32 {
        let mask = lags.iter().map(|found| *found == f64::from(lag)).collect();
        let moved = |row: i32| usize::try_from(row + lag).expect("a kept row");
        // Rows 1 to 61 have a response at every lag.
        let y = y.slice(s![moved(1)..moved(62), ..]);
        check_scores(&table.filter(&mask)?, &plan(4, 3, 2), x.slice(s![1..62, ..]), y)?;
    }
    let followed = numbers(&table, "r")?.into_iter().zip(counts(&table, "target")?).zip(&lags);
    assert!(followed.filter(|((_, target), _)| *target == 0).all(|((r, _), lag)| (r > 0.6) == (*lag == 2.0)));
    assert_eq!(counts(&read_table(&folder.path().join("folds"))?, "first_row")?[0], 1);
    let seconds = encode(folder.path(), "--folds 4 --inner-folds 3 --gap 1s --lags -0.5s:1s:0.5s --step 0.5")?;
    assert_eq!(numbers(&seconds, "r")?, numbers(&table, "r")?);
    assert_eq!(numbers(&seconds, "lag")?, lags.iter().map(|lag| lag / 2.0).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn variance_is_unique_or_shared() -> Outcome {
    let (own, other) = (random(400, 3, 1), random(400, 2, 2));
    let y = Array2::from_shape_fn((400, 1), |(row, _)| 2.0 * own[[row, 0]] + other[[row, 1]]);
    let folder = folder(&[("f", &own), ("other", &other), ("copy", &own), ("r", &y)])?;
    let values = |rest: &str| -> Result<[Vec<f64>; 4], Box<dyn std::error::Error>> {
        encode(folder.path(), &format!("--folds 5 --penalties 1e-6:1e-6:1 --partition-out parts {rest}"))?;
        let table = read_table(&folder.path().join("parts"))?;
        let names = ["joint_r2", "without_r2", "unique_r2", "shared_r2"].map(|name| numbers(&table, name));
        let [joint, without, unique, shared] = names;
        assert_eq!(texts(&table, "band")?[0], "layer");
        Ok([joint?, without?, unique?, shared?])
    };
    // Variance 4 of the layer and 1 of the other band, without noise.
    let [joint, without, unique, shared] = values("--bands other=other")?;
    near(joint[0], 1.0, 1e-6);
    near(unique[0], 0.8, 0.1);
    near(unique[1], 0.2, 0.1);
    near(joint[0] - without[0], unique[0], 1e-12);
    near(shared[0], joint[0] - unique[0] - unique[1], 1e-12);
    // A copy has nothing of its own.
    let [joint, _, unique, shared] = values("--bands other=other,copy=copy")?;
    near(joint[0], 1.0, 1e-6);
    near(unique[0], 0.0, 1e-6);
    near(unique[2], 0.0, 1e-6);
    near(shared[0], 1.0 - unique[1], 1e-6);
    // Controls explain what they explain before any band does.
    write_matrices(&folder.path().join("c"), &[("c", &own)])?;
    let [_, _, unique, shared] = values("--bands other=other --controls c")?;
    near(unique[0], 0.0, 1e-6);
    near(shared[0], 0.0, 1e-6);
    Ok(())
}

#[test]
fn bands_of_noise_are_penalised_more() -> Outcome {
    let (own, noise) = (random(120, 3, 1), random(120, 40, 2));
    let folder = folder(&[("f", &own), ("noise", &noise), ("r", &following(&own, 1, 0, 3))])?;
    let mean = |table: &DataFrame| numbers(table, "r").map(|r| r.iter().sum::<f64>());
    let one = encode(folder.path(), "--folds 4 --bands noise=noise")?;
    let banded = encode(folder.path(), "--folds 4 --bands noise=noise --banded")?;
    assert_eq!(columns(&banded), ["layer", "target", "fold", "r", "penalty_layer", "penalty_noise"]);
    let (layer, noise) = (numbers(&banded, "penalty_layer")?, numbers(&banded, "penalty_noise")?);
    assert!(layer.iter().zip(&noise).all(|(layer, noise)| 3.0 * layer < *noise), "{layer:?} {noise:?}");
    assert!(mean(&banded)? > mean(&one)? + 0.1, "{} {}", mean(&banded)?, mean(&one)?);
    Ok(())
}

/// p of `observed`, the mean r of each of `columns`, against the largest of them in each circular shift.
fn p_by_brute_force(x: &Array2<f64>, columns: &[Array1<f64>], plan: &Plan) -> Vec<f64> {
    let folds = plan.folds as f64;
    let chosen = |y: ArrayView1<f64>| (0..plan.folds).map(|fold| plan.score(x.view(), y, fold)).collect::<Vec<_>>();
    let chosen: Vec<Vec<(f64, f64)>> = columns.iter().map(|y| chosen(y.view())).collect();
    let observed = chosen.iter().map(|of| of.iter().map(|(r, _)| r).sum::<f64>() / folds);
    let null = |shift: usize| {
        let turned = |y: &Array1<f64>| {
            let n = y.len();
            Array1::from_shape_fn(n, |row| y[(row + n - shift) % n])
        };
        let mean = |(y, of): (&Array1<f64>, &Vec<(f64, f64)>)| {
            let y = turned(y);
            let r = of.iter().enumerate().map(|(fold, (_, penalty))| plan.refit(x.view(), y.view(), fold, *penalty));
            r.sum::<f64>() / folds
        };
        columns.iter().zip(&chosen).map(mean).fold(f64::NEG_INFINITY, f64::max)
    };
    let null: Vec<f64> = (1..x.nrows()).map(null).collect();
    let p =
        |observed: f64| (1 + null.iter().filter(|null| **null >= observed).count()) as f64 / (1 + null.len()) as f64;
    observed.map(p).collect()
}

#[test]
fn p_values_are_those_of_all_circular_shifts() -> Outcome {
    let x = random(60, 2, 1);
    let mut y = random(60, 4, 2);
    y.column_mut(1).zip_mut_with(&x.column(0), |y, x| *y += 0.4 * x);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let files = "encode --features f --responses r --penalties 1e-1:1e3:5 --out out --folds 3 --inner-folds 2 --null shifts:1000 --null-out p";
    let answer = program().call(folder.path(), files.split(' '))?;
    assert!(answer.complaint.contains("the null has 59 draws and not 1000"), "{answer:?}");
    let table = read_table(&folder.path().join("p"))?;
    assert_eq!(columns(&table), ["layer", "target", "r", "p", "q"]);
    let (x, y) = (x.mapv(f64::from), y.mapv(f64::from));
    let expected: Vec<f64> =
        y.columns().into_iter().map(|y| p_by_brute_force(&x, &[y.to_owned()], &plan(3, 2, 0))[0]).collect();
    let (p, q) = (numbers(&table, "p")?, numbers(&table, "q")?);
    p.iter().zip(&expected).for_each(|(p, expected)| near(*p, *expected, 1e-12));
    // The smallest of four p values is multiplied by four, unless a larger one has a smaller q.
    let mut sorted = p.clone();
    sorted.sort_by(f64::total_cmp);
    let least = (0..4).map(|i| sorted[i] * 4.0 / (i + 1) as f64).fold(1.0, f64::min);
    near(q[p.iter().position(|p| *p == sorted[0]).ok_or("a p")?], least, 1e-12);
    Ok(())
}

#[test]
fn p_values_hold_over_all_lags() -> Outcome {
    let x = random(62, 2, 1);
    let y = random(62, 1, 5);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    encode(folder.path(), "--folds 3 --inner-folds 2 --lags 0,1,2 --null shifts:1000 --null-out p")?;
    let table = read_table(&folder.path().join("p"))?;
    let (x, y) = (x.mapv(f64::from), y.mapv(f64::from));
    let columns: Vec<Array1<f64>> = (0..3).map(|lag| y.slice(s![lag..lag + 60, 0]).to_owned()).collect();
    let expected = p_by_brute_force(&x.slice(s![..60, ..]).to_owned(), &columns, &plan(3, 2, 0));
    let p = numbers(&table, "p")?;
    p.iter().zip(&expected).for_each(|(p, expected)| near(*p, *expected, 1e-12));
    near(numbers(&table, "q")?[0], p.iter().copied().fold(1.0, f64::min), 1e-12);
    Ok(())
}

#[test]
fn a_tie_to_controls_alone_is_not_significant() -> Outcome {
    let (x, c) = (random(150, 2, 1), random(150, 1, 2));
    let y = &random(150, 1, 3) * 0.3 + &c;
    let folder = folder(&[("f", &x), ("c", &c), ("r", &y)])?;
    let p = |rest: &str| -> Result<f64, Box<dyn std::error::Error>> {
        let table =
            encode(folder.path(), &format!("--folds 3 --null permutations:99 --null-block 10 --null-out p {rest}"))?;
        assert!(table.height() > 0);
        Ok(numbers(&read_table(&folder.path().join("p"))?, "p")?[0])
    };
    let with = p("--controls c")?;
    assert!(with > 0.05, "{with}");
    write_matrices(&folder.path().join("f"), &[("a", &c)])?;
    near(p("")?, 0.01, 1e-12);
    Ok(())
}

#[test]
fn targets_are_summed_up_from_their_scores() -> Outcome {
    let layers = [random(90, 3, 1), random(90, 3, 2), random(90, 3, 3)];
    let mut y = following(&layers[1], 3, 0, 4);
    y.column_mut(2).fill(1.0);
    let folder = folder(&[("r", &y)])?;
    let named: Vec<_> = ["l.0", "l.1", "l.2"].into_iter().zip(&layers).collect();
    write_matrices(&folder.path().join("f"), &named)?;
    // Two repeats whose mean is the response.
    let noise = random(90, 3, 5) * 0.5;
    write_matrices(&folder.path().join("repeats"), &[("one", &(&y + &noise)), ("two", &(&y - &noise))])?;
    let table = encode(folder.path(), "--folds 3 --summary-out summary --repeats repeats")?;
    let r = numbers(&table, "r")?;
    let (layer, target, fold) = (counts(&table, "layer")?, counts(&table, "target")?, counts(&table, "fold")?);
    let of = |l: usize, t: usize, f: usize| {
        (0..r.len()).find(|row| (layer[*row], target[*row], fold[*row]) == (l, t, f)).map_or(f64::NAN, |row| r[row])
    };
    let summary = read_table(&folder.path().join("summary"))?;
    let column = |name: &str| numbers(&summary, name);
    let peaks: Vec<Option<u32>> = summary.column("peak_layer")?.u32()?.iter().collect();
    for (t, peak) in peaks.iter().enumerate().take(2) {
        let mean = [0, 1, 2].map(|l| (0..3).map(|f| of(l, t, f)).sum::<f64>() / 3.0);
        let best = (0..3).fold(0, |best, l| if mean[l] > mean[best] { l } else { best });
        assert_eq!(*peak, Some(best as u32));
        near(column("peak_r")?[t], mean[best], 1e-12);
        let mass = mean.map(|m| m.max(0.0));
        near(column("centre_of_mass")?[t], (mass[1] + 2.0 * mass[2]) / mass.iter().sum::<f64>(), 1e-12);
        let chosen = |f: usize| {
            let others = |l: usize| (0..3).filter(|other| *other != f).map(|other| of(l, t, other)).sum::<f64>();
            (0..3).fold(0, |best, l| if others(l) > others(best) { l } else { best })
        };
        near(column("chosen_r")?[t], (0..3).map(|f| of(chosen(f), t, f)).sum::<f64>() / 3.0, 1e-12);
        let chosen: Vec<String> = (0..3).map(|f| chosen(f).to_string()).collect();
        assert_eq!(texts(&summary, "chosen_layers")?[t], chosen.join(" "));
        // Signal power of two repeats is their covariance.
        let (one, two) = ((&y + &noise).column(t).mapv(f64::from), (&y - &noise).column(t).mapv(f64::from));
        let covariance =
            |a: &Array1<f64>, b: &Array1<f64>| (a - a.mean().unwrap_or(0.0)).dot(&(b - b.mean().unwrap_or(0.0)));
        let mean = (&one + &two) / 2.0;
        let ceiling = (covariance(&one, &two) / covariance(&mean, &mean)).sqrt();
        near(column("ceiling")?[t], ceiling, 1e-9);
        near(column("peak_normalised")?[t], column("peak_r")?[t] / ceiling, 1e-9);
        near(column("chosen_normalised")?[t], column("chosen_r")?[t] / ceiling, 1e-9);
    }
    assert_eq!(peaks[2], None);
    assert!(column("peak_r")?[2].is_nan() && column("peak_normalised")?[2].is_nan());
    Ok(())
}

#[test]
fn intervals_lie_around_strong_peaks() -> Outcome {
    let layers = [random(300, 3, 1), random(300, 3, 2)];
    let mut y = following(&layers[1], 3, 0, 4);
    y.column_mut(2).fill(1.0);
    let folder = folder(&[("r", &y)])?;
    write_matrices(&folder.path().join("f"), &[("l.0", &layers[0]), ("l.1", &layers[1])])?;
    let plain = encode(folder.path(), "--folds 3 --summary-out summary")?;
    let table = encode(folder.path(), "--folds 3 --summary-out summary --draws 500 --block 10")?;
    let apart = numbers(&plain, "r")?.into_iter().zip(numbers(&table, "r")?);
    apart.for_each(|(a, b)| near(a, b, 1e-12));
    let summary = read_table(&folder.path().join("summary"))?;
    let column = |name: &str| numbers(&summary, name);
    // r = 2 / sqrt(5) for the target that follows the second layer, and hardly 0 for noise.
    let truth = 2.0 / 5.0_f64.sqrt();
    for name in ["peak_r", "chosen_r"] {
        let (low, high) = (column(&format!("{name}_low"))?, column(&format!("{name}_high"))?);
        assert!(low[0] < truth && truth < high[0] && high[0] - low[0] < 0.2, "{low:?} {high:?}");
        assert!(low[1] < 0.1 && high[1] - low[1] > 0.1, "{low:?} {high:?}");
        assert!(low[2].is_nan() && high[2].is_nan());
    }
    assert_eq!((column("peak_layer_low")?[0], column("peak_layer_high")?[0]), (1.0, 1.0));
    Ok(())
}

#[test]
fn listeners_give_the_leave_one_out_yardstick() -> Outcome {
    let x = random(90, 3, 1);
    let y = following(&x, 1, 0, 4);
    let folder = folder(&[("f", &x), ("r", &y)])?;
    let others = [1, 2, 3].map(|seed| &y + &random(90, 1, 10 + seed));
    let named: Vec<_> = ["a", "b", "c"].into_iter().zip(&others).collect();
    write_matrices(&folder.path().join("listeners"), &named)?;
    encode(folder.path(), "--folds 3 --summary-out summary --listeners listeners")?;
    let z = others.map(|other| {
        let other = other.column(0).mapv(f64::from);
        let centred = &other - other.mean().unwrap_or(0.0);
        &centred / centred.dot(&centred).sqrt()
    });
    let r = |i: usize| {
        let rest = &z[(i + 1) % 3] + &z[(i + 2) % 3];
        z[i].dot(&rest) / rest.dot(&rest).sqrt()
    };
    let summary = read_table(&folder.path().join("summary"))?;
    near(numbers(&summary, "ceiling")?[0], (r(0) + r(1) + r(2)) / 3.0, 1e-9);
    Ok(())
}

/// The canonical response, SPM's double gamma, by its definition.
fn canonical(t: f64) -> f64 {
    let gamma = |k: i32| t.powi(k - 1) * (-t).exp() / (1..k).map(f64::from).product::<f64>();
    if (0.0..32.0).contains(&t) { gamma(6) - gamma(16) / 6.0 } else { 0.0 }
}

/// The Lanczos window by its definition.
fn lanczos(u: f64) -> f64 {
    let sinc = |u: f64| if u == 0.0 { 1.0 } else { (std::f64::consts::PI * u).sin() / (std::f64::consts::PI * u) };
    if u.abs() < 3.0 { sinc(u) * sinc(u / 3.0) } else { 0.0 }
}

#[test]
fn words_reach_scans_as_defined() -> Outcome {
    let (words, rows, step) = (random(150, 2, 1), 80, 2.0);
    let times: Vec<f64> = (0..150).map(|word| 0.3 + 1.07 * f64::from(word)).collect();
    let spread = |h: &dyn Fn(f64) -> f64| {
        Array2::from_shape_fn((rows, 2), |(row, column)| {
            let time = 5.0 + step * row as f64;
            times.iter().zip(words.column(column)).map(|(t, x)| h(time - t) * f64::from(*x)).sum::<f64>() as f32
        })
    };
    let boxcar = |delay: f64| spread(&move |t| f64::from(u8::from((delay * 2.0..(delay + 1.0) * 2.0).contains(&t))));
    let smooth = spread(&|t| lanczos(t / step));
    let mut later = Array2::zeros((rows, 2));
    later.slice_mut(s![2.., ..]).assign(&smooth.slice(s![..rows - 2, ..]));
    let beside = |a: &Array2<f32>, b: &Array2<f32>| ndarray::concatenate![Axis(1), a.view(), b.view()];
    let cases = [
        ("canonical", spread(&canonical)),
        ("fir:1,2", beside(&boxcar(1.0), &boxcar(2.0))),
        ("lanczos", smooth.clone()),
        ("lanczos:0,2", beside(&smooth, &later)),
    ];
    for (model, x) in cases {
        let folder = folder(&[("f", &x), ("words", &words), ("r", &following(&x, 2, 0, 2))])?;
        write_lines(&folder.path().join("times"), &times)?;
        let rows = encode(folder.path(), "--folds 4 --gap 2")?;
        let spoken = format!(
            "encode --features words --responses r --penalties 1e-1:1e3:5 --out out --folds 4 --gap 4s --step 2 --start 5 --times times --response-model {model}"
        );
        let answer = program().call(folder.path(), spoken.split(' '))?;
        assert!(answer.complaint.contains("of 150 words end outside the recording, from 3 to 163 s"), "{answer:?}");
        let spoken = read_table(&folder.path().join("out"))?;
        numbers(&rows, "r")?.iter().zip(numbers(&spoken, "r")?).for_each(|(a, b)| near(*a, b, 1e-4));
    }
    Ok(())
}

#[test]
fn dimensions_are_those_of_the_layer() -> Outcome {
    // A plane in three dimensions, with one row twice.
    let mut x = random(300, 3, 1);
    let sum = &x.column(0) + &x.column(1);
    x.column_mut(2).assign(&sum);
    let first = x.row(0).to_owned();
    x.row_mut(299).assign(&first);
    let folder = folder(&[("f", &x), ("r", &random(300, 1, 2))])?;
    encode(folder.path(), "--folds 3 --dimension-out dimension")?;
    let table = read_table(&folder.path().join("dimension"))?;
    assert_eq!((counts(&table, "distinct")?, counts(&table, "duplicates")?), (vec![299], vec![1]));
    assert_eq!(counts(&table, "components")?, [2]);
    let (nearest, error) = (numbers(&table, "two_nearest")?[0], numbers(&table, "standard_error")?[0]);
    near(nearest, 2.0, 4.0 * error);
    // Variances 3 and 1 along the sum and the difference.
    near(numbers(&table, "participation_ratio")?[0], 16.0 / 10.0, 0.1);
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

#[test]
fn refuses_options_by_file_row_and_value() -> Outcome {
    let x = random(40, 2, 1);
    let folder = folder(&[("f", &x), ("r", &x), ("short", &random(39, 2, 1)), ("wide", &random(40, 3, 1))])?;
    let lines = |name: &str, line: &dyn Fn(usize) -> String| write_lines(&folder.path().join(name), (0..40).map(line));
    lines("runs", &|row| (row / 20).to_string())?;
    lines("words", &|row| if row == 7 { "b".into() } else { "1".into() })?;
    lines("again", &|row| (row / 10 % 2).to_string())?;
    lines("inside", &|row| (row / 5).to_string())?;
    lines("back", &|row| if row == 9 { "0".into() } else { row.to_string() })?;
    lines("infinite", &|row| if row == 9 { "inf".into() } else { row.to_string() })?;
    write_lines(&folder.path().join("few"), 0..39)?;
    let whole = |bytes: &mut Vec<u8>| bytes.extend(1_i32.to_le_bytes());
    let mut bytes = Vec::new();
    (0..80).for_each(|_| whole(&mut bytes));
    write_tensors(&folder.path().join("integers"), vec![("a", safetensors::Dtype::I32, &[40, 2], bytes)])?;
    let check = |rest: &str, expected: &[&str]| {
        check_refused(
            folder.path(),
            &format!("encode --features f --responses r --out o --folds 4 --inner-folds 2 {rest}"),
            expected,
        )
    };
    check("--runs words", &["row 7 (from 0) of `words` is not an integer label: `b`"])?;
    check("--runs few", &["`few` has 39 labels for 40 rows"])?;
    check("--runs again", &["run `0` begins a second time in row 20 (from 0) of `again`"])?;
    check(
        "--runs runs --groups inside",
        &["group `1` begins in row 5 (from 0) of `inside`, inside a run of group `0`"],
    )?;
    check("--scheme leave-group-out", &["`leave-group-out` needs `--groups`"])?;
    check("--scheme leave-run-out", &["leaving one run out needs at least two: 1 found"])?;
    check("--gap 2s", &["a gap in seconds needs the time of every row"])?;
    check("--gap 2s --step 0", &["`--step` and `--rate` must be positive and finite: 0 s"])?;
    check("--times back", &["times go back within a run: `0` s in row 9 (from 0) after `8` s"])?;
    check("--times infinite", &["row 9 (from 0) of `infinite` is not a time in seconds: `inf`"])?;
    check("--times few", &["`few` has 39 times for 40 rows"])?;
    check("--lags 1s", &["lag `1s` needs `--step`"])?;
    check("--lags 1s --step 0.3", &["lag `1s` is no whole number of rows of 0.3 s"])?;
    check("--lags 1,1", &["the lag of 1 rows stands twice"])?;
    check("--runs runs --lags 20", &["run 0 (from 0) has 20 rows, too few for lags from 0 to 20 rows"])?;
    check("--bands a=short", &["`short` has 39 rows, `r` has 40"])?;
    check("--bands a=f,a=f", &["two bands are named `a`"])?;
    check("--bands a=integers", &["`integers`", "has type I32"])?;
    check("--null shifts:9 --null-out p --least-shift 30", &["run 0 (from 0) has 40 rows, a null needs 60"])?;
    check("--summary-out s --repeats wide", &["tensor `a` of `wide` has 3 targets, `r` has 2"])?;
    check("--summary-out s --repeats f", &["repeats of `f`", "needs at least two repeats: `1` given"])?;
    check("--summary-out s --listeners f", &["needs at least two listeners: 1 given"])?;
    check("--response-model canonical --times few --step 1", &["`few` has 39 times for 40 rows of features"])?;
    check("--response-model canonical --times runs", &["needs `--times`, the words' times, and `--step`"])?;
    for wrong in [
        "--gap -1",
        "--lags 2:1:1",
        "--bands layer=f",
        "--bands f",
        "--null shifts:0 --null-out p",
        "--banded",
        "--response-model boxcar",
    ] {
        let call = format!("encode --features f --responses r --out o {wrong}");
        let answer = program().call(folder.path(), call.split(' '))?;
        assert_eq!(answer.status, Some(2), "{wrong}: {answer:?}");
    }
    assert!(!folder.path().join("o").exists());
    Ok(())
}
