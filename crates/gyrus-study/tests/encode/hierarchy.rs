//! Peak layers and centres of mass against distance.

use std::fs;
use std::path::Path;

use gyrus_tests::Draws;
use ndarray::Array2;

use crate::arrays::{
    Outcome, check_refused, columns, counts, numbers, program, random, read_table, texts, write_matrices,
};
use crate::{encode, near};

const LAYERS: usize = 5;
const TARGETS: usize = 24;
const ROWS: usize = 240;

/// Millimetres of target `t`, of patient `t % 3`.
fn distance(t: usize) -> f64 {
    (t / 3) as f64 * 12.0 + (t % 3) as f64
}

/// Layers, targets that follow deeper layers the farther they are, and a table of them in reverse order.
fn planted() -> Result<tempfile::TempDir, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let layers: Vec<Array2<f32>> = (0..LAYERS).map(|layer| random(ROWS, 3, 10 + layer as u64)).collect();
    let named: Vec<String> = (0..LAYERS).map(|layer| format!("l.{layer}")).collect();
    let files: Vec<_> = named.iter().map(String::as_str).zip(&layers).collect();
    write_matrices(&folder.path().join("f"), &files)?;
    let mut draws = Draws::new(5);
    let followed = |t: usize| (distance(t) / distance(TARGETS - 1) * (LAYERS - 1) as f64).round() as usize;
    let y = Array2::from_shape_fn((ROWS, TARGETS), |(row, t)| {
        layers[followed(t)][[row, t % 3]] + 0.7 * draws.normal() as f32
    });
    write_matrices(&folder.path().join("r"), &[("r", &y)])?;
    let row = |t: usize| format!("{t}\te{t}\tp{}\t{}\n", t % 3, distance(t));
    let rows: String = (0..TARGETS).rev().map(row).collect();
    fs::write(folder.path().join("t"), format!("target\tname\tpatient\tdistance\n{rows}"))?;
    Ok(folder)
}

/// Spearman's rho of values without ties, by definition.
fn rho(a: &[f64], b: &[f64]) -> f64 {
    let rank = |v: &[f64], i: usize| {
        let below = v.iter().filter(|other| **other < v[i]).count() as f64;
        below + (v.iter().filter(|other| **other == v[i]).count() as f64 - 1.0) / 2.0
    };
    let ranks = |v: &[f64]| (0..v.len()).map(|i| rank(v, i)).collect::<Vec<_>>();
    let centred = |v: Vec<f64>| {
        let mean = v.iter().sum::<f64>() / v.len() as f64;
        v.into_iter().map(|x| x - mean).collect::<Vec<_>>()
    };
    let (a, b) = (centred(ranks(a)), centred(ranks(b)));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}

const ASKED: &str = "--folds 4 --block 10 --targets-table t --hierarchy-out h --depths-out d --hierarchy-draws 200";

#[test]
fn a_planted_hierarchy_is_found() -> Outcome {
    let folder = planted()?;
    encode(folder.path(), &format!("{ASKED} --summary-out s"))?;
    let (table, depths) = (read_table(&folder.path().join("h"))?, read_table(&folder.path().join("d"))?);
    let (patient, depth) = (texts(&table, "patient")?, texts(&table, "depth")?);
    assert_eq!(patient, ["", "p0", "p1", "p2"].repeat(2));
    assert_eq!((depth[0].as_str(), depth[4].as_str()), ("peak-layer", "centre-of-mass"));
    assert_eq!(counts(&table, "targets")?, [24, 8, 8, 8].repeat(2));
    // Peaks are those of the summary, and the table's numbers those of the peaks.
    assert_eq!(texts(&depths, "target")?, (0..TARGETS).map(|t| format!("e{t}")).collect::<Vec<_>>());
    let peaks = numbers(&depths, "peak_depth")?;
    let summed = counts(&read_table(&folder.path().join("s"))?, "peak_layer")?;
    peaks.iter().zip(summed).for_each(|(peak, layer)| near(*peak, layer as f64 / 4.0, 1e-12));
    let far = numbers(&depths, "distance")?;
    near(numbers(&table, "spearman")?[0], rho(&peaks, &far), 1e-9);
    let of =
        |p: usize, v: &[f64]| v.iter().enumerate().filter(|(t, _)| t % 3 == p).map(|(_, x)| *x).collect::<Vec<_>>();
    // Patients in the order of the targets.
    for p in 0..3 {
        near(numbers(&table, "spearman")?[1 + p], rho(&of(p, &peaks), &of(p, &far)), 1e-9);
    }
    for row in [0, 4] {
        assert!(numbers(&table, "spearman_low")?[row] > 0.5, "{table:?}");
        assert!(numbers(&table, "mixed_slope_low")?[row] > 0.0 && numbers(&table, "permuted_p")?[row] < 0.02);
    }
    assert!(numbers(&table, "spearman_low")?[1].is_nan() && numbers(&table, "mixed_p")?[1].is_nan());
    Ok(())
}

