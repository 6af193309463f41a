//! What of a response comes back when the same stimulus is repeated to the same listener.
//!
//! A repeat is y_n = signal + noise_n with noise that is independent between repeats.
//! Both estimators follow from the covariances C between repeats, so neither is biased by noise within them; noise
//! that repeats share (drift, an artefact of the stimulus) is taken for signal.

use ndarray::{ArrayView2, ArrayView3, Axis};
use rayon::prelude::*;

use crate::ceilings::halves::halves;
use crate::rows::stretches::StretchSums;
use crate::{Error, Estimate, Splits, Stretches, finite, spearman_brown};

/// What a score correlates its prediction with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Response {
    /// One repeat, as a score that is the mean over repeats of r.
    OneRepeat,
    /// The mean of all repeats.
    MeanOfRepeats,
}

/// The share of a response's variance that is signal, per target, for `repeats` `(repeats, samples, targets)`.
///
/// Signal power (Sahani and Linden 2003; Hsu et al. 2004; Schoppe et al. 2016) of N repeats:
/// SP = (Var(sum_n y_n) - sum_n Var(y_n)) / (N (N - 1)), the mean covariance between different repeats.
/// The share is SP / mean_n Var(y_n) for [`Response::OneRepeat`], and SP / Var(mean_n y_n) for
/// [`Response::MeanOfRepeats`]. The root of it is the highest r that a prediction can reach (CC_max).
///
/// It may be negative, where nothing comes back. A target that is constant in a repeat is undefined.
///
/// # Errors
/// [`Error::Repeats`] with fewer than two repeats, [`Error::NotFinite`] for a value that is not finite,
/// [`Error::Stretch`] if a stretch has no samples.
pub fn explainable_variance(
    repeats: ArrayView3<f64>,
    response: Response,
    stretches: &Stretches,
) -> Result<Vec<Estimate>, Error> {
    let n = repeats.len_of(Axis(0)) as f64;
    by_target(repeats, stretches, |c| {
        let (all, own) = (c.sum(), c.diag().sum());
        let signal = (all - own) / (n * (n - 1.0));
        match response {
            Response::OneRepeat => signal / (own / n),
            Response::MeanOfRepeats => signal / (all / (n * n)),
        }
    })
}

/// Split-half reliability of a response, per target, for `repeats` `(repeats, samples, targets)`.
///
/// r between the means of two halves of h repeats each (one is left out of an odd number), averaged over `splits`, and
/// then carried from h repeats to all N, or to one, by [`spearman_brown`]. It estimates the same share as
/// [`explainable_variance`], and counts repeats of different strength alike.
///
/// # Errors
/// Those of [`explainable_variance`], and [`Error::Splits`] if there are none, or all are asked of more
/// than 16 repeats.
pub fn split_half_reliability(
    repeats: ArrayView3<f64>,
    response: Response,
    splits: Splits,
    stretches: &Stretches,
) -> Result<Vec<Estimate>, Error> {
    let n = repeats.len_of(Axis(0));
    let halves = halves(n, splits)?;
    let times = match response {
        Response::OneRepeat => 1.0 / (n / 2) as f64,
        Response::MeanOfRepeats => n as f64 / (n / 2) as f64,
    };
    by_target(repeats, stretches, |c| {
        let r = halves.iter().map(|[a, b]| form(a, c, b) / (form(a, c, a) * form(b, c, b)).sqrt());
        spearman_brown(r.sum::<f64>() / halves.len() as f64, times)
    })
}

/// `statistic` of the covariances between repeats of every target.
fn by_target(
    repeats: ArrayView3<f64>,
    stretches: &Stretches,
    statistic: impl Fn(ArrayView2<f64>) -> f64 + Sync,
) -> Result<Vec<Estimate>, Error> {
    let (n, samples, targets) = repeats.dim();
    if n < 2 {
        return Err(Error::Repeats { repeats: n });
    }
    repeats.outer_iter().try_for_each(|repeat| finite::check("a repeat", repeat))?;
    let counts = stretches.counts(samples)?;
    let defined = |c: ArrayView2<f64>| if c.diag().iter().all(|v| *v > 0.0) { statistic(c) } else { f64::NAN };
    let one = |target: usize| {
        StretchSums::of(repeats.index_axis(Axis(2), target), stretches.length).estimate(counts.view(), defined)
    };
    Ok((0..targets).into_par_iter().map(one).collect())
}

