//! Whether what is learnt from some listeners holds for another: neither the listener nor the rows have been seen.
//!
//! All listeners heard the same, so they share the features; their targets must mean the same in everyone: regions,
//! parcels, or dimensions of a shared-response space. Ridge is linear in the responses, and so the mean of the others'
//! responses stands for all of them pooled. Controls are those that all listeners share: a listener's own motion can
//! predict nobody else.
//!
//! Across stories is another question, which [`Scheme::LeaveOneRunOut`](crate::Scheme::LeaveOneRunOut) and
//! [`Scheme::LeaveOneGroupOut`](crate::Scheme::LeaveOneGroupOut) answer, here as anywhere.

use gyrus_ridge::Rule;
use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

use crate::ceilings::listeners::common_shape;
use crate::finite;
use crate::rows::missing::missing;
use crate::{Encoder, Error, FoldScores};

/// Responses of several listeners in one space of targets.
#[derive(Debug)]
pub struct AcrossListeners<'a> {
    signals: &'a [ArrayView2<'a, f64>],
    /// Sum over the listeners that have the target, `(rows, targets)`.
    total: Array2<f64>,
    /// Whether each listener has each target, `(listeners, targets)`.
    heard: Array2<bool>,
}

/// How well one listener is predicted, by others and by themselves, on the same held-out rows.
#[derive(Debug, Clone)]
pub struct ListenerScores {
    /// By weights and penalties that the other listeners' responses gave.
    pub across: FoldScores,
    /// By the listener's own.
    pub within: FoldScores,
}

impl<'a> AcrossListeners<'a> {
    /// The responses `(rows, targets)` of all listeners.
    ///
    /// A listener with a missing value (NaN) in a target does not have that target: it is left out of the others' means
    /// and is undefined itself. Listeners count in the means as much as their responses vary; standardise them first if
    /// all should count alike.
    ///
    /// # Errors
    /// [`Error::Listeners`] with fewer than two listeners, [`Error::Rows`] or [`Error::Entries`] if their rows or targets
    /// differ in number, [`Error::NotFinite`] for an infinite value.
    pub fn new(signals: &'a [ArrayView2<'a, f64>]) -> Result<Self, Error> {
        let (rows, targets) = common_shape(signals)?;
        let mut heard = Array2::from_elem((signals.len(), targets), true);
        let mut total = Array2::zeros((rows, targets));
        for (signal, mut heard) in signals.iter().zip(heard.rows_mut()) {
            let own = present(*signal)?;
            missing(*signal).into_iter().for_each(|target| heard[target.target] = false);
            total += &own;
        }
        Ok(Self { signals, total, heard })
    }

    /// Number of listeners.
    #[expect(clippy::len_without_is_empty, reason = "there are two listeners or more")]
    pub fn len(&self) -> usize {
        self.signals.len()
    }

    /// The mean response of all listeners but `listener` that have the target, `(rows, targets)`: the sum of all less
    /// their own; NaN in a target that none of the others has.
    ///
    /// For features X, the others' responses Y_l of m listeners and any penalty a,
    ///
    /// sum over l of ||Y_l - X B||^2 + m a ||B||^2 = m (||mean Y - X B||^2 + a ||B||^2) + what does not depend on B,
    ///
    /// so ridge of the mean with penalty a is ridge of all rows of all others with penalty m a, and the inner folds, whose
    /// errors differ by a constant and the factor m in the same way, choose the same one.
    ///
    /// # Panics
    /// There is no such listener.
    pub fn mean_of_others(&self, listener: usize) -> Array2<f64> {
        let has = self.heard.row(listener);
        let all: Array1<f64> = self.heard.map_axis(Axis(0), |has| has.iter().filter(|has| **has).count() as f64);
        let mut mean = self.total.clone();
        let own = self.signals[listener].axis_iter(Axis(1)).zip(has).zip(all);
        for (mut mean, ((own, &has), all)) in mean.axis_iter_mut(Axis(1)).zip(own) {
            let others = all - f64::from(u8::from(has));
            match has {
                true => Zip::from(&mut mean).and(own).for_each(|sum, own| *sum = (*sum - own) / others),
                false => mean.mapv_inplace(|sum| sum / others),
            }
            if others == 0.0 {
                mean.fill(f64::NAN);
            }
        }
        mean
    }

    /// How well `listener` is predicted by the others, and by themselves, in every fold of `encoder`.
    ///
    /// `encoder` is decomposed once for all listeners. Both scores are of the same rows and blocks, so that their
    /// difference has an interval by [`Bootstrap`](crate::Bootstrap) or [`Jackknife`](crate::Jackknife);
    /// [`FoldScores::side_by_side`] joins listeners.
    ///
    /// # Errors
    /// As [`Encoder::encode`].
    ///
    /// # Panics
    /// There is no such listener.
    pub fn scores(&self, listener: usize, encoder: &Encoder, rule: &Rule) -> Result<ListenerScores, Error> {
        let own = self.signals[listener];
        let across = encoder.encode_for(self.mean_of_others(listener).view(), own, rule)?;
        Ok(ListenerScores { across, within: encoder.encode(own, rule)? })
    }
}

