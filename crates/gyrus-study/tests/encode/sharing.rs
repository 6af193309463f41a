//! One penalty for several targets.

use std::fs;
use std::path::Path;

use ndarray::Array2;
use polars::prelude::DataFrame;

use crate::arrays::{Outcome, check_refused, counts, numbers, random, write_matrices};
use crate::{encode, folder, following, near};

/// r and penalty of each target, `[target][fold]`.
fn of_targets(table: &DataFrame) -> Result<Vec<Vec<[f64; 2]>>, Box<dyn std::error::Error>> {
    let (target, r, penalty) = (counts(table, "target")?, numbers(table, "r")?, numbers(table, "penalty")?);
    let of = |t: usize| (0..r.len()).filter(|row| target[*row] == t).map(|row| [r[row], penalty[row]]).collect();
    Ok((0..=target.iter().copied().max().unwrap_or(0)).map(of).collect())
}

/// The targets `columns` alone with one penalty for all.
fn alone(at: &Path, y: &Array2<f32>, columns: &[usize]) -> Result<Vec<Vec<[f64; 2]>>, Box<dyn std::error::Error>> {
    write_matrices(&at.join("r"), &[("a", &y.select(ndarray::Axis(1), columns))])?;
    of_targets(&encode(at, "--folds 4 --share all")?)
}

#[test]
fn each_group_has_the_penalty_that_it_would_have_alone() -> Outcome {
    let x = random(90, 6, 1);
    let mut y = random(90, 5, 2);
    // Targets 0 and 3 follow the features in part, the others do not.
    for t in [0, 3] {
        y.column_mut(t).scaled_add(0.7, &x.column(t));
    }
    let folder = folder(&[("f", &x), ("r", &y)])?;
    // The last target is without a group, and alone.
    fs::write(folder.path().join("t"), "target,group\n3,near\n1,far\n0,near\n2,far\n4,n/a\n")?;
    let found = of_targets(&encode(folder.path(), "--folds 4 --share groups --targets-table t")?)?;
    let lagged = encode(folder.path(), "--folds 4 --share groups --targets-table t --lags 0,1 --step 1")?;
    assert_eq!(lagged.height(), 2 * 5 * 4);
    for group in [[0, 3].as_slice(), &[1, 2], &[4]] {
        let expected = alone(folder.path(), &y, group)?;
        for (target, expected) in group.iter().zip(&expected) {
            for ([r, penalty], [expected, by]) in found[*target].iter().zip(expected) {
                near(*r, *expected, 1e-9);
                near(*penalty, *by, 1e-9);
            }
        }
    }
    let penalties = |t: usize| found[t].iter().map(|[_, penalty]| *penalty).collect::<Vec<_>>();
    assert!(penalties(0) == penalties(3) && penalties(0) != penalties(1), "{found:?}");
    Ok(())
}

#[test]
fn groups_need_a_table_that_has_them() -> Outcome {
    let x = random(40, 2, 1);
    let folder = folder(&[("f", &x), ("r", &following(&x, 2, 0, 2))])?;
    fs::write(folder.path().join("names"), "name\na\nb\n")?;
    fs::write(folder.path().join("one"), "name,group\na,g\n")?;
    fs::write(folder.path().join("beyond"), "target,group\n0,g\n2,g\n")?;
    let check = |rest: &str, expected: &str| {
        let call = format!("encode --features f --responses r --out o --share groups {rest}");
        check_refused(folder.path(), &call, &[expected])
    };
    check("", "`--share groups` needs `--targets-table` with the column `group`")?;
    check("--targets-table names", "no target of `names` has a group")?;
    check("--targets-table one", "`one` has 1 rows, `r` has 2 targets")?;
    check("--targets-table beyond", "`beyond` row 2 (from 1, below the header) has a target that is no number from 0")
}
