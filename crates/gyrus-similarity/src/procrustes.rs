//! Orthogonal Procrustes: how far two representations are apart once one is turned onto the other.

use ndarray::{Array2, ArrayView2};

use crate::checks::check;
use crate::columns::normalised;
use crate::error::Error;
use crate::pairs::{Room, all_pairs};
use crate::product::product;
use crate::rotated::rotated;
use crate::singular;

/// Fewest rows: centred, two rows are one direction, and so alike whatever they are.
const FEWEST_ROWS: usize = 3;

/// What orthogonal Procrustes finds of every pair, each (representations, representations) and symmetric.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcrustesMatrix {
    /// ||X'Y||_*, between 0 and 1: the cosine of the angle.
    pub similarity: Array2<f64>,
    /// 2 - 2 ||X'Y||_*, between 0 and 2: the least ||X Q - Y||^2 over orthogonal Q.
    pub distance: Array2<f64>,
    /// arccos ||X'Y||_* in radians, between 0 and pi / 2: a metric.
    pub angle: Array2<f64>,
}

/// Orthogonal Procrustes of all pairs of representations (n, p_i) of the same n rows.
///
/// With X and Y column-centred and of Frobenius norm 1, and ||X'Y||_* the sum of the singular values of X'Y:
/// the similarity is ||X'Y||_*; the distance is min over orthogonal Q of ||X Q - Y||^2 = 2 - 2 ||X'Y||_* (Schönemann 1966;
/// Ding, Denain and Steinhardt 2021); and the angular shape distance is arccos ||X'Y||_* (Williams et al. 2021, alpha = 1).
/// Where widths differ, the narrower is taken to be filled with columns of zeros, which change no singular value.
///
/// Nothing is left out or approximated: a representation wider than long is first turned into n columns (LQ), which
/// changes X'Y by rotations only, so a pair costs the singular values of a matrix of at most n x n.
/// A small angle has half the digits of the similarity: below 1e-7 it is rounding.
/// The similarity of independent representations is well above 0 where columns are not few against rows.
///
/// A representation that does not vary is undefined, NaN with every other and itself.
/// `memory` bounds the bytes taken beside the inputs, to no less than two representations' worth; it changes no result,
/// nor does the number of threads. `progress` is told how many representations of how many are turned.
///
/// # Errors
/// There are fewer than 3 rows, the numbers of rows differ, a value is not finite, or singular values do not converge.
///
/// # Example
/// ```
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 0.0], [0.0, 1.0], [2.0, 1.0], [5.0, 3.0]];
/// let turned = array![[0.0_f32, 3.0], [3.0, 0.0], [3.0, 6.0], [9.0, 15.0]];
/// let found = gyrus_similarity::procrustes(&[x.view(), turned.view()], 1 << 20, &mut |_, _| {})?;
/// assert!((found.similarity[[0, 1]] - 1.0).abs() < 1e-12);
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn procrustes(
    representations: &[ArrayView2<f32>],
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ProcrustesMatrix, Error> {
    let n = check(representations, "a Procrustes distance", FEWEST_ROWS)?;
    let layers = representations.len();
    let width = representations.iter().map(|values| values.ncols()).max().unwrap_or(0);
    let bytes = |rows: usize, columns: usize| size_of::<f64>() * rows * columns;
    // A pair takes its product and the copy that is decomposed.
    let working = (2 * bytes(n, width)).max(4 * bytes(width.min(n), width.min(n)));
    let room = Room::of(layers, bytes(n, width.min(n)), working, memory);
    let make = |layer: usize| Ok(normalised(representations[layer].view()).map(rotated));
    let pair = |x: &Option<Array2<f64>>, y: &Option<Array2<f64>>| match (x, y) {
        // A thing is like itself, whatever rounding says.
        (Some(x), Some(y)) if std::ptr::eq(x, y) => Ok(1.0),
        (Some(x), Some(y)) => Ok(singular::values(product(x.t(), y.view()).view())?.sum().min(1.0)),
        _ => Ok(f64::NAN),
    };
    let mut similarity = Array2::from_elem((layers, layers), f64::NAN);
    for (i, j, value) in all_pairs(layers, room, make, pair, progress)? {
        (similarity[[i, j]], similarity[[j, i]]) = (value, value);
    }
    Ok(ProcrustesMatrix {
        distance: similarity.mapv(|value| 2.0 - 2.0 * value),
        angle: similarity.mapv(f64::acos),
        similarity,
    })
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;
    use crate::columns::centred;
    use crate::samples::{family, gaussian, turned, views, with_any_threads};

    fn of(layers: &[Array2<f32>], memory: usize) -> Result<ProcrustesMatrix, Error> {
        procrustes(&views(layers), memory, &mut |_, _| {})
    }

    /// tr((M'M)^(1/2)) for M = X'Y by Newton's iteration for the polar factor, which needs no decomposition.
    fn by_definition(x: &Array2<f32>, y: &Array2<f32>) -> f64 {
        let norm = |x: &Array2<f64>| x.iter().map(|value| value * value).sum::<f64>().sqrt();
        let (x, y) = (centred(x.view()), centred(y.view()));
        let (x, y) = (&x / norm(&x), &y / norm(&y));
        let m = x.t().dot(&y);
        let mut q = &m / norm(&m);
        for _ in 0..200 {
            q = 1.5 * &q - 0.5 * q.dot(&q.t().dot(&q));
        }
        (&q * &m).sum()
    }

    #[test]
    fn agrees_with_the_definition() -> Result<(), Error> {
        let layers = family(30, &[3, 8, 5]);
        let found = of(&layers, usize::MAX)?;
        for ((i, j), &similarity) in found.similarity.indexed_iter() {
            let expected = by_definition(&layers[i], &layers[j]);
            assert_abs_diff_eq!(similarity, expected, epsilon = 1e-10);
            assert_abs_diff_eq!(found.distance[[i, j]], 2.0 - 2.0 * expected, epsilon = 1e-10);
            assert_abs_diff_eq!(found.angle[[i, j]], expected.min(1.0).acos(), epsilon = 1e-6);
        }
        Ok(())
    }

    /// The distance is what is left once Y is turned as well as it can be: no turn of many does better.
    #[test]
    fn no_rotation_comes_nearer() -> Result<(), Error> {
        let (x, y) = (gaussian(20, 2, 1), gaussian(20, 2, 2));
        let found = of(&[x.clone(), y.clone()], usize::MAX)?.distance[[0, 1]];
        let (x, y) = (normalised(x.view()).expect("varies"), normalised(y.view()).expect("varies"));
        let left = |angle: f64, mirror: f64| {
            let (sin, cos) = angle.sin_cos();
            let q = ndarray::array![[cos, -mirror * sin], [sin, mirror * cos]];
            (x.dot(&q) - &y).mapv(|value| value * value).sum()
        };
        let angles = (0..20_000).map(|step| f64::from(step) * std::f64::consts::TAU / 20_000.0);
        let least = angles.flat_map(|angle| [left(angle, 1.0), left(angle, -1.0)]).fold(f64::MAX, f64::min);
        assert_abs_diff_eq!(found, least, epsilon = 1e-6);
        assert!(found <= least + 1e-12);
        Ok(())
    }

    #[test]
    fn wider_than_long_is_the_same_as_columns_of_zeros_and_rotations() -> Result<(), Error> {
        let (x, y) = (gaussian(12, 6, 3), gaussian(12, 30, 4));
        let mut wide = Array2::zeros((12, 40));
        wide.slice_mut(ndarray::s![.., 7..13]).assign(&turned(&x));
        let found = of(&[x, y, wide * 3.0 + 1.0], usize::MAX)?.similarity;
        assert_abs_diff_eq!(found[[0, 2]], 1.0, epsilon = 1e-6);
        assert_abs_diff_eq!(found[[0, 1]], found[[2, 1]], epsilon = 1e-6);
        Ok(())
    }

    #[test]
    fn angles_keep_the_triangle_inequality() -> Result<(), Error> {
        let angle = of(&family(25, &[4, 7, 30, 2, 9]), usize::MAX)?.angle;
        for ((i, j), &direct) in angle.indexed_iter() {
            assert!((0..5).all(|k| direct <= angle[[i, k]] + angle[[k, j]] + 1e-12));
        }
        Ok(())
    }

    #[test]
    fn independent_gaussians_are_the_less_alike_the_more_rows_there_are() -> Result<(), Error> {
        let alike = |rows| of(&[gaussian(rows, 20, 5), gaussian(rows, 20, 6)], 0).map(|found| found.similarity[[0, 1]]);
        let (few, many) = (alike(40)?, alike(4000)?);
        // The singular values of a square Gaussian matrix of side p have mean 8 / (3 pi) sqrt(p).
        let expected = |rows: f64| 8.0 / (3.0 * std::f64::consts::PI) * (20.0 / rows).sqrt();
        assert_abs_diff_eq!(many, expected(4000.0), epsilon = 0.01);
        assert!(few > 0.5, "{few}");
        Ok(())
    }

    #[test]
    fn neither_memory_nor_threads_change_a_bit() -> Result<(), Error> {
        let layers = family(40, &[5, 60, 12, 7]);
        let all = of(&layers, usize::MAX)?;
        assert_eq!(with_any_threads(|| of(&layers, 0)), Ok(all));
        Ok(())
    }

    #[test]
    fn what_does_not_vary_is_undefined_and_what_is_impossible_is_refused() -> Result<(), Error> {
        let found = of(&[gaussian(9, 4, 7), Array2::from_elem((9, 3), 0.1), Array2::zeros((9, 0))], usize::MAX)?;
        for found in [found.similarity, found.distance, found.angle] {
            assert_eq!(found.mapv(f64::is_nan).row(0).to_vec(), [false, true, true]);
            assert!(found.row(1).iter().chain(found.row(2)).all(|value| value.is_nan()));
        }
        assert!(matches!(of(&[gaussian(2, 3, 1)], 0), Err(Error::FewRows { .. })));
        let mut bad = gaussian(5, 3, 8);
        bad[[1, 2]] = f32::NAN;
        assert!(matches!(of(&[bad], 0), Err(Error::NotFinite { row: 1, column: 2, .. })));
        Ok(())
    }
}
