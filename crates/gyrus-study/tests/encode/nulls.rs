//! p values against moved responses.

use ndarray::{Array1, Array2, ArrayView1, s};

use crate::arrays::{Outcome, columns, numbers, program, random, read_table, write_matrices};
use crate::nested::Plan;
use crate::{encode, folder, following, near, plan};

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
fn banded_models_have_p_values_too() -> Outcome {
    let (own, other) = (random(90, 3, 1), random(90, 4, 2));
    let mut y = following(&own, 3, 0, 3);
    y.column_mut(1).zip_mut_with(&other.column(2), |y, x| *y += 2.0 * x);
    let folder = folder(&[("f", &own), ("other", &other), ("r", &y)])?;
    let p = |rest: &str| -> Result<Vec<f64>, Box<dyn std::error::Error>> {
        let null = "--folds 3 --inner-folds 2 --bands other=other --banded --shares 4 --rounds 1 --null shifts:49 --null-out p";
        encode(folder.path(), &format!("{null} {rest}"))?;
        numbers(&read_table(&folder.path().join("p"))?, "p")
    };
    for rest in ["", "--null-penalties anew"] {
        let p = p(rest)?;
        // The first target follows the layer, the second the band, the last nothing.
        assert!(p[0] < 0.05 && p[1] < 0.05 && p[2] > 0.1, "{rest} {p:?}");
    }
    Ok(())
}

/// With equal shares alone, banded ridge is ridge with penalties halved, and so is its null.
#[test]
fn a_banded_null_is_that_of_ridge_where_both_are_one() -> Outcome {
    let (own, other) = (random(60, 2, 1), random(60, 2, 2));
    let folder = folder(&[("f", &own), ("other", &other), ("r", &following(&own, 3, 0, 3))])?;
    let p = |rest: &str| -> Result<Vec<f64>, Box<dyn std::error::Error>> {
        encode(
            folder.path(),
            &format!("--folds 3 --inner-folds 2 --bands other=other --null shifts:29 --null-out p {rest}"),
        )?;
        numbers(&read_table(&folder.path().join("p"))?, "p")
    };
    for penalties in ["stay", "anew"] {
        let ridge = p(&format!("--penalties 2e-1:2e3:5 --null-penalties {penalties}"))?;
        let banded = p(&format!("--penalties 1e-1:1e3:5 --banded --shares 1 --rounds 0 --null-penalties {penalties}"))?;
        assert_eq!(ridge, banded, "{penalties}");
    }
    Ok(())
}
