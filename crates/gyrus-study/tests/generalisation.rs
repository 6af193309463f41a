//! `gyrus encode` asked about listeners it has not seen, and about effects it would have found.

use std::path::Path;

use gyrus_encoding::{Design, DesignParams, Division, Encoder, FeatureUnit, Gap, Power, PowerParams, Runs, Scheme};
use gyrus_ridge::{PenaltyGrid, Rule};
use ndarray::{Array2, s};
use polars::prelude::DataFrame;

use crate::arrays::{
    Outcome, call, check_refused, columns, counts, numbers, program, random, read_table, texts, write_matrices,
};
use crate::nested::Plan;

mod arrays;
#[expect(dead_code, reason = "nulls are held to their definition elsewhere")]
mod nested;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Three listeners whose first target follows the first feature in everyone; the second target is noise.
fn listeners(x: &Array2<f32>) -> Vec<Array2<f32>> {
    let listener = |seed: u64| {
        let mut y = random(x.nrows(), 2, seed);
        y.column_mut(0).zip_mut_with(&x.column(0), |y, x| *y += x);
        y
    };
    (10..13).map(listener).collect()
}

/// A folder with features `f`, the first listener as responses `r`, and all as listeners `l`.
fn folder(x: &Array2<f32>, listeners: &[Array2<f32>]) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    write_matrices(&folder.path().join("f"), &[("layer.0", x)])?;
    write_matrices(&folder.path().join("r"), &[("r", &listeners[0])])?;
    write_listeners(&folder.path().join("l"), listeners)?;
    Ok(folder)
}

/// Named so that the tenth stands last.
fn write_listeners(path: &Path, listeners: &[Array2<f32>]) -> Outcome {
    let names: Vec<String> = (0..listeners.len()).map(|i| format!("sub-{}", 8 + i)).collect();
    write_matrices(path, &names.iter().map(String::as_str).zip(listeners).collect::<Vec<_>>())
}

const ENCODE: &str = "encode --features f --responses r --out out --folds 4 --inner-folds 3 --gap 2";

fn across(folder: &Path, rest: &str) -> Result<DataFrame> {
    call(folder, &format!("{ENCODE} --penalties 1e-1:1e3:5 --across l --across-out across {rest}"))?;
    read_table(&folder.join("across"))
}

#[test]
fn listeners_are_predicted_by_the_mean_of_the_others_by_brute_force() -> Outcome {
    let x = random(61, 4, 1);
    let mut signals = listeners(&x);
    // The second listener does not have the second target.
    signals[1][[5, 1]] = f32::NAN;
    let folder = folder(&x, &signals)?;
    let table = across(folder.path(), "")?;
    assert_eq!(columns(&table), ["layer", "listener", "target", "fold", "r_across", "r_within"]);
    let names = texts(&table, "listener")?;
    assert_eq!([&names[0], &names[8], &names[16]], ["sub-8", "sub-9", "sub-10"]);
    let (targets, folds) = (counts(&table, "target")?, counts(&table, "fold")?);
    let (by_others, by_own) = (numbers(&table, "r_across")?, numbers(&table, "r_within")?);
    assert_eq!(by_own.len(), 3 * 2 * 4);
    let plan = Plan { folds: 4, inner_folds: 3, gap: 2, penalties: (-1..=3).map(|n| 10_f64.powi(n)).collect() };
    let (x, signals) = (x.mapv(f64::from), signals.iter().map(|y| y.mapv(f64::from)).collect::<Vec<_>>());
    for row in 0..by_own.len() {
        let (listener, target, fold) = (row / 8, targets[row], folds[row]);
        let own = signals[listener].column(target);
        let others: Vec<_> =
            (0..3).filter(|other| *other != listener && (target, *other) != (1, 1)).map(|l| &signals[l]).collect();
        let mut mean = others.iter().fold(Array2::zeros((61, 2)), |sum: Array2<f64>, y| sum + *y);
        mean /= others.len() as f64;
        if (listener, target) == (1, 1) {
            assert!(by_others[row].is_nan() && by_own[row].is_nan());
            continue;
        }
        let (expected, _) = plan.score_for(x.view(), mean.column(target), own, fold);
        assert!((by_others[row] - expected).abs() < 1e-9, "row {row}: {} for {expected}", by_others[row]);
        let (expected, _) = plan.score(x.view(), own, fold);
        assert!((by_own[row] - expected).abs() < 1e-9, "row {row}: {} for {expected}", by_own[row]);
    }
    let mean =
        |target: usize| (0..24).filter(|row| targets[*row] == target).map(|row| by_others[row]).sum::<f64>() / 12.0;
    assert!(mean(0) > 0.5, "{by_others:?}");
    Ok(())
}

