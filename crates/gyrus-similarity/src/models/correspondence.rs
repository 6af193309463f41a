//! Which layer of one model is most like which of another.

use ndarray::{ArrayView1, ArrayView2};

/// The match of each layer of one model in another.
#[derive(Debug, Clone, PartialEq)]
pub struct Correspondence {
    /// For each layer of the first model the most alike layer of the second, the lower one of two; none where no
    /// similarity is defined.
    pub best: Vec<Option<usize>>,
    /// Its similarity; NaN where there is none.
    pub similarity: Vec<f64>,
    /// Slope of the depth of the match on the layer's own depth, both from 0 to 1, by least squares: 1 where the same
    /// depths match, 0 where depth does not matter, NaN for fewer than two layers on either side.
    pub slope: f64,
    /// Mean distance of the matches from the diagonal, in parts of depth.
    pub deviation: f64,
}

/// The matches of the layers of one model (rows of `between`) among those of another (columns).
pub fn correspondence(between: ArrayView2<f64>) -> Correspondence {
    let (rows, columns) = between.dim();
    let best: Vec<Option<usize>> = between.outer_iter().map(largest).collect();
    let similarity = best.iter().enumerate().map(|(i, best)| best.map_or(f64::NAN, |j| between[[i, j]])).collect();
    let depth = |layer: usize, layers: usize| layer as f64 / (layers as f64 - 1.0);
    let matched = best.iter().enumerate().filter_map(|(i, best)| Some((depth(i, rows), depth((*best)?, columns))));
    let matched: Vec<(f64, f64)> = matched.collect();
    let deviation = matched.iter().map(|(own, other)| (other - own).abs()).sum::<f64>() / matched.len() as f64;
    Correspondence { slope: slope(&matched), deviation, best, similarity }
}

/// The first of the largest values, undefined ones apart.
fn largest(values: ArrayView1<f64>) -> Option<usize> {
    let defined = values.iter().enumerate().filter(|(_, value)| !value.is_nan());
    defined.fold(None, |best: Option<usize>, (i, value)| match best {
        Some(best) if values[best] >= *value => Some(best),
        _ => Some(i),
    })
}

/// Least squares of the second numbers on the first.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
    let (xy, xx) = points
        .iter()
        .fold((0.0, 0.0), |(xy, xx), point| (xy + (point.0 - x) * (point.1 - y), xx + (point.0 - x) * (point.0 - x)));
    xy / xx
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn the_same_depths_give_slope_1_and_no_deviation() {
        let between = Array2::from_shape_fn((5, 9), |(i, j)| -(2.0 * i as f64 - j as f64).abs());
        let found = correspondence(between.view());
        assert_eq!(found.best, [0, 2, 4, 6, 8].map(Some));
        assert_abs_diff_eq!(found.slope, 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(found.deviation, 0.0, epsilon = 1e-12);
        assert_eq!(found.similarity, [0.0; 5]);
    }

    #[test]
    fn one_layer_for_all_gives_slope_0_and_a_quarter_from_the_middle() {
        let between = array![[0.1, 0.9, 0.2], [0.3, 0.4, 0.4], [0.0, 0.5, 0.2]];
        let found = correspondence(between.view());
        assert_eq!(found.best, [Some(1); 3], "the lower one of two");
        assert_abs_diff_eq!(found.slope, 0.0, epsilon = 1e-12);
        assert_abs_diff_eq!(found.deviation, 1.0 / 3.0, epsilon = 1e-12);
    }

    #[test]
    fn undefined_layers_have_no_match_and_single_ones_no_slope() {
        let found = correspondence(array![[f64::NAN, f64::NAN], [f64::NAN, 0.2], [0.4, 0.3]].view());
        assert_eq!(found.best, [None, Some(1), Some(0)]);
        assert!(found.similarity[0].is_nan());
        assert!(correspondence(array![[0.3, 0.2]].view()).slope.is_nan());
    }
}
