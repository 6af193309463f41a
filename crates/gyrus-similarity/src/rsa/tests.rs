use approx::assert_abs_diff_eq;
use ndarray::{ArrayView1, s};

use super::*;
use crate::samples::{family, gaussian, turned, views, with_any_threads};

const ALL: [Distance; 4] = [Distance::Euclidean, Distance::SquaredEuclidean, Distance::Correlation, Distance::Cosine];
const WAYS: [Comparison; 3] = [Comparison::Pearson, Comparison::Spearman, Comparison::Cosine];

fn of(layers: &[Array2<f32>], distance: Distance, memory: usize) -> Result<Vec<Array2<f64>>, Error> {
    rsa(&views(layers), distance, &WAYS, memory, &mut |_, _| {})
}

fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let centre = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|value| value - mean).collect::<Vec<_>>()
    };
    cosine(&centre(x), &centre(y))
}

fn cosine(x: &[f64], y: &[f64]) -> f64 {
    let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    sum(x, y) / (sum(x, x) * sum(y, y)).sqrt()
}

/// Ranks by counting: how many are smaller, and half of those that are the same.
fn ranks(x: &[f64]) -> Vec<f64> {
    let rank = |a: &f64| {
        x.iter()
            .map(|b| {
                if b < a {
                    1.0
                } else if b == a {
                    0.5
                } else {
                    0.0
                }
            })
            .sum()
    };
    x.iter().map(rank).collect()
}