#[test]
fn listeners_have_lags_and_share_controls() -> Outcome {
    let x = random(61, 4, 1);
    let signals = listeners(&x);
    let folder = folder(&x, &signals)?;
    // The control is all that listeners share: nothing is left for the layer, and the scores are the control's.
    write_matrices(&folder.path().join("c"), &[("c", &x.slice(s![.., ..1]).to_owned())])?;
    write_matrices(&folder.path().join("f"), &[("layer.0", &random(61, 2, 5))])?;
    let table = across(folder.path(), "--lags 0,1 --controls c")?;
    assert_eq!(columns(&table), ["layer", "listener", "target", "lag", "fold", "r_across", "r_within"]);
    let (lags, targets) = (numbers(&table, "lag")?, counts(&table, "target")?);
    let r = numbers(&table, "r_across")?;
    assert_eq!(r.len(), 3 * 2 * 2 * 4);
    let mean = |lag: f64| (0..48).filter(|i| targets[*i] == 0 && lags[*i] == lag).map(|i| r[i]).sum::<f64>() / 12.0;
    assert!(mean(0.0) > 0.4 && mean(1.0) < 0.3, "{} {}", mean(0.0), mean(1.0));
    Ok(())
}

#[test]
fn listeners_who_do_not_belong_together_are_refused() -> Outcome {
    let x = random(61, 4, 1);
    let signals = listeners(&x);
    let folder = folder(&x, &signals)?;
    let check = |listeners: &[Array2<f32>], rest: &str, expected: &str| {
        write_listeners(&folder.path().join("l"), listeners)?;
        check_refused(folder.path(), &format!("{ENCODE} --across l --across-out across {rest}"), &[expected])
    };
    check(&signals[..1], "", "`l` holds one listener: `--across` needs two or more")?;
    let short = signals[1].slice(s![..60, ..]).to_owned();
    check(&[signals[0].clone(), short], "", "`l` has 60 rows, `r` has 61")?;
    let narrow = signals[1].slice(s![.., ..1]).to_owned();
    check(&[signals[0].clone(), narrow], "", "tensor `sub-9` of `l` has 1 targets, `r` has 2")?;
    let mut infinite = signals[1].clone();
    infinite[[7, 1]] = f32::INFINITY;
    check(&[signals[0].clone(), infinite], "", "`l`: tensor `sub-9` has the value `inf` in row 7, column 1 (from 0)")?;
    check_usage(
        folder.path(),
        "--across l --across-out across --bands b=f --banded",
        "cannot be used with '--banded'",
    )?;
    assert!(!folder.path().join("out").exists() && !folder.path().join("across").exists());
    Ok(())
}

/// The call is refused before anything is read.
fn check_usage(folder: &Path, rest: &str, expected: &str) -> Outcome {
    let answer = program().call(folder, format!("{ENCODE} {rest}").split_whitespace())?;
    assert!(answer.status == Some(2) && answer.complaint.contains(expected), "{}", answer.complaint);
    Ok(())
}

const POWER: &str = "--penalties 1e-1:1e3:5 --power-out power --power-draws 60 --power-effects 0.3,0.5,0.9 --seed 7";

