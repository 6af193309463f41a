//! Linear centred kernel alignment, debiased and biased.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use crate::centred::Centred;
use crate::error::Error;
use crate::gram::{GramSums, walk};
use crate::tile::stretches;

/// Fewest rows: the unbiased estimate divides by n - 3.
const FEWEST_ROWS: usize = 4;

/// Bytes of tiles for a single pair.
const PAIR_MEMORY: usize = 64 << 20;

/// A norm smaller than this part of the terms it is the difference of is rounding.
const ROUNDING: f64 = 1e-13;

/// The CKA of every pair of representations, both (representations, representations) and symmetric.
#[derive(Debug, Clone, PartialEq)]
pub struct CkaMatrix {
    /// Debiased: 0 on average for independent representations, so it can be slightly negative.
    pub debiased: Array2<f64>,
    /// Biased: between 0 and 1, and above 0 for independent representations wherever columns are not few against rows.
    pub biased: Array2<f64>,
}

/// The CKA of two representations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cka {
    /// Debiased, see [`CkaMatrix::debiased`].
    pub debiased: f64,
    /// Biased, see [`CkaMatrix::biased`].
    pub biased: f64,
}

/// Linear CKA of two representations (n, p) and (n, q) of the same rows; see [`linear_cka`].
///
/// # Errors
/// As for [`linear_cka`].
///
/// # Example
/// ```
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 0.0], [0.0, 1.0], [2.0, 1.0], [5.0, 3.0], [1.0, 7.0]];
/// let turned = array![[0.0_f32, 2.0], [2.0, 0.0], [2.0, 4.0], [6.0, 10.0], [14.0, 2.0]];
/// let alike = gyrus_similarity::cka(x.view(), turned.view())?;
/// assert!((alike.debiased - 1.0).abs() < 1e-12 && (alike.biased - 1.0).abs() < 1e-12);
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn cka(x: ArrayView2<f32>, y: ArrayView2<f32>) -> Result<Cka, Error> {
    let all = linear_cka(&[x.view(), y.view()], PAIR_MEMORY, &mut |_, _| {})?;
    Ok(Cka { debiased: all.debiased[[0, 1]], biased: all.biased[[0, 1]] })
}