/// The responses with targets that have missing values as zeros.
fn present(signal: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
    let mut own = signal.to_owned();
    missing(signal).into_iter().for_each(|target| own.column_mut(target.target).fill(0.0));
    finite::check("a listener's responses", own.view())?;
    Ok(own)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_ridge::{PenaltyGrid, Ridge, rows_of};
    use linfa::Dataset;
    use linfa::traits::{Fit, Predict};
    use ndarray::{concatenate, s};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use rand_distr::StandardNormal;

    use super::*;
    use crate::{
        Bootstrap, Design, DesignParams, FeatureUnit, FoldInfluence, Jackknife, Reduced, Weights, correlation, encode,
    };

    const ROWS: usize = 120;

    fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || rng.sample(StandardNormal))
    }

    fn design() -> Result<Design, Error> {
        let penalties = PenaltyGrid::logarithmic(1.0, 1e3, 4)?;
        let unit = FeatureUnit::Own;
        let params = DesignParams { folds: 4, inner_folds: 3, gap: 2, penalties, components: None, unit, block: 10 };
        Design::new(ROWS, params)
    }

    /// Four listeners whose first target follows the features in everyone, and the second in each in their own way.
    fn listeners(x: &Array2<f64>) -> Vec<Array2<f64>> {
        let shared = x.dot(&gaussian(x.ncols(), 1, 50));
        let listener = |seed: u64| {
            let own = x.dot(&gaussian(x.ncols(), 1, seed));
            concatenate![Axis(1), shared, own] + gaussian(ROWS, 2, 100 + seed)
        };
        (0..4).map(listener).collect()
    }

    fn views(signals: &[Array2<f64>]) -> Vec<ArrayView2<'_, f64>> {
        signals.iter().map(Array2::view).collect()
    }

    /// Rows of all others, one under the other, fitted and predicted by linfa with m times each penalty: the penalty of the
    /// least error on all held-out rows of the inner folds, and r of the outer fold.
    fn pooled(design: &Design, x: &Array2<f64>, others: &[ArrayView2<f64>], own: &Array2<f64>) -> Result<(), Error> {
        let m = others.len() as f64;
        let fit = |rows: &[std::ops::Range<usize>], target: usize, a: f64| {
            let under = |of: &dyn Fn(usize) -> Array2<f64>| {
                let each: Vec<Array2<f64>> = (0..others.len()).map(of).collect();
                concatenate(Axis(0), &views(&each)).expect("others share their targets")
            };
            let y = |l: usize| rows_of(others[l].slice(s![.., target..=target]), rows);
            Ridge::params().penalty(m * a).fit(&Dataset::new(under(&|_| rows_of(x.view(), rows)), under(&y)))
        };
        let encoder = Encoder::new(design, &Reduced::Same(x.clone()), None)?;
        let mean = others.iter().fold(Array2::zeros(own.dim()), |sum, other| sum + other) / m;
        let found = encoder.encode_for(mean.view(), own.view(), &Rule::default())?;
        for (fold, target) in (0..4).flat_map(|fold| (0..2).map(move |target| (fold, target))) {
            let error = |a: f64| -> Result<f64, Error> {
                let inner = design.inner(fold).iter().map(|inner| {
                    let p: Array2<f64> = fit(&inner.train, target, a)?.predict(&rows_of(x.view(), &inner.test));
                    let missed = |other: &ArrayView2<f64>| {
                        let y = rows_of(other.slice(s![.., target..=target]), &inner.test);
                        (&p - &y).mapv(|d| d * d).mean().unwrap_or(f64::NAN)
                    };
                    Ok(others.iter().map(missed).sum::<f64>())
                });
                inner.sum()
            };
            let grid = design.penalties().penalties().iter();
            let errors = grid.map(|a| Ok((*a, error(*a)?))).collect::<Result<Vec<_>, Error>>()?;
            let best = errors.iter().fold(errors[0], |best, next| if next.1 < best.1 { *next } else { best });
            assert_eq!(found.penalties()[[fold, target]], best.0);
            let rows = &design.folds()[fold];
            let p: Array2<f64> = fit(&rows.train, target, best.0)?.predict(&rows_of(x.view(), &rows.test));
            let y = rows_of(own.view(), &rows.test);
            assert_abs_diff_eq!(found.r()[[fold, target]], correlation(p.column(0), y.column(target)), epsilon = 1e-9);
        }
        Ok(())
    }

    #[test]
    fn the_mean_of_others_stands_for_all_their_rows() -> Result<(), Error> {
        let x = gaussian(ROWS, 6, 1);
        let signals = listeners(&x);
        pooled(&design()?, &x, &views(&signals)[1..], &signals[0])
    }

    #[test]
    fn means_are_of_those_who_have_the_target() -> Result<(), Error> {
        let mut signals = listeners(&gaussian(ROWS, 6, 1));
        signals[2][[5, 1]] = f64::NAN;
        let views = views(&signals);
        let across = AcrossListeners::new(&views)?;
        let expected = (&signals[1] + &signals[2] + &signals[3]) / 3.0;
        assert_abs_diff_eq!(across.mean_of_others(0).column(0), expected.column(0), epsilon = 1e-12);
        let expected = (&signals[1] + &signals[3]) / 2.0;
        assert_abs_diff_eq!(across.mean_of_others(0).column(1), expected.column(1), epsilon = 1e-12);
        let expected = (&signals[0] + &signals[1] + &signals[3]) / 3.0;
        assert_abs_diff_eq!(across.mean_of_others(2).column(1), expected.column(1), epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn a_target_that_no_other_has_is_undefined() -> Result<(), Error> {
        let x = gaussian(ROWS, 6, 1);
        let mut signals = listeners(&x)[..2].to_vec();
        signals[1][[5, 1]] = f64::NAN;
        let views = views(&signals);
        let (across, design) = (AcrossListeners::new(&views)?, design()?);
        let encoder = Encoder::new(&design, &Reduced::Same(x), None)?;
        let first = across.scores(0, &encoder, &Rule::default())?;
        assert!(first.across.mean()[1].is_nan() && first.within.mean()[1].is_finite());
        let second = across.scores(1, &encoder, &Rule::default())?;
        assert!(second.across.mean()[1].is_nan() && second.within.mean()[1].is_nan());
        assert!(second.across.mean()[0].is_finite());
        Ok(())
    }

    #[test]
    fn what_is_shared_generalises_and_what_is_not_does_not() -> Result<(), Error> {
        let x = gaussian(ROWS, 6, 1);
        let signals = listeners(&x);
        let views = views(&signals);
        let (across, design) = (AcrossListeners::new(&views)?, design()?);
        let encoder = Encoder::new(&design, &Reduced::Same(x.clone()), None)?;
        let scores = (0..4).map(|listener| across.scores(listener, &encoder, &Rule::default()));
        let scores = scores.collect::<Result<Vec<_>, _>>()?;
        let mean = |of: &dyn Fn(&ListenerScores) -> &FoldScores, target: usize| {
            scores.iter().map(|scores| of(scores).mean()[target]).sum::<f64>() / 4.0
        };
        // The others' mean has less noise than the listener's own responses.
        assert!(mean(&|s| &s.across, 0) >= mean(&|s| &s.within, 0) && mean(&|s| &s.across, 0) > 0.7);
        assert!(mean(&|s| &s.across, 1) < 0.5 && mean(&|s| &s.within, 1) > 0.7);
        // The listener's own scores are those of any encoding.
        let own = encode(&design, &Reduced::Same(x), None, signals[3].view())?;
        assert_eq!(own.r(), scores[3].within.r());
        Ok(())
    }

    /// Listeners share nothing but the story: on average nothing carries over.
    #[test]
    fn listeners_who_share_nothing_predict_nothing() -> Result<(), Error> {
        let x = gaussian(ROWS, 6, 1);
        let signals: Vec<Array2<f64>> = (0..3).map(|seed| gaussian(ROWS, 300, 200 + seed)).collect();
        let views = views(&signals);
        let (across, design) = (AcrossListeners::new(&views)?, design()?);
        let encoder = Encoder::new(&design, &Reduced::Same(x), None)?;
        for listener in 0..3 {
            let mean = across.scores(listener, &encoder, &Rule::default())?.across.mean();
            let error = mean.std(1.0) / 300f64.sqrt();
            assert!(mean.mean().is_some_and(|r| r.abs() < 3.3 * error), "{mean} {error}");
        }
        Ok(())
    }

    #[test]
    fn the_loss_across_listeners_has_an_interval() -> Result<(), Error> {
        let x = gaussian(ROWS, 6, 1);
        let signals = listeners(&x);
        let views = views(&signals);
        let (across, design, x) = (AcrossListeners::new(&views)?, design()?, Reduced::Same(x));
        let encoder = Encoder::new(&design, &x, None)?;
        let scores = across.scores(0, &encoder, &Rule::default())?;
        let others = across.mean_of_others(0);
        let weights = [Weights::only(1, 2, 500)];
        let falls = FoldInfluence::of_others(&design, &x, None, [others.view(), views[0]], &scores.across)?;
        let by_others = Jackknife::new(&scores.across, &falls, &weights)?.remove(0);
        let falls = FoldInfluence::of(&design, &x, None, views[0], &scores.within)?;
        let by_own = Jackknife::new(&scores.within, &falls, &weights)?.remove(0);
        assert!(by_own.minus(&by_others).estimate().low > 0.0);
        let bootstrap = Bootstrap::new(&scores.within, 500, 1);
        let drawn = |scores| crate::Profile::new([scores], &bootstrap, &weights).remove(0).layer(0);
        let lost = drawn(&scores.within).minus(&drawn(&scores.across)).estimate(&bootstrap);
        assert!(lost.low > 0.0, "{lost:?}");
        Ok(())
    }

    #[test]
    fn misfits_are_errors() -> Result<(), Error> {
        let (a, short, narrow) = (gaussian(ROWS, 2, 1), gaussian(ROWS - 1, 2, 2), gaussian(ROWS, 1, 3));
        assert!(matches!(AcrossListeners::new(&[a.view()]), Err(Error::Listeners { listeners: 1 })));
        assert!(matches!(AcrossListeners::new(&[a.view(), short.view()]), Err(Error::Rows { .. })));
        let error = AcrossListeners::new(&[a.view(), narrow.view()]).expect_err("other targets");
        assert_eq!(error.to_string(), "1 targets of a listener were given where 2 belong");
        let mut infinite = a.clone();
        infinite[[3, 1]] = f64::INFINITY;
        assert!(matches!(
            AcrossListeners::new(&[a.view(), infinite.view()]),
            Err(Error::NotFinite { row: 3, column: 1, .. })
        ));
        let design = design()?;
        let encoder = Encoder::new(&design, &Reduced::Same(a.clone()), None)?;
        assert!(matches!(
            encoder.encode_for(a.view(), narrow.view(), &Rule::default()),
            Err(Error::Entries { found: 1, expected: 2, .. })
        ));
        Ok(())
    }
}
