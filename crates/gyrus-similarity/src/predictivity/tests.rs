use approx::assert_abs_diff_eq;
use ndarray::{Array1, Axis};

use super::*;
use crate::samples::{family, gaussian, turned, views, with_any_threads};

fn params(gap: usize) -> PredictivityParams {
    let penalties = PenaltyGrid::logarithmic(1e-2, 1e3, 6).expect("a grid");
    PredictivityParams { outer: 3, inner: 2, gap, penalties }
}

fn of(layers: &[Array2<f32>], gap: usize, memory: usize) -> Result<Predictivity, Error> {
    linear_predictivity(&views(layers), &params(gap), memory, &mut |_, _| {})
}

/// Solves A b = c by elimination, for A that needs no row exchanges.
fn solve(mut a: Array2<f64>, mut c: Array1<f64>) -> Array1<f64> {
    for k in 0..c.len() {
        for i in (0..c.len()).filter(|&i| i != k) {
            let factor = a[[i, k]] / a[[k, k]];
            let row = a.row(k).to_owned();
            a.row_mut(i).scaled_add(-factor, &row);
            c[i] -= factor * c[k];
        }
    }
    c / a.diag()
}

/// Held-out predictions of one column and the held-out values, about the training mean of the column.
fn predicted(x: &Array2<f64>, y: &Array1<f64>, train: &[usize], held: &[usize], a: f64) -> (Array1<f64>, Array1<f64>) {
    let (tx, ty) = (x.select(Axis(0), train), y.select(Axis(0), train));
    let (mx, my) = (tx.mean_axis(Axis(0)).expect("rows"), ty.mean().expect("rows"));
    let (tx, ty) = (tx - &mx, ty - my);
    let b = solve(tx.t().dot(&tx) + a * Array2::<f64>::eye(x.ncols()), tx.t().dot(&ty));
    ((x.select(Axis(0), held) - &mx).dot(&b), y.select(Axis(0), held) - my)
}

fn by_definition(x: &Array2<f32>, y: &Array2<f32>, gap: usize) -> Result<(f64, f64), Error> {
    let x = normalised(x.view()).expect("varies") * (x.nrows() as f64).sqrt();
    let rows = |stretches: &[std::ops::Range<usize>]| stretches.iter().cloned().flatten().collect::<Vec<_>>();
    let (mut r, mut r2) = (0.0, 0.0);
    let folds = folds(x.nrows(), 3, 2, gap)?;
    for column in y.columns() {
        let y = column.mapv(f64::from);
        for fold in &folds {
            let loss = |a: f64| -> f64 {
                let of = |inner: &gyrus_ridge::InnerRows| {
                    let (p, y) = predicted(&x, &y, &rows(&inner.training), &rows(&inner.held_out), a);
                    (p - y).mapv(|d| d * d).mean().expect("rows")
                };
                fold.nested.inner.iter().map(of).sum()
            };
            let best = params(gap).penalties.penalties().iter().copied().min_by(|&a, &b| loss(a).total_cmp(&loss(b)));
            let held: Vec<usize> = fold.held_out.clone().collect();
            let (p, y) = predicted(&x, &y, &rows(&fold.nested.training), &held, best.expect("a grid"));
            r2 += 1.0 - (&p - &y).mapv(|d| d * d).sum() / y.dot(&y);
            let (p, y) = (&p - p.mean().expect("rows"), &y - y.mean().expect("rows"));
            r += p.dot(&y) / (p.dot(&p) * y.dot(&y)).sqrt();
        }
    }
    let count = (folds.len() * y.ncols()) as f64;
    Ok((r / count, r2 / count))
}

