//! All pairs against the definition.

use approx::{assert_abs_diff_eq, assert_relative_eq};
use ndarray::Axis;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, StandardNormal};

use super::far_pairs::tests::left_over;
use super::*;

/// Independent standard Gaussians (rows, columns).
pub(super) fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f32> {
    let mut rng = StdRng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((rows, columns), || StandardNormal.sample(&mut rng))
}

/// Both CKAs by the definition, with whole matrices K, L, H, of representations that need not be centred.
pub(super) fn by_definition(x: &Array2<f64>, y: &Array2<f64>) -> Cka {
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
pub(super) fn family(rows: usize, widths: &[usize]) -> Vec<Array2<f32>> {
    let shared = gaussian(rows, widths.iter().copied().max().unwrap_or(0), 99);
    let one = |(seed, &width): (usize, &usize)| {
        &shared.slice(ndarray::s![.., ..width]) + &gaussian(rows, width, seed as u64) + 3.0
    };
    widths.iter().enumerate().map(one).collect()
}

/// Representations of different widths whose columns are mixtures of the same four, with a little of their own.
pub(super) fn mixtures(rows: usize, widths: &[usize]) -> Vec<Array2<f32>> {
    let shared = gaussian(rows, 4, 98);
    let one = |(seed, &width): (usize, &usize)| {
        shared.dot(&gaussian(4, width, seed as u64)) + gaussian(rows, width, 50 + seed as u64)
    };
    widths.iter().enumerate().map(one).collect()
}

pub(super) fn all_pairs(layers: &[Array2<f32>], memory: usize) -> Result<CkaMatrix, Error> {
    CkaPlan::new(memory).with_sampled_columns().run(layers, &mut |_, _| {})
}

fn check(layers: &[Array2<f32>], memory: usize) -> Result<(), Error> {
    check_against(&layers.iter().map(|layer| layer.mapv(f64::from)).collect::<Vec<_>>(), layers, memory)
}

/// Compares all pairs of `layers` with the definition for `exact`, the same layers save for a translation.
pub(super) fn check_against(exact: &[Array2<f64>], layers: &[Array2<f32>], memory: usize) -> Result<(), Error> {
    let found = all_pairs(layers, memory)?;
    for ((i, j), &debiased) in found.debiased.indexed_iter() {
        let expected = by_definition(&exact[i], &exact[j]);
        assert_abs_diff_eq!(debiased, expected.debiased, epsilon = 2e-7);
        assert_abs_diff_eq!(found.biased[[i, j]], expected.biased, epsilon = 2e-7);
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
    assert!((small.debiased - large.debiased).iter().all(|difference| difference.abs() < 2e-7));
    assert!((small.biased - large.biased).iter().all(|difference| difference.abs() < 2e-7));
    Ok(())
}

#[test]
fn the_number_of_threads_changes_not_a_bit() -> Result<(), Box<dyn std::error::Error>> {
    let layers = mixtures(300, &[20, 300, 40]);
    let with = |threads: usize| -> Result<CkaMatrix, Box<dyn std::error::Error>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let plan = CkaPlan::new(1 << 20).with_groups(7).with_gap(3).with_sampled_columns();
        Ok(pool.install(|| plan.run(&layers, &mut |_, _| {}))?)
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
    CkaPlan::new(0).run(&[x], &mut |done, total| seen.push((done, total)))?;
    assert_eq!(seen, (1..=6).map(|done| (done, 6)).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn impossible_representations_are_refused() {
    let (x, mut bad) = (gaussian(5, 2, 7), gaussian(5, 3, 8));
    bad[[4, 1]] = f32::INFINITY;
    let of = |layers: &[Array2<f32>]| all_pairs(layers, usize::MAX);
    assert_eq!(of(&[gaussian(3, 2, 9)]), Err(Error::FewRows { what: "an unbiased estimate", needed: 4, rows: 3 }));
    assert_eq!(of(&[x.clone(), gaussian(6, 2, 9)]), Err(Error::Rows { representation: 1, rows: 6, expected: 5 }));
    let expected = Error::NotFinite { representation: 1, row: 4, column: 1, value: f32::INFINITY };
    assert_eq!(of(&[x, bad]), Err(expected));
    assert!(of(&[]).is_ok_and(|empty| empty.debiased.is_empty()));
}

/// The rows of `x` that are not in `left_out`.
fn without(x: &Array2<f32>, left_out: &std::ops::Range<usize>) -> Array2<f32> {
    let kept: Vec<usize> = (0..x.nrows()).filter(|row| !left_out.contains(row)).collect();
    x.select(Axis(0), &kept)
}

/// The standard error of `values`, by its own formula.
fn standard_error(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    ((n - 1.0) / n * values.iter().map(|value| (value - mean).powi(2)).sum::<f64>()).sqrt()
}

/// Sums over rows take more than all that is given here.
#[test]
fn room_for_rows_leaves_tiles_what_they_were_given() -> Result<(), Error> {
    let layers = mixtures(400, &[12, 70, 5]);
    let tiles = |plan: CkaPlan| {
        let mut tiles = 0;
        plan.with_groups(2).run(&layers, &mut |_, total| tiles = total).map(|_| tiles)
    };
    let small = CkaPlan::new(1 << 16);
    let (without, with) = (tiles(small)?, tiles(small.with_rows_besides())?);
    assert!(with < without, "{with} and {without} tiles");
    Ok(())
}

#[test]
fn errors_are_those_of_leaving_rows_out_and_computing_anew() -> Result<(), Error> {
    let layers = mixtures(95, &[12, 70, 5]);
    for memory in [0, usize::MAX] {
        let plan = CkaPlan::new(memory).with_groups(6).with_sampled_columns();
        let found = plan.run(&layers, &mut |_, _| {})?.errors.expect("six groups");
        let groups = crate::stretch::parts(0..95, 6);
        let fewer = |group| layers.iter().map(|layer| without(layer, group)).collect::<Vec<_>>();
        let anew: Vec<CkaMatrix> =
            groups.iter().map(|group| all_pairs(&fewer(group), memory)).collect::<Result<_, _>>()?;
        for (i, j) in [(0, 1), (1, 2), (2, 0), (1, 1)] {
            let error = |of: fn(&CkaMatrix) -> &Array2<f64>| {
                standard_error(&anew.iter().map(|matrix| of(matrix)[[i, j]]).collect::<Vec<_>>())
            };
            assert_abs_diff_eq!(found.debiased[[i, j]], error(|m| &m.debiased), epsilon = 1e-6);
            assert_abs_diff_eq!(found.biased[[i, j]], error(|m| &m.biased), epsilon = 1e-6);
            assert_abs_diff_eq!(
                found.sampled.as_ref().expect("asked for")[[i, j]],
                error(|m| m.sampled.as_ref().expect("asked for")),
                epsilon = 1e-6
            );
        }
    }
    Ok(())
}

#[test]
fn groups_that_cannot_be_left_out_are_refused() {
    let layers = family(9, &[2]);
    for groups in [0, 1, 10] {
        let found = CkaPlan::new(0).with_groups(groups).run(&layers, &mut |_, _| {});
        assert_eq!(found, Err(Error::Groups { groups, rows: 9 }));
    }
    assert!(CkaPlan::new(0).with_groups(2).run(&layers, &mut |_, _| {}).is_ok());
}

/// sum over pairs of different columns q, s of HSIC(x_q x_q', x_s x_s') / (p (p - 1)): what a norm is without equal columns.
fn norm_of_sampled(x: &Array2<f64>) -> f64 {
    let kernel = |q: usize| {
        let column = x.column(q).insert_axis(Axis(1)).to_owned();
        column.dot(&column.t())
    };
    let hsic = |k: &Array2<f64>, l: &Array2<f64>| {
        let (sum, difference) = (unbiased_hsic(&(k + l), &(k + l)), unbiased_hsic(&(k - l), &(k - l)));
        (sum - difference) / 4.0
    };
    let p = x.ncols();
    let pairs = (0..p).flat_map(|q| (0..p).filter(move |s| *s != q).map(move |s| (q, s)));
    pairs.map(|(q, s)| hsic(&kernel(q), &kernel(s))).sum::<f64>() / (p * (p - 1)) as f64
}

#[test]
fn sampled_columns_are_paired_with_others_only() -> Result<(), Error> {
    let layers = mixtures(40, &[6, 9]);
    let exact: Vec<Array2<f64>> = layers.iter().map(|layer| layer.mapv(f64::from)).collect();
    let kernel = |x: &Array2<f64>| x.dot(&x.t()) / x.ncols() as f64;
    let both = kernel(&exact[0]) + kernel(&exact[1]);
    let apart = kernel(&exact[0]) - kernel(&exact[1]);
    let between = (unbiased_hsic(&both, &both) - unbiased_hsic(&apart, &apart)) / 4.0;
    let expected = between / (norm_of_sampled(&exact[0]) * norm_of_sampled(&exact[1])).sqrt();
    assert_abs_diff_eq!(all_pairs(&layers, usize::MAX)?.sampled.expect("asked for")[[0, 1]], expected, epsilon = 1e-6);
    Ok(())
}

/// Two samples of 40 of endlessly many columns z w with z (n, 5): their alignment is 1, which sampling makes smaller.
#[test]
fn sampling_columns_costs_alignment_that_the_correction_returns() -> Result<(), Error> {
    let (mut plain, mut corrected) = (0.0, 0.0);
    for seed in 0..20 {
        let z = gaussian(300, 5, 3 * seed);
        let layers = [1, 2].map(|k| z.dot(&gaussian(5, 40, 3 * seed + k)));
        let found = all_pairs(&layers, usize::MAX)?;
        plain += found.debiased[[0, 1]] / 20.0;
        corrected += found.sampled.expect("asked for")[[0, 1]] / 20.0;
    }
    assert!(plain < 0.93, "{plain}");
    assert_abs_diff_eq!(corrected, 1.0, epsilon = 0.01);
    Ok(())
}

/// AR(1) rows, each column by itself.
pub(super) fn autocorrelated(rows: usize, columns: usize, phi: f32, seed: u64) -> Array2<f32> {
    let mut x = gaussian(rows, columns, seed);
    for row in 1..rows {
        let before = x.row(row - 1).mapv(|x| phi * x);
        x.row_mut(row).mapv_inplace(|x| (1.0 - phi * phi).sqrt() * x);
        x.row_mut(row).zip_mut_with(&before, |x, before| *x += before);
    }
    x
}

/// Compared with what is left of whole Gram matrices, of layers that are not centred.
#[test]
fn with_a_gap_only_far_rows_count() -> Result<(), Error> {
    let layers = mixtures(60, &[4, 7]);
    for (memory, gap) in [(0, 1), (usize::MAX, 5), (0, 20)] {
        let found = CkaPlan::new(memory).with_gap(gap).run(&layers, &mut |_, _| {})?;
        let gram = |x: &Array2<f32>| {
            let x = x.mapv(f64::from);
            x.dot(&x.t())
        };
        let (k, l) = (gram(&layers[0]), gram(&layers[1]));
        let kept: Vec<usize> = (0..60).collect();
        let hsic = |k: &Array2<f64>, l: &Array2<f64>| (left_over(k, &kept, gap) * left_over(l, &kept, gap)).sum();
        let expected = hsic(&k, &l) / (hsic(&k, &k) * hsic(&l, &l)).sqrt();
        assert_abs_diff_eq!(found.debiased[[0, 1]], expected, epsilon = 1e-6);
        assert_eq!(found.biased, CkaPlan::new(memory).run(&layers, &mut |_, _| {})?.biased);
    }
    assert_eq!(CkaPlan::new(0).with_gap(59).run(&layers, &mut |_, _| {}), Err(Error::Gap { gap: 59, rows: 60 }));
    Ok(())
}

/// Rows like their neighbours make independent representations alike, until neighbours do not count.
#[test]
fn a_gap_takes_the_likeness_of_neighbours_away() -> Result<(), Error> {
    let (mut without, mut with) = (0.0, 0.0);
    for seed in 0..40 {
        let layers = [0, 1].map(|k| autocorrelated(400, 60, 0.8, 2 * seed + k));
        let value = |plan: CkaPlan| Ok::<_, Error>(plan.run(&layers, &mut |_, _| {})?.debiased[[0, 1]] / 40.0);
        without += value(CkaPlan::new(usize::MAX))?;
        with += value(CkaPlan::new(usize::MAX).with_gap(25))?;
    }
    assert!(without > 0.1, "{without}");
    assert_abs_diff_eq!(with, 0.0, epsilon = 0.015);
    Ok(())
}

#[test]
fn errors_with_a_gap_are_those_of_leaving_rows_out() -> Result<(), Error> {
    // Without the last group the rows that remain keep their distances.
    let layers = mixtures(60, &[4, 7]);
    let plan = CkaPlan::new(usize::MAX).with_gap(4);
    let found = plan.with_groups(5).run(&layers, &mut |_, _| {})?.errors.expect("five groups");
    let fewer: Vec<Array2<f32>> = layers.iter().map(|layer| without(layer, &(48..60))).collect();
    let anew = plan.run(&fewer, &mut |_, _| {})?.debiased;
    assert_abs_diff_eq!(found.without_group[4][[0, 1]], anew[[0, 1]], epsilon = 1e-3);
    Ok(())
}

#[test]
fn differences_have_the_error_of_what_is_left_out() -> Result<(), Error> {
    let layers = mixtures(95, &[12, 70, 5]);
    let errors = CkaPlan::new(usize::MAX).with_groups(6).run(&layers, &mut |_, _| {})?.errors.expect("six groups");
    let differences: Vec<f64> = errors.without_group.iter().map(|m| m[[0, 1]] - m[[0, 2]]).collect();
    assert_relative_eq!(errors.of_difference((0, 1), (0, 2)), standard_error(&differences), max_relative = 1e-9);
    assert_eq!(errors.of_difference((0, 1), (1, 0)), 0.0);
    assert_relative_eq!(errors.of_difference((0, 1), (2, 2)), errors.debiased[[0, 1]], max_relative = 1e-9);
    Ok(())
}
