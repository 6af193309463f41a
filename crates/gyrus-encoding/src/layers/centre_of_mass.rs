//! The centre of mass of a layer profile: a smoother companion of the peak, which jumps where profiles are flat.
//!
//! A wide profile pulls the centre to the middle of the layers whatever its peak, so centres of two targets tell which
//! lies deeper and not how deep.

use ndarray::{Array1, ArrayView1, ArrayView2};

/// The mean layer, counted from 0, weighted by the scores above zero: sum l max(s_l, 0) / sum max(s_l, 0).
///
/// A score below zero predicts nothing, as a score of zero does, and counts as 0: as a negative weight it would push
/// the centre away from its layer, even beyond the last one.
/// Undefined scores are left out. NaN if no score is above zero.
pub fn centre_of_mass(profile: ArrayView1<f64>) -> f64 {
    let heavy = profile.iter().enumerate().filter(|(_, score)| **score > 0.0);
    let (moment, mass) = heavy.fold((0.0, 0.0), |(moment, mass), (layer, s)| (moment + layer as f64 * s, mass + s));
    moment / mass
}

/// The centre of mass of each target, `(targets)`, of mean scores `(layers, targets)`.
pub fn centres_of_mass(profiles: ArrayView2<f64>) -> Array1<f64> {
    profiles.columns().into_iter().map(centre_of_mass).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn one_layer_is_its_own_centre() {
        assert_eq!(centre_of_mass(array![0.0, 0.0, 0.4, 0.0].view()), 2.0);
    }

    #[test]
    fn layers_are_weighted_by_their_scores() {
        assert_abs_diff_eq!(centre_of_mass(array![0.1, 0.1, 0.3].view()), 1.4, epsilon = 1e-12);
        let both = centres_of_mass(array![[0.1, 0.2], [0.1, 0.2], [0.3, 0.2]].view());
        assert_abs_diff_eq!(both, array![1.4, 1.0], epsilon = 1e-12);
    }

    #[test]
    fn the_scale_of_scores_does_not_matter() {
        let profile = array![0.05, 0.2, 0.11, 0.3];
        assert_abs_diff_eq!(centre_of_mass(profile.view()), centre_of_mass((&profile * 7.0).view()), epsilon = 1e-12);
    }

    /// With negative weights the centre would be 3.5, beyond the last layer.
    #[test]
    fn scores_below_zero_do_not_push_the_centre_away() {
        assert_eq!(centre_of_mass(array![-0.2, 0.0, 0.4].view()), 2.0);
    }

    #[test]
    fn undefined_layers_are_left_out() {
        assert_abs_diff_eq!(centre_of_mass(array![f64::NAN, 0.2, 0.2, f64::NAN].view()), 1.5, epsilon = 1e-12);
    }

    #[test]
    fn nothing_above_zero_has_no_centre() {
        assert!(centre_of_mass(array![-0.1, 0.0, f64::NAN].view()).is_nan());
        assert!(centre_of_mass(array![].view()).is_nan());
    }
}
