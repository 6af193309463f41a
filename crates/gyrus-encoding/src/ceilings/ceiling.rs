//! The highest score that the recording itself allows, where it allows to know.
//!
//! A ceiling is named by its estimator and by what its score is an r with, because ceilings of different kinds are
//! different numbers. One presentation to one listener has none: signal cannot be told from noise.

use ndarray::{Array1, ArrayView1, ArrayView2, ArrayView3, Axis};

use crate::ceilings::extrapolation::signed_root;
use crate::{
    Error, Estimate, Response, Splits, Stretches, endless_listeners, explainable_variance, leave_one_out,
    split_half_reliability,
};

/// A ceiling of r for every target, with the estimator that it comes from.
///
/// Values may be negative, where nothing is shared: they are shown and never used as a divisor.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "estimator", rename_all = "kebab-case")]
pub enum Ceiling {
    /// One presentation to one listener: there is no ceiling.
    None,
    /// The root of explainable variance, for r with `response`.
    SignalPower {
        /// Number of repeats.
        repeats: usize,
        /// What a score that is divided by this is an r with.
        response: Response,
        /// Per target.
        r: Vec<Estimate>,
    },
    /// The root of split-half reliability, for r with `response`.
    SplitHalf {
        /// Number of repeats.
        repeats: usize,
        /// What a score that is divided by this is an r with.
        response: Response,
        /// Per target.
        r: Vec<Estimate>,
    },
    /// Mean leave-one-out r, for r with one listener: a yardstick that a model may exceed, because the others are few.
    LeaveOneOut {
        /// Number of listeners.
        listeners: usize,
        /// Per target.
        r: Vec<Estimate>,
    },
    /// Leave-one-out r carried to endlessly many others, for r with one listener.
    EndlessListeners {
        /// Number of listeners.
        listeners: usize,
        /// Per target.
        r: Vec<Estimate>,
    },
}

/// Scores as parts of their ceiling.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalised {
    /// r / ceiling, `(targets)`, not clamped; NaN where either is undefined or the ceiling is not positive.
    pub scores: Array1<f64>,
    /// Targets whose ceiling is undefined or not positive.
    pub without_ceiling: usize,
}

impl Ceiling {
    /// From `repeats`, `(repeats, samples, targets)`, by signal power.
    ///
    /// # Errors
    /// Those of [`explainable_variance`].
    pub fn signal_power(repeats: ArrayView3<f64>, response: Response, stretches: &Stretches) -> Result<Self, Error> {
        let r = roots(explainable_variance(repeats, response, stretches)?);
        Ok(Self::SignalPower { repeats: repeats.len_of(Axis(0)), response, r })
    }

    /// From `repeats`, `(repeats, samples, targets)`, by correlating halves of them.
    ///
    /// # Errors
    /// Those of [`split_half_reliability`].
    pub fn split_half(
        repeats: ArrayView3<f64>,
        response: Response,
        splits: Splits,
        stretches: &Stretches,
    ) -> Result<Self, Error> {
        let r = roots(split_half_reliability(repeats, response, splits, stretches)?);
        Ok(Self::SplitHalf { repeats: repeats.len_of(Axis(0)), response, r })
    }

    /// From listeners' signals, `(samples, targets)` each, as they are.
    ///
    /// # Errors
    /// Those of [`leave_one_out`].
    pub fn leave_one_out(signals: &[ArrayView2<f64>], stretches: &Stretches) -> Result<Self, Error> {
        Ok(Self::LeaveOneOut { listeners: signals.len(), r: leave_one_out(signals, stretches)? })
    }

    /// From listeners' signals, `(samples, targets)` each, carried to endlessly many.
    ///
    /// # Errors
    /// Those of [`endless_listeners`].
    pub fn endless_listeners(signals: &[ArrayView2<f64>], stretches: &Stretches) -> Result<Self, Error> {
        Ok(Self::EndlessListeners { listeners: signals.len(), r: endless_listeners(signals, stretches)? })
    }

    /// The ceiling of every target; `None` where there is none.
    pub fn r(&self) -> Option<&[Estimate]> {
        match self {
            Self::None => None,
            Self::SignalPower { r, .. }
            | Self::SplitHalf { r, .. }
            | Self::LeaveOneOut { r, .. }
            | Self::EndlessListeners { r, .. } => Some(r),
        }
    }

    /// The estimator in words.
    pub fn estimator(&self) -> &'static str {
        match self {
            Self::None => "no ceiling",
            Self::SignalPower { .. } => "root of explainable variance (signal power)",
            Self::SplitHalf { .. } => "root of split-half reliability (Spearman-Brown)",
            Self::LeaveOneOut { .. } => "leave-one-out inter-subject r",
            Self::EndlessListeners { .. } => "inter-subject r carried to endlessly many listeners",
        }
    }

    /// What the scores that it bounds are an r with, in words.
    pub fn unit(&self) -> String {
        match self {
            Self::None => "one presentation to one listener".into(),
            Self::SignalPower { repeats, response, .. } | Self::SplitHalf { repeats, response, .. } => match response {
                Response::OneRepeat => format!("r with one of {repeats} repeats"),
                Response::MeanOfRepeats => format!("r with the mean of {repeats} repeats"),
            },
            Self::LeaveOneOut { listeners, .. } | Self::EndlessListeners { listeners, .. } => {
                format!("r with one of {listeners} listeners")
            }
        }
    }

    /// `scores`, r of every target, divided by their ceilings; `None` where there is no ceiling.
    ///
    /// # Errors
    /// [`Error::Targets`] if there are not as many scores as ceilings.
    pub fn normalise(&self, scores: ArrayView1<f64>) -> Result<Option<Normalised>, Error> {
        let Some(ceilings) = self.r() else {
            return Ok(None);
        };
        if scores.len() != ceilings.len() {
            return Err(Error::Targets { scores: scores.len(), ceilings: ceilings.len() });
        }
        let divided = |(r, ceiling): (&f64, &Estimate)| if ceiling.value > 0.0 { r / ceiling.value } else { f64::NAN };
        let without_ceiling = ceilings.len() - ceilings.iter().filter(|ceiling| ceiling.value > 0.0).count();
        Ok(Some(Normalised { scores: scores.iter().zip(ceilings).map(divided).collect(), without_ceiling }))
    }
}

