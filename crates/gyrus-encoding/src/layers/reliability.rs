//! Whether a map of peak layers is the same in two halves of the data.
//!
//! A peak layer is an argmax and exists for pure noise too; a map that does not come back in the other half is noise.

use ndarray::{Array1, ArrayView3, Axis};

use crate::layers::selection::argmax;
use crate::{Error, rank_correlation, spearman_brown};

/// How well the peak layers of the odd folds agree with those of the even folds, over targets.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Reliability {
    /// Spearman's rho between the two halves; NaN if either map is constant.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub half: f64,
    /// The same for maps of all folds, by Spearman and Brown.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub whole: f64,
    /// Targets that were compared.
    pub targets: usize,
    /// Targets without any defined layer in one of the halves, left out.
    pub undefined: usize,
}

/// Split-half reliability of the map of peak layers, from `r`, `(layers, folds, targets)`.
///
/// Each half's score is the mean over its folds; a layer that is undefined in one of them is undefined in that half.
/// With an odd number of folds the first half has one more, and `whole` is then an approximation.
///
/// # Errors
/// [`Error::Halves`] with fewer than two folds.
pub fn peak_reliability(r: ArrayView3<f64>) -> Result<Reliability, Error> {
    let (_, folds, targets) = r.dim();
    if folds < 2 {
        return Err(Error::Halves { folds });
    }
    let (odd, even) = (peaks(r, 0), peaks(r, 1));
    let both: Vec<(f64, f64)> = odd.into_iter().zip(even).filter_map(|(odd, even)| odd.zip(even)).collect();
    let (odd, even): (Array1<f64>, Array1<f64>) =
        (both.iter().map(|both| both.0).collect(), both.iter().map(|both| both.1).collect());
    let half = rank_correlation(odd.view(), even.view());
    Ok(Reliability { half, whole: spearman_brown(half, 2.0), targets: both.len(), undefined: targets - both.len() })
}

/// The peak layer of every target over every second fold from `first`; `None` where no layer is defined.
fn peaks(r: ArrayView3<f64>, first: usize) -> Vec<Option<f64>> {
    let half = r.slice(ndarray::s![.., first..;2, ..]).sum_axis(Axis(1));
    let peak = |profile: ndarray::ArrayView1<f64>| {
        profile.iter().any(|score| !score.is_nan()).then(|| argmax(profile.iter()) as f64)
    };
    half.columns().into_iter().map(peak).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array3, s};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;

    /// Scores `(9 layers, 6 folds, targets)`: a bump of height 1 at layer t mod 9, and noise.
    fn scores(targets: usize, noise: f64, seed: u64) -> Array3<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        Array3::from_shape_fn((9, 6, targets), |(layer, _, target)| {
            let away = layer as f64 - (target % 9) as f64;
            (-away * away / 8.0).exp() + noise * rng.sample::<f64, _>(StandardNormal)
        })
    }

    #[test]
    fn a_clear_map_comes_back() -> Result<(), Error> {
        let found = peak_reliability(scores(40, 0.0, 1).view())?;
        assert_abs_diff_eq!(found.half, 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(found.whole, 1.0, epsilon = 1e-12);
        assert_eq!((found.targets, found.undefined), (40, 0));
        Ok(())
    }

    /// Reliability falls with noise, and the whole is more reliable than its half.
    #[test]
    fn noise_makes_the_map_less_reliable() -> Result<(), Error> {
        let found = peak_reliability(scores(400, 0.8, 2).view())?;
        assert!(found.half > 0.2 && found.half < 0.9 && found.whole > found.half, "{found:?}");
        Ok(())
    }

    /// Over 200 seeds the mean is 0 and 5 % lie beyond the two-sided 95 % bound of Spearman's rho.
    #[test]
    fn a_map_of_noise_is_not_reliable() -> Result<(), Error> {
        let mut rng = StdRng::seed_from_u64(3);
        let mut noise = || Array3::from_shape_simple_fn((9, 6, 50), || rng.random_range(-1.0..1.0));
        let halves: Vec<f64> =
            (0..200).map(|_| Ok(peak_reliability(noise().view())?.half)).collect::<Result<_, Error>>()?;
        let beyond = halves.iter().filter(|half| half.abs() > 1.96 / 49.0_f64.sqrt()).count();
        assert!(halves.iter().sum::<f64>().abs() / 200.0 < 0.04);
        assert!(beyond <= 21, "{beyond} of 200");
        Ok(())
    }

    #[test]
    fn undefined_targets_are_counted() -> Result<(), Error> {
        let mut r = scores(10, 0.0, 4);
        r.slice_mut(s![.., 3, 7]).fill(f64::NAN);
        r.slice_mut(s![2, .., 5]).fill(f64::NAN);
        let found = peak_reliability(r.view())?;
        assert_abs_diff_eq!(found.half, 1.0, epsilon = 1e-12);
        assert_eq!((found.targets, found.undefined), (9, 1));
        Ok(())
    }

    #[test]
    fn one_peak_everywhere_is_undefined() -> Result<(), Error> {
        let one = scores(1, 0.0, 5);
        let same = ndarray::concatenate![Axis(2), one, one, one];
        assert!(peak_reliability(same.view())?.half.is_nan());
        Ok(())
    }

    #[test]
    fn one_fold_has_no_halves() {
        assert!(matches!(peak_reliability(Array3::zeros((3, 1, 4)).view()), Err(Error::Halves { folds: 1 })));
    }
}