/// a' C b.
fn form(a: &[f64], c: ArrayView2<f64>, b: &[f64]) -> f64 {
    let row = |row: ndarray::ArrayView1<f64>| row.iter().zip(b).map(|(c, b)| c * b).sum::<f64>();
    c.rows().into_iter().zip(a).map(|(c, a)| a * row(c)).sum()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array1, Array3, s};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;
    use crate::correlation;

    const STRETCHES: Stretches = Stretches { length: 20, draws: 200, seed: 9 };

    /// Signal of variance 1, the same in all repeats, and white noise of variance `noise`.
    fn simulate(repeats: usize, samples: usize, targets: usize, noise: f64, seed: u64) -> Array3<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut y = Array3::from_shape_simple_fn((repeats, samples, targets), || {
            noise.sqrt() * rng.sample::<f64, _>(StandardNormal)
        });
        for (sample, target) in (0..samples).flat_map(|sample| (0..targets).map(move |target| (sample, target))) {
            let signal: f64 = rng.sample(StandardNormal);
            y.slice_mut(s![.., sample, target]).mapv_inplace(|noise| noise + signal + 5.0);
        }
        y
    }

    fn variance(y: Array1<f64>) -> f64 {
        y.var(1.0)
    }

    /// The formula of Schoppe et al. with variances of sums, row by row.
    #[test]
    fn agrees_with_its_definition() -> Result<(), Error> {
        let y = simulate(3, 50, 1, 2.0, 1);
        let repeat = |n: usize| y.slice(s![n, .., 0]).to_owned();
        let single: f64 = (0..3).map(|n| variance(repeat(n))).sum();
        let total = repeat(0) + repeat(1) + repeat(2);
        let power = (variance(total.clone()) - single) / 6.0;
        let one = explainable_variance(y.view(), Response::OneRepeat, &STRETCHES)?[0].value;
        let mean = explainable_variance(y.view(), Response::MeanOfRepeats, &STRETCHES)?[0].value;
        assert_abs_diff_eq!(one, power / (single / 3.0), epsilon = 1e-12);
        assert_abs_diff_eq!(mean, power / variance(total / 3.0), epsilon = 1e-12);
        Ok(())
    }

    /// Three repeats: every pair of single repeats, with the third left out.
    #[test]
    fn split_halves_agree_with_their_definition() -> Result<(), Error> {
        let y = simulate(3, 50, 1, 2.0, 2);
        let r = |a: usize, b: usize| correlation(y.slice(s![a, .., 0]), y.slice(s![b, .., 0]));
        let mean = (r(0, 1) + r(0, 2) + r(1, 2)) / 3.0;
        let found = |response| Ok::<_, Error>(split_half_reliability(y.view(), response, Splits::All, &STRETCHES)?[0]);
        assert_abs_diff_eq!(found(Response::OneRepeat)?.value, mean, epsilon = 1e-12);
        assert_abs_diff_eq!(found(Response::MeanOfRepeats)?.value, 3.0 * mean / (1.0 + 2.0 * mean), epsilon = 1e-12);
        Ok(())
    }

    /// Signal 1 and noise 3: a share of 1/4 in one repeat, and of 1 / (1 + 3/5) in the mean of five.
    #[test]
    fn both_estimators_find_the_planted_share() -> Result<(), Error> {
        let y = simulate(5, 4000, 6, 3.0, 3);
        for (response, expected) in [(Response::OneRepeat, 0.25), (Response::MeanOfRepeats, 0.625)] {
            let power = explainable_variance(y.view(), response, &STRETCHES)?;
            let half = split_half_reliability(y.view(), response, Splits::All, &STRETCHES)?;
            for found in power.iter().chain(&half) {
                assert_abs_diff_eq!(found.value, expected, epsilon = 0.04);
                assert!(found.low < found.value && found.value < found.high);
            }
        }
        Ok(())
    }

    /// The true share lies inside in about 95 of 100 intervals: 285 of 300 targets, less than 3.3 deviations away.
    #[test]
    fn intervals_hold_the_true_share() -> Result<(), Error> {
        let y = simulate(4, 600, 300, 2.0, 4);
        let covers = |found: &[Estimate]| found.iter().filter(|e| e.low <= 1.0 / 1.5 && 1.0 / 1.5 <= e.high).count();
        let power = covers(&explainable_variance(y.view(), Response::MeanOfRepeats, &STRETCHES)?);
        let half = covers(&split_half_reliability(y.view(), Response::MeanOfRepeats, Splits::All, &STRETCHES)?);
        assert!((272..=298).contains(&power) && (272..=298).contains(&half), "{power} and {half} of 300");
        Ok(())
    }

    #[test]
    fn noise_alone_is_not_explainable() -> Result<(), Error> {
        let mut rng = StdRng::seed_from_u64(5);
        let y = Array3::from_shape_simple_fn((4, 400, 200), || rng.sample::<f64, _>(StandardNormal));
        let found = explainable_variance(y.view(), Response::OneRepeat, &STRETCHES)?;
        let mean = found.iter().map(|share| share.value).sum::<f64>() / 200.0;
        assert!(mean.abs() < 0.005, "{mean}");
        assert!(found.iter().any(|share| share.value < 0.0));
        Ok(())
    }

    #[test]
    fn random_splits_are_near_all_splits() -> Result<(), Error> {
        let y = simulate(6, 300, 1, 2.0, 6);
        let found = |splits| split_half_reliability(y.view(), Response::MeanOfRepeats, splits, &STRETCHES);
        let random = found(Splits::Random { splits: 300, seed: 2 })?[0].value;
        assert_abs_diff_eq!(found(Splits::All)?[0].value, random, epsilon = 0.01);
        Ok(())
    }

    #[test]
    fn a_silent_repeat_makes_the_target_undefined() -> Result<(), Error> {
        let mut y = simulate(3, 50, 2, 1.0, 7);
        y.slice_mut(s![1, .., 0]).fill(0.1);
        let found = explainable_variance(y.view(), Response::OneRepeat, &STRETCHES)?;
        assert!(found[0].value.is_nan() && !found[1].value.is_nan());
        Ok(())
    }

    #[test]
    fn impossible_requests_are_refused() {
        let y = simulate(17, 10, 1, 1.0, 8);
        let half = |splits| split_half_reliability(y.view(), Response::OneRepeat, splits, &STRETCHES);
        assert!(matches!(half(Splits::All), Err(Error::Splits { repeats: 17 })));
        assert!(matches!(half(Splits::Random { splits: 0, seed: 1 }), Err(Error::Splits { .. })));
        let once = y.slice(s![..1, .., ..]);
        let found = explainable_variance(once, Response::OneRepeat, &STRETCHES);
        assert!(matches!(found, Err(Error::Repeats { repeats: 1 })));
        let missing = Array3::from_elem((2, 5, 1), f64::NAN);
        let found = explainable_variance(missing.view(), Response::OneRepeat, &STRETCHES);
        assert!(matches!(found, Err(Error::NotFinite { .. })));
    }
}