fn between(x: ArrayView1<f32>, y: ArrayView1<f32>, distance: Distance) -> f64 {
    let (x, y) = (x.mapv(f64::from).to_vec(), y.mapv(f64::from).to_vec());
    let squared = x.iter().zip(&y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
    match distance {
        Distance::Euclidean => squared.sqrt(),
        Distance::SquaredEuclidean => squared,
        Distance::Correlation => 1.0 - pearson(&x, &y),
        Distance::Cosine => 1.0 - cosine(&x, &y),
    }
}

fn by_definition(x: &Array2<f32>, distance: Distance) -> Vec<f64> {
    let pairs = (0..x.nrows()).flat_map(|i| (i + 1..x.nrows()).map(move |j| (i, j)));
    pairs.map(|(i, j)| between(x.row(i), x.row(j), distance)).collect()
}

/// Distances agree to a part in a million of the largest.
fn check_distances(x: &Array2<f32>, expected: &[f64], distance: Distance) -> Result<(), Error> {
    let largest = expected.iter().fold(0.0, |largest: f64, value| largest.max(*value));
    for (found, expected) in dissimilarities(x.view(), distance)?.iter().zip(expected) {
        assert_abs_diff_eq!(f64::from(*found), *expected, epsilon = 1e-6 * largest);
    }
    Ok(())
}

fn check(layers: &[Array2<f32>], distance: Distance, memory: usize) -> Result<(), Error> {
    let found = of(layers, distance, memory)?;
    let exact: Vec<_> = layers.iter().map(|layer| by_definition(layer, distance)).collect();
    for (i, x) in exact.iter().enumerate() {
        check_distances(&layers[i], x, distance)?;
        for (j, y) in exact.iter().enumerate() {
            assert_abs_diff_eq!(found[0][[i, j]], pearson(x, y), epsilon = 1e-6);
            assert_abs_diff_eq!(found[1][[i, j]], pearson(&ranks(x), &ranks(y)), epsilon = 1e-6);
            assert_abs_diff_eq!(found[2][[i, j]], cosine(x, y), epsilon = 1e-6);
        }
    }
    Ok(())
}

#[test]
fn agrees_with_the_definition() -> Result<(), Error> {
    ALL.iter().try_for_each(|&distance| check(&family(45, &[3, 8, 40]), distance, usize::MAX))
}

#[test]
fn agrees_beyond_one_tile_and_one_panel() -> Result<(), Error> {
    let layers = family(400, &[600, 5]);
    for distance in [Distance::Euclidean, Distance::Correlation] {
        for layer in &layers {
            check_distances(layer, &by_definition(layer, distance), distance)?;
        }
    }
    Ok(())
}

#[test]
fn an_outlying_dimension_costs_no_digits() -> Result<(), Error> {
    let mut layers = family(40, &[16, 16]);
    layers.iter_mut().for_each(|layer| layer.column_mut(3).mapv_inplace(|value| 3.0 * value + 3000.0));
    ALL.iter().try_for_each(|&distance| check(&layers, distance, usize::MAX))
}

#[test]
fn rows_that_are_the_same_are_at_no_distance_wherever_they_stand() -> Result<(), Error> {
    for n in [5, 17, 385] {
        let mut x = gaussian(n, 530, 9);
        for (from, to) in [(0, n - 1), (1, n / 2), (0, 3)] {
            let row = x.row(from).to_owned();
            x.row_mut(to).assign(&row);
        }
        for distance in ALL {
            let found = dissimilarities(x.view(), distance)?;
            let zeros = found.iter().filter(|&&d| d == 0.0).count();
            let expected = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
            assert_eq!(zeros, expected.filter(|&(i, j)| x.row(i) == x.row(j)).count(), "{n} rows, {distance:?}");
        }
    }
    Ok(())
}

#[test]
fn ties_of_repeated_rows_are_ranked_as_such() -> Result<(), Error> {
    let words = [0, 1, 2, 0, 3, 1, 4, 5, 0, 2, 6, 7, 1, 8];
    let layers: Vec<_> = family(9, &[12, 30]).iter().map(|layer| layer.select(ndarray::Axis(0), &words)).collect();
    ALL.iter().try_for_each(|&distance| check(&layers, distance, 0))
}

#[test]
fn neither_memory_nor_threads_change_a_bit() -> Result<(), Error> {
    let layers = family(400, &[20, 600, 40, 7, 9]);
    let all = of(&layers, Distance::Correlation, usize::MAX)?;
    for memory in [0, 1 << 20, 4 << 20] {
        assert_eq!(with_any_threads(|| of(&layers, Distance::Correlation, memory)), Ok(all.clone()));
    }
    Ok(())
}

#[test]
fn rotation_moving_and_scaling_change_nothing_where_they_should_not() -> Result<(), Error> {
    let x = gaussian(60, 6, 1);
    let moved = turned(&x) * 7.0 + 2.0;
    for found in of(&[x.clone(), moved], Distance::Euclidean, usize::MAX)? {
        assert_abs_diff_eq!(found[[0, 1]], 1.0, epsilon = 1e-6);
    }
    for found in of(&[x.clone(), turned(&x) * 7.0], Distance::Cosine, usize::MAX)? {
        assert_abs_diff_eq!(found[[0, 1]], 1.0, epsilon = 1e-6);
    }
    for found in of(&[x.clone(), x * 7.0 + 2.0], Distance::Correlation, usize::MAX)? {
        assert_abs_diff_eq!(found[[0, 1]], 1.0, epsilon = 1e-6);
    }
    Ok(())
}

#[test]
fn independent_gaussians_are_unlike_save_for_the_cosine() -> Result<(), Error> {
    let found = of(&[gaussian(300, 50, 3), gaussian(300, 70, 4)], Distance::Euclidean, usize::MAX)?;
    assert_abs_diff_eq!(found[0][[0, 1]], 0.0, epsilon = 0.06);
    assert_abs_diff_eq!(found[1][[0, 1]], 0.0, epsilon = 0.06);
    assert!(found[2][[0, 1]] > 0.95, "distances are never negative");
    Ok(())
}

#[test]
fn what_has_no_distances_is_undefined_with_all() -> Result<(), Error> {
    let mut zero = gaussian(20, 3, 6);
    zero.row_mut(4).fill(0.0);
    let layers = [gaussian(20, 4, 5), Array2::from_elem((20, 3), 0.1), Array2::zeros((20, 0)), zero];
    for found in of(&layers, Distance::Cosine, usize::MAX)? {
        assert_eq!(found.slice(s![0, ..]).mapv(f64::is_nan).to_vec(), [false, true, true, true]);
        assert!(found.slice(s![1.., ..]).iter().all(|value| value.is_nan()));
    }
    for found in of(&layers, Distance::Euclidean, usize::MAX)? {
        assert_eq!(found.slice(s![0, ..]).mapv(f64::is_nan).to_vec(), [false, true, true, false]);
    }
    // Rows of the identity are all equally far apart.
    let same = of(&[Array2::eye(9), gaussian(9, 4, 5)], Distance::Euclidean, usize::MAX)?;
    assert!(same.iter().all(|found| found[[0, 0]].is_nan() && !found[[1, 1]].is_nan()));
    assert!(dissimilarities(layers[3].view(), Distance::Cosine)?.iter().all(|d| d.is_nan()));
    Ok(())
}

#[test]
fn impossible_representations_are_refused() {
    let few = of(&[gaussian(2, 2, 9)], Distance::Euclidean, 0);
    assert!(matches!(few, Err(Error::FewRows { needed: 3, rows: 2, .. })));
    let mut bad = gaussian(5, 3, 8);
    bad[[4, 1]] = f32::INFINITY;
    assert!(matches!(of(&[bad], Distance::Euclidean, 0), Err(Error::NotFinite { row: 4, column: 1, .. })));
    assert!(matches!(check_pairs(MOST_ROWS + 1), Err(Error::ManyRows { .. })));
    assert!(of(&[], Distance::Euclidean, 0).is_ok_and(|found| found.iter().all(Array2::is_empty)));
    assert!(dissimilarities(gaussian(1, 3, 1).view(), Distance::Cosine).is_ok_and(|found| found.is_empty()));
}