#[test]
fn agrees_with_the_definition() -> Result<(), Error> {
    let layers = family(45, &[3, 5, 2]);
    for gap in [0, 3] {
        let found = of(&layers, gap, usize::MAX)?;
        for ((i, j), &r) in found.r.indexed_iter() {
            let (expected_r, expected_r2) = by_definition(&layers[i], &layers[j], gap)?;
            assert_abs_diff_eq!(r, expected_r, epsilon = 1e-9);
            assert_abs_diff_eq!(found.r2[[i, j]], expected_r2, epsilon = 1e-9);
        }
    }
    Ok(())
}

#[test]
fn it_is_directed() -> Result<(), Error> {
    let x = gaussian(120, 6, 1);
    let found = of(&[x.clone(), x.slice(s![.., ..2]).to_owned()], 0, usize::MAX)?;
    assert!(found.r[[0, 1]] > 0.99 && found.r2[[0, 1]] > 0.98, "{found:?}");
    assert!(found.r[[1, 0]] < 0.5, "{found:?}");
    Ok(())
}

#[test]
fn turning_and_scaling_what_predicts_changes_nothing() -> Result<(), Error> {
    let (x, y) = (gaussian(60, 6, 2), family(60, &[7]).remove(0));
    let mut wide = Array2::zeros((60, 100));
    wide.slice_mut(s![.., 40..46]).assign(&(turned(&x) * 30.0 + 2.0));
    let found = of(&[x, wide, y], 0, usize::MAX)?.r;
    assert_abs_diff_eq!(found[[0, 2]], found[[1, 2]], epsilon = 1e-5);
    Ok(())
}

#[test]
fn independent_gaussians_predict_nothing() -> Result<(), Error> {
    let found = of(&[gaussian(200, 10, 3), gaussian(200, 40, 4)], 0, usize::MAX)?;
    assert_abs_diff_eq!(found.r[[0, 1]], 0.0, epsilon = 0.05);
    assert!(found.r2[[0, 1]] < 0.01);
    Ok(())
}

#[test]
fn neither_threads_change_a_bit_nor_memory_more_than_rounding() -> Result<(), Error> {
    let layers = family(50, &[40, 70]);
    let all = of(&layers, 2, usize::MAX)?;
    let few = with_any_threads(|| of(&layers, 2, 0))?;
    assert!((all.r - few.r).iter().all(|difference| difference.abs() < 1e-10));
    Ok(())
}

#[test]
fn constant_columns_are_counted_and_constant_layers_undefined() -> Result<(), Error> {
    let mut x = gaussian(40, 4, 5);
    x.column_mut(2).fill(0.1);
    let found = of(&[x, Array2::from_elem((40, 3), 0.1), Array2::zeros((40, 0))], 0, usize::MAX)?;
    assert_eq!(found.r.mapv(f64::is_nan).row(0).to_vec(), [false, true, true]);
    assert!(found.r.slice(s![1.., ..]).iter().chain(found.r2.slice(s![1.., ..])).all(|value| value.is_nan()));
    assert_eq!(found.undefined.row(0).to_vec(), [1, 3, 0]);
    assert_eq!(found.undefined.row(1).to_vec(), [4, 3, 0]);
    Ok(())
}

#[test]
fn progress_ends_with_the_last_pair() -> Result<(), Error> {
    let (layers, mut seen) = ([gaussian(20, 3, 6), Array2::zeros((20, 2))], Vec::new());
    linear_predictivity(&views(&layers), &params(0), 0, &mut |done, total| seen.push((done, total)))?;
    assert_eq!(seen.last(), Some(&(12, 12)));
    Ok(())
}

#[test]
fn impossible_representations_are_refused() {
    assert_eq!(of(&[gaussian(5, 2, 9)], 0, 0), Err(Error::Folds { rows: 5, outer: 3, inner: 2, gap: 0 }));
    let mut bad = gaussian(20, 3, 8);
    bad[[4, 1]] = f32::INFINITY;
    assert!(matches!(of(&[bad], 0, 0), Err(Error::NotFinite { row: 4, column: 1, .. })));
    assert!(of(&[], 0, 0).is_ok_and(|found| found.r.is_empty()));
}
