//! How alike two models are layer for layer, where a layer is placed between 0 and 1.

use ndarray::ArrayView2;

/// Places of `layers` layers by their depth: 0 the first, 1 the last.
pub fn placed_by_depth(layers: usize) -> Vec<f64> {
    placed_by_peak(layers, (layers.saturating_sub(1)) as f64 / 2.0)
}

/// Places of `layers` layers by the layer that does best at something else, as a model of the brain for instance: 0 the
/// first, 1/2 the `peak` (in layers from 0, also between two), 1 the last, straight in between.
///
/// A peak at an end leaves the places on its other side empty.
pub fn placed_by_peak(layers: usize, peak: f64) -> Vec<f64> {
    let last = layers.saturating_sub(1) as f64;
    let place = |layer: usize| match layer as f64 {
        layer if layer < peak => 0.5 * layer / peak,
        layer if layer > peak => 0.5 + 0.5 * (layer - peak) / (last - peak),
        _ => 0.5,
    };
    (0..layers).map(place).collect()
}

/// The mean similarity of layers at the same place.
///
/// `between` holds the similarities of the layers of one model (rows) and of another (columns), `rows` and `columns`
/// their places. Each layer of either model meets the nearest of the other, the lower one of two; the mean is over the
/// layers of each model, then over both. Undefined similarities are left out; NaN if there is no other.
///
/// # Panics
/// There are other numbers of places than of layers.
pub fn layer_for_layer(between: ArrayView2<f64>, rows: &[f64], columns: &[f64]) -> f64 {
    assert_eq!(between.dim(), (rows.len(), columns.len()), "a place for each layer");
    let forth = rows.iter().enumerate().filter_map(|(i, at)| Some(between[[i, nearest(columns, *at)?]]));
    let back = columns.iter().enumerate().filter_map(|(j, at)| Some(between[[nearest(rows, *at)?, j]]));
    (mean(forth) + mean(back)) / 2.0
}

/// The first of the places nearest to `at`.
fn nearest(places: &[f64], at: f64) -> Option<usize> {
    (0..places.len()).min_by(|a, b| (places[*a] - at).abs().total_cmp(&(places[*b] - at).abs()))
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (n, sum) = values.filter(|value| !value.is_nan()).fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
    sum / f64::from(n)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn layers_stand_by_depth_or_on_both_sides_of_a_peak() {
        assert_eq!(placed_by_depth(5), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(placed_by_depth(1), [0.5]);
        assert_eq!(placed_by_peak(6, 1.0), [0.0, 0.5, 0.625, 0.75, 0.875, 1.0]);
        assert_eq!(placed_by_peak(3, 0.0), [0.5, 0.75, 1.0]);
        assert_eq!(placed_by_peak(3, 2.0), [0.0, 0.25, 0.5]);
    }

    #[test]
    fn the_same_depths_meet_in_models_of_other_lengths() {
        // Alike where the depths are: 0, 1/2, 1 against 0, 1/4, ..., 1.
        let between = Array2::from_shape_fn((3, 5), |(i, j)| 1.0 - (i as f64 / 2.0 - j as f64 / 4.0).abs());
        let found = layer_for_layer(between.view(), &placed_by_depth(3), &placed_by_depth(5));
        assert_abs_diff_eq!(found, (1.0 + (3.0 + 2.0 * 0.75) / 5.0) / 2.0, epsilon = 1e-12);
        let turned = layer_for_layer(between.t(), &placed_by_depth(5), &placed_by_depth(3));
        assert_abs_diff_eq!(found, turned, epsilon = 1e-12);
    }

    #[test]
    fn undefined_similarities_are_left_out() {
        let between = array![[0.5, f64::NAN], [0.1, 0.7]];
        assert_abs_diff_eq!(layer_for_layer(between.view(), &[0.0, 1.0], &[0.0, 1.0]), 0.6, epsilon = 1e-12);
        assert!(layer_for_layer(array![[f64::NAN]].view(), &[0.5], &[0.5]).is_nan());
    }
}