/// Linear CKA of all pairs of representations (n, p_i) of the same n rows, in one walk over Gram tiles.
///
/// With K = XX' and L = YY', CKA = HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)), where
/// biased: HSIC = tr(KHLH) / (n - 1)^2 with H = I - 11'/n; and
/// debiased, in all three places, with the diagonals of K and L set to 0 (Song et al. 2012):
/// HSIC = [tr(KL) + (1'K1)(1'L1) / ((n - 1)(n - 2)) - 2 / (n - 2) 1'KL1] / (n (n - 3)).
///
/// A representation that does not vary has no CKA with any: its row and column are NaN.
/// `memory` bounds the bytes of tiles (at least 16 rows square each); results change with it, and nothing else, by
/// rounding only, and not at all with the number of threads.
/// `progress` is told how many tiles of how many are done.
///
/// # Errors
/// There are fewer than 4 rows, the numbers of rows differ, or a value is not finite.
pub fn linear_cka(
    representations: &[ArrayView2<f32>],
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<CkaMatrix, Error> {
    let n = check_rows(representations)?;
    let centred = representations.par_iter().enumerate().map(|(index, values)| Centred::new(index, values.view()));
    // Collected before they are judged, so that the first error is the same whatever the number of threads.
    let layers = centred.collect::<Vec<_>>().into_iter().collect::<Result<Vec<_>, Error>>()?;
    let width = layers.iter().map(Centred::width).max().unwrap_or(0);
    let sums = walk(&layers, &stretches(n, layers.len(), width, memory), progress);
    Ok(CkaMatrix { debiased: debiased(&sums), biased: biased(&sums) })
}

/// The common number of rows.
fn check_rows(representations: &[ArrayView2<f32>]) -> Result<usize, Error> {
    let Some(first) = representations.first() else { return Ok(0) };
    let expected = first.nrows();
    if expected < FEWEST_ROWS {
        return Err(Error::TooFewRows { rows: expected });
    }
    match representations.iter().position(|values| values.nrows() != expected) {
        Some(representation) => {
            Err(Error::Rows { representation, rows: representations[representation].nrows(), expected })
        }
        None => Ok(expected),
    }
}

/// tr(KL) / sqrt(tr(KK) tr(LL)), as KH = K where X is centred.
fn biased(sums: &GramSums) -> Array2<f64> {
    let hsic = &sums.off_diagonal + &sums.diagonals.dot(&sums.diagonals.t());
    normalise(&hsic, &hsic)
}

/// HSIC with zeroed diagonals: a row of K without its diagonal k sums to -k, so with s = 1'k for K and z, l for L it is
/// [sum_{a != b} K_ab L_ab + s z / ((n - 1)(n - 2)) - 2 / (n - 2) k'l] / (n (n - 3)), and CKA loses the last divisor.
fn debiased(sums: &GramSums) -> Array2<f64> {
    let n = sums.diagonals.ncols() as f64;
    let s = sums.diagonals.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
    let gain = &sums.off_diagonal + &(s.dot(&s.t()) / ((n - 1.0) * (n - 2.0)));
    let loss = 2.0 / (n - 2.0) * sums.diagonals.dot(&sums.diagonals.t());
    normalise(&(&gain - &loss), &(&gain + &loss))
}

/// H_ij / sqrt(H_ii H_jj), NaN where a norm is no more than the rounding of its `terms`.
fn normalise(hsic: &Array2<f64>, terms: &Array2<f64>) -> Array2<f64> {
    let norm = |i: usize| {
        let square = hsic[[i, i]];
        if square > ROUNDING * terms[[i, i]] { square.sqrt() } else { f64::NAN }
    };
    let norms: Vec<f64> = (0..hsic.nrows()).map(norm).collect();
    Array2::from_shape_fn(hsic.dim(), |(i, j)| match i == j {
        true if norms[i].is_nan() => f64::NAN,
        true => 1.0,
        false => 0.5 * (hsic[[i, j]] + hsic[[j, i]]) / (norms[i] * norms[j]),
    })
}

#[cfg(test)]
mod tests {
    use approx::{assert_abs_diff_eq, assert_relative_eq};
    use ndarray::Axis;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    /// Independent standard Gaussians (rows, columns).
    fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
        let mut rng = StdRng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut rng))
    }

    /// Both CKAs by the definition, with whole matrices K, L, H, of representations that need not be centred.
    fn by_definition(x: &Array2<f64>, y: &Array2<f64>) -> Cka {
        let (k, l) = (x.dot(&x.t()), y.dot(&y.t()));
        let ratio = |hsic: fn(&Array2<f64>, &Array2<f64>) -> f64| hsic(&k, &l) / (hsic(&k, &k) * hsic(&l, &l)).sqrt();
        Cka { debiased: ratio(unbiased_hsic), biased: ratio(biased_hsic) }
    }

    fn biased_hsic(k: &Array2<f64>, l: &Array2<f64>) -> f64 {
        let n = k.nrows();
        let h = Array2::eye(n) - 1.0 / n as f64;
        k.dot(&h).dot(l).dot(&h).diag().sum() / ((n - 1) as f64).powi(2)
    }

    fn unbiased_hsic(k: &Array2<f64>, l: &Array2<f64>) -> f64 {
        let n = k.nrows() as f64;
        let hollow = |k: &Array2<f64>| k - &Array2::from_diag(&k.diag());
        let (k, l) = (hollow(k), hollow(l));
        let rows = |k: &Array2<f64>| k.sum_axis(Axis(1));
        let terms = k.dot(&l).diag().sum() + k.sum() * l.sum() / ((n - 1.0) * (n - 2.0));
        (terms - 2.0 / (n - 2.0) * rows(&k).dot(&rows(&l))) / (n * (n - 3.0))
    }

    /// Representations that share a part, of different widths.
    fn family(rows: usize, widths: &[usize]) -> Vec<Array2<f32>> {
        let shared = gaussian(rows, widths.iter().copied().max().unwrap_or(0), 99);
        let one = |(seed, &width): (usize, &usize)| {
            &shared.slice(ndarray::s![.., ..width]) + &gaussian(rows, width, seed as u64) + 3.0
        };
        widths.iter().enumerate().map(one).collect()
    }

    fn all_pairs(layers: &[Array2<f32>], memory: usize) -> Result<CkaMatrix, Error> {
        linear_cka(&layers.iter().map(Array2::view).collect::<Vec<_>>(), memory, &mut |_, _| {})
    }

    fn check(layers: &[Array2<f32>], memory: usize) -> Result<(), Error> {
        check_against(&layers.iter().map(|layer| layer.mapv(f64::from)).collect::<Vec<_>>(), layers, memory)
    }

    /// Compares all pairs of `layers` with the definition for `exact`, the same layers save for a translation.
    fn check_against(exact: &[Array2<f64>], layers: &[Array2<f32>], memory: usize) -> Result<(), Error> {
        let found = all_pairs(layers, memory)?;
        for ((i, j), &debiased) in found.debiased.indexed_iter() {
            let expected = by_definition(&exact[i], &exact[j]);
            assert_abs_diff_eq!(debiased, expected.debiased, epsilon = 1e-9);
            assert_abs_diff_eq!(found.biased[[i, j]], expected.biased, epsilon = 1e-9);
        }
        Ok(())
    }

    #[test]
    fn agrees_with_the_definition() -> Result<(), Error> {
        check(&family(60, &[3, 8, 40]), usize::MAX)
    }

    #[test]
    fn agrees_where_rows_are_no_multiple_of_the_tile_and_columns_none_of_the_panel() -> Result<(), Error> {
        check(&family(59, &[300, 2, 7]), 0)
    }

    #[test]
    fn agrees_at_the_fewest_rows() -> Result<(), Error> {
        check(&family(4, &[5, 6]), usize::MAX)
    }

    #[test]
    fn an_outlying_dimension_costs_no_digits() -> Result<(), Error> {
        let mut layers = family(80, &[16, 16]);
        layers.iter_mut().for_each(|layer| layer.column_mut(3).mapv_inplace(|value| 50.0 * value + 3000.0));
        // The definition loses digits itself so far from zero.
        let centre = |layer: &Array2<f32>| {
            let layer = layer.mapv(f64::from);
            &layer - &layer.mean_axis(Axis(0)).expect("eighty rows")
        };
        check_against(&layers.iter().map(centre).collect::<Vec<_>>(), &layers, usize::MAX)
    }

    #[test]
    fn the_tile_changes_nothing_but_rounding() -> Result<(), Error> {
        let layers = family(300, &[20, 30, 40]);
        let (small, large) = (all_pairs(&layers, 0)?, all_pairs(&layers, usize::MAX)?);
        assert!((small.debiased - large.debiased).iter().all(|difference| difference.abs() < 1e-12));
        assert!((small.biased - large.biased).iter().all(|difference| difference.abs() < 1e-12));
        Ok(())
    }

    #[test]
    fn the_number_of_threads_changes_not_a_bit() -> Result<(), Box<dyn std::error::Error>> {
        let layers = family(300, &[20, 300, 40]);
        let with = |threads: usize| -> Result<CkaMatrix, Box<dyn std::error::Error>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| all_pairs(&layers, 1 << 20))?)
        };
        let one = with(1)?;
        assert_eq!(one, with(2)?);
        assert_eq!(one, with(5)?);
        Ok(())
    }

    #[test]
    fn a_thing_is_like_itself_rotated_scaled_and_moved() -> Result<(), Error> {
        let x = gaussian(50, 6, 1);
        let mut turned = x.clone();
        for (a, b, angle) in [(0, 1, 0.3_f32), (2, 5, 1.1), (1, 4, 2.5), (0, 3, -0.7)] {
            let (p, q) = (turned.column(a).to_owned(), turned.column(b).to_owned());
            turned.column_mut(a).assign(&(&p * angle.cos() - &q * angle.sin()));
            turned.column_mut(b).assign(&(&p * angle.sin() + &q * angle.cos()));
        }
        let moved = turned * 7.0 + 2.0;
        for other in [&x, &moved] {
            let alike = cka(x.view(), other.view())?;
            assert_abs_diff_eq!(alike.debiased, 1.0, epsilon = 1e-6);
            assert_abs_diff_eq!(alike.biased, 1.0, epsilon = 1e-6);
        }
        let y = gaussian(50, 9, 2);
        let (before, after) = (cka(x.view(), y.view())?, cka(moved.view(), y.view())?);
        assert_abs_diff_eq!(before.debiased, after.debiased, epsilon = 1e-6);
        Ok(())
    }

    /// For independent Gaussians of p columns, E tr(KHLH) = p^2 (n - 1) and E tr(KHKH) = p (n - 1) (n + p), so the biased
    /// CKA is about p / (n + p): .672 for 4,096 columns and 2,000 rows, and the same for 512 and 250.
    #[test]
    fn independent_gaussians_are_unlike_once_debiased() -> Result<(), Error> {
        let found = cka(gaussian(250, 512, 3).view(), gaussian(250, 512, 4).view())?;
        assert_abs_diff_eq!(found.biased, 512.0 / 762.0, epsilon = 0.005);
        assert_abs_diff_eq!(found.debiased, 0.0, epsilon = 0.01);
        let mean =
            (0..40).map(|seed| cka(gaussian(60, 120, 2 * seed + 10).view(), gaussian(60, 120, 2 * seed + 11).view()));
        let mean = mean.collect::<Result<Vec<_>, _>>()?.iter().map(|cka| cka.debiased).sum::<f64>() / 40.0;
        assert_abs_diff_eq!(mean, 0.0, epsilon = 0.01);
        Ok(())
    }

    #[test]
    fn what_does_not_vary_has_no_cka() -> Result<(), Error> {
        let constant = Array2::from_elem((20, 3), 0.1_f32);
        let found = all_pairs(&[gaussian(20, 4, 5), constant, Array2::zeros((20, 0))], usize::MAX)?;
        for cka in [&found.debiased, &found.biased] {
            assert_eq!(cka.mapv(f64::is_nan).row(0).to_vec(), [false, true, true]);
            assert!(cka.row(1).iter().chain(cka.row(2)).all(|value| value.is_nan()));
        }
        Ok(())
    }

    #[test]
    fn all_pairs_agree_with_one_and_the_matrix_is_symmetric() -> Result<(), Error> {
        let layers = family(70, &[5, 6, 7]);
        let found = all_pairs(&layers, usize::MAX)?;
        let pair = cka(layers[2].view(), layers[0].view())?;
        assert_relative_eq!(found.debiased[[0, 2]], pair.debiased, max_relative = 1e-12);
        assert_eq!(found.debiased, found.debiased.t());
        assert_eq!(found.biased.diag().to_vec(), [1.0; 3]);
        Ok(())
    }

    #[test]
    fn progress_ends_with_the_last_tile() -> Result<(), Error> {
        let (x, mut seen) = (gaussian(40, 3, 6), Vec::new());
        linear_cka(&[x.view()], 0, &mut |done, total| seen.push((done, total)))?;
        assert_eq!(seen, (1..=6).map(|done| (done, 6)).collect::<Vec<_>>());
        Ok(())
    }

    #[test]
    fn impossible_representations_are_refused() {
        let (x, mut bad) = (gaussian(5, 2, 7), gaussian(5, 3, 8));
        bad[[4, 1]] = f32::INFINITY;
        let of = |layers: &[Array2<f32>]| all_pairs(layers, usize::MAX);
        assert_eq!(of(&[gaussian(3, 2, 9)]), Err(Error::TooFewRows { rows: 3 }));
        assert_eq!(of(&[x.clone(), gaussian(6, 2, 9)]), Err(Error::Rows { representation: 1, rows: 6, expected: 5 }));
        let expected = Error::NotFinite { representation: 1, row: 4, column: 1, value: f32::INFINITY };
        assert_eq!(of(&[x, bad]), Err(expected));
        assert!(of(&[]).is_ok_and(|empty| empty.debiased.is_empty()));
    }
}
