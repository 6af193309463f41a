use approx::assert_abs_diff_eq;
use ndarray::s;

use super::*;
use crate::columns::centred;
use crate::samples::{family, gaussian, views, with_any_threads};

fn of(layers: &[Array2<f32>], memory: usize) -> Result<CcaMatrix, Error> {
    cca(&views(layers), memory, &mut |_, _| {})
}

/// Columns of X made orthonormal one after the other (Gram and Schmidt, twice).
fn orthonormal(x: &Array2<f64>) -> Array2<f64> {
    let mut q = x.clone();
    for _ in 0..2 {
        for j in 0..q.ncols() {
            let (before, mut rest) = q.view_mut().split_at(ndarray::Axis(1), j);
            let mut column = rest.column_mut(0);
            let projected = before.dot(&before.t().dot(&column));
            column -= &projected;
            let norm = column.dot(&column).sqrt();
            column /= norm;
        }
    }
    q
}

/// Canonical correlations and weighted means by taking the best pair of directions again and again: power iteration on
/// M'M for M = Qx'Qy, each direction found being taken out of M.
fn by_definition(x: &Array2<f32>, y: &Array2<f32>) -> (Vec<f64>, f64) {
    let (x, y) = (centred(x.view()), centred(y.view()));
    let (qx, qy) = (orthonormal(&x), orthonormal(&y));
    let mut m = qx.t().dot(&qy);
    let (mut rho, mut weights) = (Vec::new(), Vec::new());
    for _ in 0..m.nrows().min(m.ncols()) {
        let mut z = ndarray::Array1::from_shape_fn(m.ncols(), |i| 1.0 + (i as f64).sin());
        for _ in 0..20_000 {
            z = m.t().dot(&m.dot(&z));
            let norm = z.dot(&z).sqrt();
            z /= norm;
        }
        let w = m.dot(&z);
        let s = w.dot(&w).sqrt();
        let w = w / s;
        weights.push(x.t().dot(&qx.dot(&w)).iter().map(|value: &f64| value.abs()).sum::<f64>());
        let outer = w.view().insert_axis(ndarray::Axis(1)).dot(&z.view().insert_axis(ndarray::Axis(0)));
        m.scaled_add(-s, &outer);
        rho.push(s);
    }
    let weighted =
        rho.iter().zip(&weights).map(|(rho, weight)| rho * weight).sum::<f64>() / weights.iter().sum::<f64>();
    (rho, weighted)
}

#[test]
fn agrees_with_the_definition() -> Result<(), Error> {
    let layers = family(40, &[3, 6, 5]);
    let found = of(&layers, usize::MAX)?;
    for i in 0..3 {
        for j in (0..3).filter(|&j| j != i) {
            let (rho, weighted) = by_definition(&layers[i], &layers[j]);
            let count = rho.len() as f64;
            assert_abs_diff_eq!(found.mean[[i, j]], rho.iter().sum::<f64>() / count, epsilon = 1e-8);
            assert_abs_diff_eq!(
                found.mean_square[[i, j]],
                rho.iter().map(|r| r * r).sum::<f64>() / count,
                epsilon = 1e-8
            );
            assert_abs_diff_eq!(found.weighted[[i, j]], weighted, epsilon = 1e-7);
        }
    }
    assert_eq!(found.components, [3, 6, 5]);
    assert_eq!((found.mean[[1, 1]], found.weighted[[2, 2]]), (1.0, 1.0));
    Ok(())
}

#[test]
fn any_invertible_map_changes_nothing_but_the_weights() -> Result<(), Error> {
    let (x, y) = (gaussian(80, 6, 1), gaussian(80, 9, 2));
    let mapped = x.dot(&gaussian(6, 6, 3)) * 50.0 + 3.0;
    let found = of(&[x, mapped, y], usize::MAX)?;
    assert_abs_diff_eq!(found.mean[[0, 1]], 1.0, epsilon = 1e-6);
    assert_abs_diff_eq!(found.mean[[0, 2]], found.mean[[1, 2]], epsilon = 1e-5);
    Ok(())
}

#[test]
fn independent_gaussians_have_the_chance_that_is_said() -> Result<(), Error> {
    let of = |seed| of(&[gaussian(60, 8, seed), gaussian(60, 13, seed + 1)], 0);
    let found = (0..40).map(|seed| of(2 * seed)).collect::<Result<Vec<_>, _>>()?;
    let mean = found.iter().map(|found| found.mean_square[[0, 1]]).sum::<f64>() / 40.0;
    assert_abs_diff_eq!(found[0].chance_square[[0, 1]], 13.0 / 59.0, epsilon = 1e-12);
    assert_abs_diff_eq!(mean, 13.0 / 59.0, epsilon = 0.01);
    Ok(())
}

#[test]
fn what_is_one_by_counting_is_undefined_until_components_are_fewer() -> Result<(), Error> {
    // Six directions in each of three, and noise of a thousandth.
    let shared = gaussian(40, 6, 4);
    let noisy = |seed| shared.dot(&gaussian(6, 50, seed)) + gaussian(40, 50, seed + 1) * 1e-3;
    let layers = [noisy(10), noisy(20), gaussian(40, 20, 5)];
    let found = of(&layers, usize::MAX)?;
    assert!(found.mean.slice(s![..2, ..]).iter().all(|value| value.is_nan()));
    assert!(found.mean[[2, 2]].is_nan(), "twice 20 is more than 39");
    assert_eq!(found.components, [39, 39, 20]);
    let found = svcca(&views(&layers[..2]), 0.99, usize::MAX, &mut |_, _| {})?;
    assert!(found.components.iter().all(|&k| k <= 6), "{:?}", found.components);
    assert!(found.mean[[0, 1]] > 0.95 && found.weighted[[0, 1]] > 0.95);
    Ok(())
}

#[test]
fn all_of_the_variance_is_plain_cca() -> Result<(), Error> {
    let layers = family(60, &[5, 8]);
    assert_eq!(svcca(&views(&layers), 1.0, 0, &mut |_, _| {})?, of(&layers, usize::MAX)?);
    assert_eq!(svcca(&views(&layers), 0.0, 0, &mut |_, _| {}), Err(Error::Variance(0.0)));
    assert!(matches!(svcca(&views(&layers), f64::NAN, 0, &mut |_, _| {}), Err(Error::Variance(_))));
    Ok(())
}

#[test]
fn neither_memory_nor_threads_change_a_bit() -> Result<(), Error> {
    let layers = family(60, &[5, 12, 9, 7]);
    let all = of(&layers, usize::MAX)?;
    assert_eq!(with_any_threads(|| of(&layers, 0)), Ok(all));
    Ok(())
}

#[test]
fn what_does_not_vary_is_undefined_and_what_is_impossible_is_refused() -> Result<(), Error> {
    let found = of(&[gaussian(20, 4, 7), Array2::from_elem((20, 3), 0.1), Array2::zeros((20, 0))], usize::MAX)?;
    for found in [found.mean, found.mean_square, found.weighted, found.chance_square] {
        assert_eq!(found.mapv(f64::is_nan).row(0).to_vec(), [false, true, true]);
        assert!(found.slice(s![1.., ..]).iter().all(|value| value.is_nan()));
    }
    assert!(matches!(of(&[gaussian(3, 3, 1)], 0), Err(Error::FewRows { .. })));
    let mut bad = gaussian(5, 3, 8);
    bad[[1, 2]] = f32::NAN;
    assert!(matches!(of(&[bad], 0), Err(Error::NotFinite { row: 1, column: 2, .. })));
    Ok(())
}