/// Distances in no relation to what targets follow.
#[test]
fn shuffled_distances_are_not_significant() -> Outcome {
    let folder = planted()?;
    let row = |t: usize| format!("p{}\t{}\te{t}\n", t % 3, distance(t * 7 % TARGETS));
    let rows: String = (0..TARGETS).map(row).collect();
    fs::write(folder.path().join("t"), format!("patient\tdistance\tname\n{rows}"))?;
    encode(folder.path(), ASKED)?;
    let table = read_table(&folder.path().join("h"))?;
    assert!(numbers(&table, "permuted_p")?[0] > 0.05 && numbers(&table, "spearman_low")?[0] < 0.0, "{table:?}");
    Ok(())
}

#[test]
fn each_lag_has_its_own_alignment_and_one_patient_no_mixed_model() -> Outcome {
    let folder = planted()?;
    let text = fs::read_to_string(folder.path().join("t"))?;
    let one = text.replace("p1", "p0").replace("p2", "p0").replacen("\t95\n", "\tn/a\n", 1);
    fs::write(folder.path().join("t"), one)?;
    let call = format!("encode --features f --responses r --out out --lags 0,3 --penalties 1e0:1e2:3 {ASKED}");
    let answer = program().call(folder.path(), call.split(' '))?;
    assert!(answer.complaint.contains("nothing is shown for patients in general"), "{answer:?}");
    assert!(answer.complaint.contains("no mixed model of peak layers"), "{answer:?}");
    let table = read_table(&folder.path().join("h"))?;
    assert_eq!(columns(&table)[0], "lag");
    assert_eq!(numbers(&table, "lag")?, [0.0, 0.0, 0.0, 0.0, 3.0, 3.0, 3.0, 3.0]);
    let rho = numbers(&table, "spearman")?;
    assert!(rho[0] > 0.8 && rho[0] > rho[4] + 0.3, "{rho:?}");
    assert!(numbers(&table, "mixed_slope")?[0].is_nan() && numbers(&table, "permuted_p")?[0] < 0.02);
    Ok(())
}

/// The error of a call with this table.
fn check(folder: &Path, table: &str, expected: &str) -> Outcome {
    fs::write(folder.join("t"), table)?;
    check_refused(folder, &format!("encode --features f --responses r --out o {ASKED}"), &[expected])
}

#[test]
fn tables_that_do_not_suit_are_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (x, y) = (random(40, 2, 1), random(40, 4, 2));
    write_matrices(&folder.path().join("f"), &[("l.0", &x), ("l.1", &x)])?;
    write_matrices(&folder.path().join("r"), &[("r", &y)])?;
    let at = folder.path();
    check(at, "name,patient,distance\na,p,1\nb,p,2\nc,p,3\n", "`t` has 3 rows, `r` has 4 targets")?;
    let row = "`t` row 2 (from 1, below the header)";
    check(at, "name,patient,distance\na,p,1\nb,p,NaN\nc,p,3\nd,p,4\n", &format!("{row} has no distance in mm: `NaN`"))?;
    check(
        at,
        "name,patient,distance\na,p,1\na,p,2\nc,p,3\nd,p,4\n",
        &format!("{row} has a name that is empty or stands twice: `a`"),
    )?;
    check(
        at,
        "name,patient,distance\na,p,1\nb,n/a,2\nc,p,3\nd,p,4\n",
        "target 1 (from 0) of `t` has a distance, `2`, and no `patient`",
    )?;
    check(
        at,
        "name,patient,distance\na,p,1\nb,p,n/a\nc,p,\nd,p,4\n",
        "`t` has a `distance` of 2 targets, hierarchy alignment needs 3 or more",
    )?;
    check(at, "name,patient\na,p\nb,p\nc,p\nd,p\n", "`t` has a `distance` of 0 targets")?;
    check(at, "patient,distance\np,1\np,1\np,1\np,1\n", "`t` has no column `name`, only: `patient`, `distance`")?;
    write_matrices(&at.join("f"), &[("l.0", &x)])?;
    check(
        at,
        "name,patient,distance\na,p,1\nb,p,2\nc,p,3\nd,p,4\n",
        "needs two layers or more: `--features` holds one",
    )?;
    assert!(!at.join("o").exists());
    Ok(())
}