/// Roots of shares of variance, with their signs.
fn roots(shares: Vec<Estimate>) -> Vec<Estimate> {
    let root = |share: Estimate| Estimate {
        value: signed_root(share.value),
        low: signed_root(share.low),
        high: signed_root(share.high),
    };
    shares.into_iter().map(root).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array3, array};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;
    use crate::correlation;

    const STRETCHES: Stretches = Stretches { length: 20, draws: 100, seed: 2 };

    fn estimate(value: f64) -> Estimate {
        Estimate { value, low: value - 0.1, high: value + 0.1 }
    }

    /// A signal `(samples, targets)` and noisy copies of it `(repeats, samples, targets)`, noise of variance 2.
    fn simulate(repeats: usize) -> (ndarray::Array2<f64>, Array3<f64>) {
        let mut rng = StdRng::seed_from_u64(3);
        let signal = ndarray::Array2::from_shape_simple_fn((3000, 4), || rng.sample::<f64, _>(StandardNormal));
        let noise =
            Array3::from_shape_simple_fn((repeats, 3000, 4), || 2.0_f64.sqrt() * rng.sample::<f64, _>(StandardNormal));
        (signal.clone(), noise + signal)
    }

    /// A prediction that is the signal itself scores 1 of its ceiling, whatever the noise.
    #[test]
    fn a_perfect_model_reaches_the_ceiling() -> Result<(), Error> {
        let (signal, repeats) = simulate(3);
        let mean = repeats.mean_axis(Axis(0)).expect("there are repeats");
        let listeners: Vec<_> = repeats.outer_iter().collect();
        let r_of = |y: ArrayView2<f64>| -> Array1<f64> {
            (0..4).map(|target| correlation(signal.column(target), y.column(target))).collect()
        };
        let (one, whole) = (r_of(repeats.index_axis(Axis(0), 0)), r_of(mean.view()));
        for (ceiling, r) in [
            (Ceiling::signal_power(repeats.view(), Response::MeanOfRepeats, &STRETCHES)?, &whole),
            (Ceiling::signal_power(repeats.view(), Response::OneRepeat, &STRETCHES)?, &one),
            (Ceiling::split_half(repeats.view(), Response::MeanOfRepeats, Splits::All, &STRETCHES)?, &whole),
            (Ceiling::endless_listeners(&listeners, &STRETCHES)?, &one),
        ] {
            let found = ceiling.normalise(r.view())?.expect("there is a ceiling");
            assert_eq!(found.without_ceiling, 0);
            assert!(
                found.scores.iter().all(|score| (score - 1.0).abs() < 0.06),
                "{}: {}",
                ceiling.unit(),
                found.scores
            );
        }
        Ok(())
    }

    #[test]
    fn one_presentation_to_one_listener_has_no_ceiling() -> Result<(), Error> {
        assert_eq!(Ceiling::None.r(), None);
        assert_eq!(Ceiling::None.normalise(array![0.3].view())?, None);
        Ok(())
    }

    #[test]
    fn scores_beyond_the_ceiling_are_not_clamped() -> Result<(), Error> {
        let ceiling = Ceiling::LeaveOneOut { listeners: 5, r: vec![estimate(0.2), estimate(0.4)] };
        let found = ceiling.normalise(array![0.3, -0.1].view())?.expect("there is a ceiling");
        assert_abs_diff_eq!(found.scores, array![1.5, -0.25], epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn a_ceiling_that_is_not_positive_is_counted() -> Result<(), Error> {
        let r = vec![estimate(f64::NAN), estimate(0.0), estimate(-0.2), estimate(0.5)];
        let ceiling = Ceiling::EndlessListeners { listeners: 5, r };
        let found = ceiling.normalise(array![0.3, 0.3, 0.3, 0.3].view())?.expect("there is a ceiling");
        assert_eq!(found.without_ceiling, 3);
        assert!(found.scores.iter().take(3).all(|score| score.is_nan()));
        assert!(matches!(ceiling.normalise(array![0.3].view()), Err(Error::Targets { scores: 1, ceilings: 4 })));
        Ok(())
    }

    #[test]
    fn a_negative_share_keeps_its_sign() {
        let found = roots(vec![Estimate { value: 0.04, low: -0.01, high: 0.25 }])[0];
        assert_eq!((found.value, found.low, found.high), (0.2, -0.1, 0.5));
    }
}
