//! Where layers are so that a formula or its rounding could fail.

use approx::assert_abs_diff_eq;
use ndarray::Axis;

use super::far_pairs::tests::left_over;
use super::tests::{all_pairs, autocorrelated, by_definition, check_against, family, gaussian, mixtures};
use super::*;

/// Its norm for sampled columns is a difference of two equal numbers times p / (p - 1).
#[test]
fn a_single_column_is_no_sample() -> Result<(), Error> {
    let mut padded = Array2::from_elem((50, 3), 0.7_f32);
    padded.column_mut(1).assign(&gaussian(50, 1, 11).column(0));
    for (seed, layer) in [(1, gaussian(50, 1, 12)), (2, gaussian(50, 1, 13) * 1e4 + 1e6), (3, padded)] {
        let found = all_pairs(&[layer, gaussian(50, 4, seed)], usize::MAX)?;
        let sampled = found.sampled.expect("asked for");
        assert!(sampled[[0, 0]].is_nan() && sampled[[0, 1]].is_nan(), "{sampled}");
        assert!(found.debiased[[0, 1]].is_finite());
    }
    Ok(())
}

/// One row that differs from all others says nothing: every product of two other pairs of rows is 0.
#[test]
fn a_layer_of_which_one_row_differs_has_no_debiased_cka() -> Result<(), Error> {
    for (n, width, at) in [(5, 1, 0), (60, 3, 7), (700, 40, 0), (2000, 300, 1999), (3001, 5, 1500)] {
        let mut spike = Array2::from_elem((n, width), 0.3_f32);
        spike.row_mut(at).assign(&(gaussian(1, width, 14).row(0).to_owned() * 100.0));
        let found = all_pairs(&[spike, gaussian(n, 4, 15)], usize::MAX)?;
        assert!(found.debiased[[0, 0]].is_nan() && found.debiased[[0, 1]].is_nan(), "{n} {width}: {}", found.debiased);
    }
    Ok(())
}

/// The first token of many models is as long as thousands of others.
#[test]
fn one_row_a_thousand_times_as_long_costs_few_digits() -> Result<(), Error> {
    for length in [30.0, 1000.0] {
        let mut layers = mixtures(400, &[30, 50]);
        for layer in &mut layers {
            let norm = layer.row(1).dot(&layer.row(1)).sqrt();
            let long =
                gaussian(1, layer.ncols(), 16).row(0).mapv(|x| x * length * norm / (layer.ncols() as f32).sqrt());
            layer.row_mut(0).assign(&long);
        }
        let exact: Vec<Array2<f64>> = layers.iter().map(|layer| layer.mapv(f64::from)).collect();
        let found = all_pairs(&layers, usize::MAX)?;
        let expected = by_definition(&exact[0], &exact[1]);
        assert_abs_diff_eq!(found.debiased[[0, 1]], expected.debiased, epsilon = 1e-5);
        assert_abs_diff_eq!(found.biased[[0, 1]], expected.biased, epsilon = 1e-6);
    }
    Ok(())
}

#[test]
fn offsets_of_a_million_cost_what_the_numbers_lost() -> Result<(), Error> {
    let layers: Vec<Array2<f32>> = family(90, &[20, 30]).into_iter().map(|layer| layer + 1e5).collect();
    let centre = |layer: &Array2<f32>| {
        let layer = layer.mapv(f64::from);
        &layer - &layer.mean_axis(Axis(0)).expect("ninety rows")
    };
    check_against(&layers.iter().map(centre).collect::<Vec<_>>(), &layers, usize::MAX)
}

#[test]
fn at_the_fewest_rows_values_stay_within_1() -> Result<(), Error> {
    for n in [4, 5, 6] {
        for seed in 0..30 {
            let layers = [gaussian(n, 3, 2 * seed), gaussian(n, 300, 2 * seed + 1)];
            let found = all_pairs(&layers, usize::MAX)?;
            let exact = layers.map(|layer| layer.mapv(f64::from));
            assert!(found.debiased[[0, 1]].abs() <= 1.0 + 1e-6);
            assert_abs_diff_eq!(found.debiased[[0, 1]], by_definition(&exact[0], &exact[1]).debiased, epsilon = 1e-4);
        }
    }
    Ok(())
}

/// The first token of many models is a hundred times as long as others: what it does to the mean must not count.
#[test]
fn with_a_gap_too_nothing_changes_where_a_layer_is_moved() -> Result<(), Error> {
    let mut layers = [0, 1].map(|k| autocorrelated(300, 20, 0.9, k));
    layers.iter_mut().for_each(|layer| layer.row_mut(0).mapv_inplace(|x| x.signum() * 100.0));
    let found = CkaPlan::new(usize::MAX).with_gap(44).run(&layers, &mut |_, _| {})?.debiased[[0, 1]];
    let kept: Vec<usize> = (0..300).collect();
    let [k, l] = layers.map(|layer| {
        let layer = layer.mapv(f64::from);
        left_over(&layer.dot(&layer.t()), &kept, 44)
    });
    let expected = (&k * &l).sum() / ((&k * &k).sum() * (&l * &l).sum()).sqrt();
    assert!(expected.abs() < 0.6, "{expected}");
    assert_abs_diff_eq!(found, expected, epsilon = 1e-5);
    Ok(())
}
