//! The best layer, chosen on other data than it is scored on.

use ndarray::{ArrayView2, Axis};

/// For every fold, the layer with the highest mean score over the *other* folds.
///
/// `scores` is `(layers, folds)`; ties go to the lowest layer, undefined scores never win.
pub fn chosen_layers(scores: ArrayView2<f64>) -> Vec<usize> {
    let total = scores.sum_axis(Axis(1));
    (0..scores.ncols()).map(|fold| argmax((&total - &scores.column(fold)).iter())).collect()
}

/// The mean over folds of the score of the layer that was chosen for the fold; `scores` is `(layers, folds)`.
pub fn chosen_score(scores: ArrayView2<f64>, chosen: &[usize]) -> f64 {
    let sum: f64 = chosen.iter().enumerate().map(|(fold, &layer)| scores[[layer, fold]]).sum();
    sum / chosen.len() as f64
}

/// Index of the largest value, the lowest index among equals; 0 if all are undefined.
pub(crate) fn argmax<'a>(values: impl Iterator<Item = &'a f64>) -> usize {
    let better = |best: (usize, f64), (i, &value): (usize, &f64)| if value > best.1 { (i, value) } else { best };
    values.enumerate().fold((0, f64::NEG_INFINITY), better).0
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn the_fold_itself_has_no_say() {
        let scores = array![[0.9, 0.1, 0.1], [0.0, 0.5, 0.5]];
        assert_eq!(chosen_layers(scores.view()), [1, 0, 0]);
    }

    #[test]
    fn ties_go_to_the_lowest_layer_and_nan_never_wins() {
        assert_eq!(argmax([f64::NAN, 0.2, 0.2].iter()), 1);
    }

    /// The maximum over 12 layers of pure noise is far from zero; the chosen score is not.
    #[test]
    fn choosing_on_other_folds_does_not_inflate() {
        let mut rng = StdRng::seed_from_u64(7);
        let (mut chosen, mut maximum) = (0.0, 0.0);
        for _ in 0..2000 {
            let scores = Array2::from_shape_fn((12, 6), |_| rng.random_range(-1.0..1.0));
            chosen += chosen_score(scores.view(), &chosen_layers(scores.view())) / 2000.0;
            maximum += scores.mean_axis(Axis(1)).map_or(0.0, |m| m.fold(f64::MIN, |a, &b| a.max(b))) / 2000.0;
        }
        assert!(chosen.abs() < 0.03, "{chosen}");
        assert!(maximum > 0.3, "{maximum}");
    }
}