#[test]
fn power_is_that_of_the_library() -> Outcome {
    let x = random(61, 4, 1);
    let folder = folder(&x, &listeners(&x))?;
    let control = random(61, 1, 3);
    write_matrices(&folder.path().join("c"), &[("c", &control)])?;
    let arguments = format!("{ENCODE} {POWER} --controls c --least-shift 3");
    call(folder.path(), &arguments)?;
    let table = read_table(&folder.path().join("power"))?;
    let numbered = ["effect", "power", "power_low", "power_high", "threshold", "r"];
    let smallest = ["smallest_effect", "smallest_effect_low", "smallest_effect_high", "smallest_r"];
    assert_eq!(columns(&table), [&["layer", "target"], &numbered[..], &smallest[..]].concat());
    let targets: Vec<Option<u32>> = table.column("target")?.u32()?.iter().collect();
    assert_eq!(targets, [[Some(0); 4], [Some(1); 4], [None; 4]].concat());
    assert_eq!(numbers(&table, "effect")?, [0.0, 0.3, 0.5, 0.9].repeat(3));

    let (runs, unit) = (Runs::unbroken(61), FeatureUnit::Own);
    let penalties = PenaltyGrid::logarithmic(1e-1, 1e3, 5)?;
    let params = DesignParams { folds: 0, inner_folds: 0, gap: 0, penalties, components: None, unit, block: 61 };
    let [outer, inner] = [4, 3].map(|folds| Scheme::Contiguous { folds });
    let design = Design::divided(&runs, &Division { outer, inner, gap: Gap::Rows(2) }, params)?;
    let (x, y, control) = (x.mapv(f64::from), listeners(&x)[0].mapv(f64::from), control.mapv(f64::from));
    let encoder = Encoder::new(&design, &design.reduce(x.view())?, Some(control.view()))?;
    let params = PowerParams { effects: vec![0.3, 0.5, 0.9], draws: 60, least_shift: 3, seed: 7 };
    let power = Power::new(&encoder, x.view(), Some(control.view()), &runs, params)?;
    let found = power.simulate(y.view(), 0, &Rule::default())?;
    let curves = [found.of_target(0), found.of_target(1), found.of_mean()];
    let (power, r, threshold) = (numbers(&table, "power")?, numbers(&table, "r")?, numbers(&table, "threshold")?);
    let smallest = numbers(&table, "smallest_effect")?;
    for (row, point) in curves.iter().flat_map(|curve| &curve.points).enumerate() {
        assert_eq!((power[row], r[row], threshold[row]), (point.power.value, point.score, point.threshold));
        assert_eq!(smallest[row], curves[row / 4].smallest.value);
    }
    assert!(power[3] > 0.9 && power[0] < 0.25 && smallest[0] > 0.1 && smallest[0] < 0.9, "{power:?} {smallest:?}");
    // The same bytes for any number of threads.
    let bytes = std::fs::read(folder.path().join("power"))?;
    call(folder.path(), &format!("{arguments} --threads 1"))?;
    assert!(std::fs::read(folder.path().join("power"))? == bytes);
    Ok(())
}

#[test]
fn power_says_the_smallest_effect_and_refuses_what_it_cannot_plant() -> Outcome {
    let x = random(61, 4, 1);
    let folder = folder(&x, &listeners(&x))?;
    let answer = program().call(folder.path(), format!("{ENCODE} {POWER}").split_whitespace())?;
    assert!(answer.complaint.contains("is found 80 times in 100"), "{}", answer.complaint);
    let weak = POWER.replace("0.3,0.5,0.9", "0.01");
    let answer = program().call(folder.path(), format!("{ENCODE} {weak}").split_whitespace())?;
    assert!(answer.complaint.contains("no effect up to 0.01 is found 80 times in 100"), "{}", answer.complaint);
    let check = |rest: &str, expected: &str| check_refused(folder.path(), &format!("{ENCODE} {rest}"), &[expected]);
    check(&POWER.replace("0.3,0.5", "0.5,0.3"), "effects to plant must rise, each above 0 and below 1")?;
    check(&format!("{POWER} --least-shift 31"), "run 0 (from 0) has 61 rows, a null needs 62 to move them")?;
    check_usage(folder.path(), &format!("{POWER} --lags 0,1"), "cannot be used with '--lags")?;
    check_usage(folder.path(), &POWER.replace("60", "20"), "20 is not in 50..")?;
    Ok(())
}
