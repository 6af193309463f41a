//! The smallest effect that a design could have found, by simulation from its own noise.
//!
//! Noise is the recording moved around its runs, which keeps its distribution and autocorrelation and breaks its tie to
//! the features; signal is the features times random weights. Planted recordings go through the very analysis, as further
//! columns of responses to features that are decomposed once.
//! What a recording really owes to the features is taken for noise here, so where there is much of it the noise is
//! overstated.

use std::ops::Range;

use gyrus_ridge::Rule;
use ndarray::{Array1, Array2, Array4, ArrayView1, ArrayView2, ArrayView4, Axis, concatenate, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;
use rayon::prelude::*;

use crate::detection::planted::{Material, Noise, Turn, turn};
use crate::detection::simulated::Simulated;
use crate::fit::reduced::Reduced;
use crate::rows::missing::without_missing;
use crate::{Encoder, Error, LEAST_SHIFT, Runs};

/// What is planted, and how often.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerParams {
    /// True correlations of responses and features to plant, ascending, above 0 and below 1; none is planted besides.
    pub effects: Vec<f64>,
    /// Recordings with each effect.
    pub draws: usize,
    /// Least shift of a recording from both ends of its run, as in the null.
    pub least_shift: usize,
    /// Decides shifts and weights.
    pub seed: u64,
}

/// Features that stand ready to be planted in recordings, and the analysis that is to find them.
#[derive(Debug)]
pub struct Power<'a> {
    encoder: &'a Encoder<'a>,
    /// Least squares on the controls alone, if there are any.
    alone: Option<Encoder<'a>>,
    material: Material,
    runs: &'a Runs,
    /// None, and then those of the parameters.
    effects: Vec<f64>,
    params: PowerParams,
}

/// What all draws of some targets are made of.
struct Simulation {
    noise: Noise,
    /// For each target `(width, draws)`.
    weights: Vec<Array2<f64>>,
    turns: Turns,
}

/// Turns of every draw.
struct Turns {
    /// Of the noise: of the recording with an effect, and of [`NULLS`] without.
    noise: Vec<Vec<Turn>>,
    /// Of the signal, in those without.
    signal: Vec<Vec<Turn>>,
}

/// Null recordings for every recording with an effect: an error of the threshold shifts all of them.
const NULLS: usize = 2;

/// Columns of responses that are scored together.
const COLUMNS: usize = 256;

impl Default for PowerParams {
    /// Effects from .02 to .9, each about a third larger than the one before, 300 draws.
    fn default() -> Self {
        let effects = vec![0.02, 0.03, 0.04, 0.055, 0.075, 0.1, 0.13, 0.17, 0.22, 0.3, 0.4, 0.55, 0.7, 0.9];
        Self { effects, draws: 300, least_shift: LEAST_SHIFT, seed: 0 }
    }
}

impl<'a> Power<'a> {
    /// Prepares `features`, `(rows, width)` as they were before any reduction, on top of `controls`, `(rows, controls)`:
    /// those that `encoder` was made of.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if an array does not fit the plan, [`Error::Effects`] if effects do not rise
    /// between 0 and 1, [`Error::ShortRun`] if a run cannot be moved, [`Error::Ridge`] if the controls cannot be decomposed.
    pub fn new(
        encoder: &'a Encoder<'a>,
        features: ArrayView2<f64>,
        controls: Option<ArrayView2<f64>>,
        runs: &'a Runs,
        params: PowerParams,
    ) -> Result<Self, Error> {
        let design = encoder.design();
        design.check("features", features)?;
        if runs.rows() != features.nrows() {
            return Err(Error::Rows { what: "the list of runs", found: runs.rows(), expected: features.nrows() });
        }
        let effects: Vec<f64> = std::iter::once(0.0).chain(params.effects.iter().copied()).collect();
        if !effects.iter().zip(effects.iter().skip(1).chain([&1.0])).all(|(a, b)| a < b) {
            return Err(Error::Effects);
        }
        runs.at_least(params.least_shift.max(1).saturating_mul(2))?;
        let alone = |controls: ArrayView2<f64>| Encoder::for_refits(design, &Reduced::Same(controls.to_owned()), None);
        let alone = controls.map(alone).transpose()?;
        Ok(Self { encoder, alone, material: Material::new(features, controls), runs, effects, params })
    }

    /// Scores of recordings that have the noise of `responses`, `(rows, targets)`, and each effect in turn.
    ///
    /// With Q orthonormal columns that span the constant and the controls, e = y - Q Q'y in units of its standard deviation,
    /// T a random turn of every run, X the features, w Gaussian weights, and z = X w - Q Q'X w in the same unit, a recording
    /// of effect rho is
    ///
    /// Q Q'y / sd + sqrt(1 - rho^2) T e + rho z,
    ///
    /// so rho is the correlation with the best combination of features, beyond the controls where there are some, and X w
    /// has as much of each principal direction as X has. Its score is the mean over folds of r, with controls less that of
    /// the controls alone. It is held against scores of recordings whose z has been turned too, by another T: what a null by
    /// shifts makes of a recording with this effect. Without the signal's autocorrelation that null would be too narrow.
    ///
    /// Turns are those of all targets together; each target has weights of its own; the draws of one effect are those of the
    /// next. Targets are numbered from `first`, which decides their weights, so that they can come in parts.
    /// A target with missing values, or which the controls determine, is undefined.
    ///
    /// # Errors
    /// [`Error::Rows`] or [`Error::NotFinite`] if the responses do not fit the plan, [`Error::Ridge`] if a fit fails.
    pub fn simulate(&self, responses: ArrayView2<f64>, first: usize, rule: &Rule) -> Result<Simulated, Error> {
        let noise = self.material.noise(without_missing(self.encoder.design(), responses)?.view());
        let (n, targets) = (self.params.draws, responses.ncols());
        let simulation = Simulation {
            turns: self.turns(),
            weights: (first..first + targets).map(|target| self.weights(target)).collect(),
            noise,
        };
        let together = (COLUMNS / (targets * (1 + NULLS)).max(1)).max(1);
        let parts: Vec<Range<usize>> = (0..n).step_by(together).map(|at| at..(at + together).min(n)).collect();
        let parts = parts.into_par_iter().map(|draws| self.part(&simulation, draws, rule));
        let parts = parts.collect::<Result<Vec<_>, Error>>()?;
        let views: Vec<ArrayView4<f64>> = parts.iter().map(Array4::view).collect();
        let empty = |_| Array4::zeros((self.effects.len(), 0, 1 + NULLS, targets));
        let scores = concatenate(Axis(1), &views).unwrap_or_else(empty);
        let null = scores.slice(s![.., .., 1.., ..]).to_owned();
        let null = null.into_shape_with_order((self.effects.len(), n * NULLS, targets)).expect("as many in other rows");
        Ok(Simulated { null, planted: scores.slice(s![.., .., 0, ..]).to_owned(), effects: self.effects.clone() })
    }

    /// Scores of some draws, `(effects, draws, 1 + NULLS, targets)`: with each effect, and turned away from it.
    fn part(&self, simulation: &Simulation, draws: Range<usize>, rule: &Rule) -> Result<Array4<f64>, Error> {
        let Simulation { noise, weights, turns } = simulation;
        let signal = |draw: usize| {
            let own: Vec<ArrayView1<f64>> = weights.iter().map(|weights| weights.column(draw)).collect();
            let z = self.material.signal(&own);
            let turned = turns.signal[draw].iter().map(|turn| z.select(Axis(0), turn));
            std::iter::once(z.clone()).chain(turned).collect::<Vec<_>>()
        };
        let signals: Vec<Vec<Array2<f64>>> = draws.clone().map(signal).collect();
        let targets = weights.len();
        let mut scores = Array4::zeros((self.effects.len(), draws.len(), 1 + NULLS, targets));
        for (&effect, mut scores) in self.effects.iter().zip(scores.outer_iter_mut()) {
            let recordings = draws.clone().zip(&signals).flat_map(|(draw, signals)| {
                turns.noise[draw].iter().zip(signals).map(move |(turn, z)| noise.with(turn, effect, z.view()))
            });
            let recordings: Vec<Array2<f64>> = recordings.collect();
            let views: Vec<ArrayView2<f64>> = recordings.iter().map(Array2::view).collect();
            let all = concatenate(Axis(1), &views).expect("recordings share their rows");
            let found = self.score(all.view(), targets, rule)?;
            scores.assign(&found.into_shape_with_order(scores.dim()).expect("a score for each column"));
        }
        Ok(scores)
    }

    /// The turns of every draw.
    fn turns(&self) -> Turns {
        let mut rng = StdRng::seed_from_u64(self.params.seed);
        let least = self.params.least_shift.max(1);
        let mut draw = |_| turn(self.runs, least, &mut rng);
        let noise = (0..self.params.draws).map(|_| (0..=NULLS).map(&mut draw).collect()).collect();
        let signal = (0..self.params.draws).map(|_| (0..NULLS).map(&mut draw).collect()).collect();
        Turns { noise, signal }
    }

    /// Weights of target `target` in every draw, `(width, draws)`.
    fn weights(&self, target: usize) -> Array2<f64> {
        // An odd step, so that no two targets share a seed.
        let seed = self.params.seed.wrapping_add((target as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut rng = StdRng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((self.material.width(), self.params.draws), || rng.sample(StandardNormal))
    }

    /// The score of every column of `responses`, `(rows, draws x targets)`, draw by draw.
    fn score(&self, responses: ArrayView2<f64>, targets: usize, rule: &Rule) -> Result<Array1<f64>, Error> {
        let draws = responses.ncols() / targets.max(1);
        let sharing = rule.sharing.copies(targets, draws);
        let joint = self.encoder.encode(responses, &Rule { sharing, ..rule.clone() })?.mean();
        let Some(alone) = &self.alone else { return Ok(joint) };
        let without = Array2::zeros((self.encoder.design().folds().len(), responses.ncols()));
        Ok(joint - alone.refit(responses, without.view())?.mean())
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_ridge::PenaltyGrid;

    use super::*;
    use crate::{Design, DesignParams, FeatureUnit, PowerPoint, correlation, encode, shifted};

    fn gaussian(rows: usize, columns: usize, seed: u64) -> Array2<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, columns), || rng.sample(StandardNormal))
    }

    /// Five folds; a penalty that is nothing unless others are given.
    fn design(rows: usize, penalties: Vec<f64>) -> Result<Design, Error> {
        let (penalties, unit) = (PenaltyGrid::new(penalties)?, FeatureUnit::Own);
        Design::new(
            rows,
            DesignParams { folds: 5, inner_folds: 3, gap: 0, penalties, components: None, unit, block: 20 },
        )
    }

    fn simulated(
        (x, controls): (&Array2<f64>, Option<&Array2<f64>>),
        y: &Array2<f64>,
        penalties: Vec<f64>,
        params: PowerParams,
    ) -> Result<Simulated, Error> {
        let (design, runs) = (design(x.nrows(), penalties)?, Runs::unbroken(x.nrows()));
        let controls = controls.map(Array2::view);
        let encoder = Encoder::new(&design, &Reduced::Same(x.clone()), controls)?;
        Power::new(&encoder, x.view(), controls, &runs, params)?.simulate(y.view(), 0, &Rule::default())
    }

    fn params(effects: &[f64], draws: usize, seed: u64) -> PowerParams {
        PowerParams { effects: effects.to_vec(), draws, least_shift: 1, seed }
    }

    /// Mean score and share found at each effect in 400 rows of 10 white features and white noise, by least squares in five
    /// folds: figures of `tests/scripts/power_oracle.py`.
    const ORACLE: [(f64, f64, f64); 6] = [
        (0.0, 0.0004, 0.0508),
        (0.1, 0.0485, 0.1961),
        (0.15, 0.0965, 0.4407),
        (0.2, 0.1501, 0.7448),
        (0.25, 0.2055, 0.9299),
        (0.3, 0.2611, 0.9926),
    ];

    /// Eight recordings, each with its own features: what one of them has by chance is averaged away.
    #[test]
    fn white_noise_gives_the_power_of_least_squares() -> Result<(), Error> {
        let effects: Vec<f64> = ORACLE[1..].iter().map(|(effect, ..)| *effect).collect();
        let mut found = vec![(0.0, 0.0); ORACLE.len()];
        for seed in 0..8 {
            let (x, y) = (gaussian(400, 10, seed), gaussian(400, 1, 100 + seed));
            let curve = simulated((&x, None), &y, vec![1e-6], params(&effects, 200, seed))?.of_target(0);
            for (found, point) in found.iter_mut().zip(&curve.points) {
                *found = (found.0 + point.score / 8.0, found.1 + point.power.value / 8.0);
            }
        }
        for ((effect, score, power), found) in ORACLE.iter().zip(found) {
            // Binomial errors of 1,600 draws and of eight thresholds.
            assert!((found.0 - score).abs() < 0.012, "r at {effect}: {} for {score}", found.0);
            assert!((found.1 - power).abs() < 0.045, "power at {effect}: {} for {power}", found.1);
        }
        Ok(())
    }

    /// Autocorrelated features and recordings, penalties chosen: without an effect 5 % are called related.
    #[test]
    fn nothing_is_found_where_nothing_is_planted() -> Result<(), Error> {
        let smooth = |white: Array2<f64>| {
            let mut y = white;
            for row in 1..y.nrows() {
                let before = y.row(row - 1).to_owned();
                y.row_mut(row).scaled_add(0.8, &before);
            }
            y
        };
        let (x, y) = (smooth(gaussian(300, 6, 1)), smooth(gaussian(300, 8, 2)));
        let found = simulated((&x, None), &y, vec![1.0, 10.0, 100.0], params(&[0.5], 400, 3))?;
        let curves = (0..8).map(|target| found.of_target(target)).chain([found.of_mean()]);
        for PowerPoint { power, .. } in curves.map(|curve| curve.points[0]) {
            // Nine tests of 400 draws against a threshold of 800: .05 with a standard deviation of .013.
            assert!((power.value - 0.05).abs() < 0.04, "{power:?}");
            assert!(power.low <= power.value && power.value <= power.high);
        }
        Ok(())
    }

    /// The scores are those of planted recordings that are built and encoded one by one.
    #[test]
    fn each_recording_is_encoded_as_any_other() -> Result<(), Error> {
        let (x, y) = (gaussian(60, 3, 1), gaussian(60, 2, 2) * 7.0 + 3.0);
        let params = params(&[0.6], 4, 5);
        let found = simulated((&x, None), &y, vec![1.0, 10.0, 100.0], params.clone())?;
        let (design, runs) = (design(60, vec![1.0, 10.0, 100.0])?, Runs::unbroken(60));
        let encoder = Encoder::new(&design, &Reduced::Same(x.clone()), None)?;
        let power = Power::new(&encoder, x.view(), None, &runs, params)?;
        let standardised = |y: &Array2<f64>| {
            let y = y - &y.mean_axis(Axis(0)).expect("rows");
            &y / &y.std_axis(Axis(0), 0.0)
        };
        let weights = power.weights(1);
        let (noise, turns) = (standardised(&y), power.turns());
        for draw in 0..4 {
            let turn = &turns.noise[draw][0];
            let shift = (60 - turn[0]) % 60;
            let mut planted = shifted(noise.view(), shift).slice(s![.., 1..]).to_owned() * 0.8;
            planted.scaled_add(0.6, &standardised(&x.dot(&weights.slice(s![.., draw..=draw]))));
            let expected = encode(&design, &Reduced::Same(x.clone()), None, planted.view())?.mean()[0];
            assert_abs_diff_eq!(found.planted[[1, draw, 1]], expected, epsilon = 1e-9);
            let nothing = shifted(noise.view(), shift);
            let expected = encode(&design, &Reduced::Same(x.clone()), None, nothing.view())?.mean();
            assert_abs_diff_eq!(found.planted.slice(s![0, draw, ..]), expected, epsilon = 1e-9);
        }
        Ok(())
    }

    /// The effect is a correlation beyond the controls, the score what the features add, and the controls' part stays.
    #[test]
    fn effects_are_beyond_the_controls() -> Result<(), Error> {
        let c = gaussian(300, 1, 1);
        let x = gaussian(300, 4, 2) + &c;
        let y = gaussian(300, 1, 3) + 3.0 * &c;
        let design = design(300, vec![1e-6])?;
        let runs = Runs::unbroken(300);
        let encoder = Encoder::new(&design, &Reduced::Same(x.clone()), Some(c.view()))?;
        let power = Power::new(&encoder, x.view(), Some(c.view()), &runs, params(&[0.5], 200, 4))?;
        let z = power.material.signal(&[power.weights(0).column(0)]);
        assert!(correlation(z.column(0), c.column(0)).abs() < 1e-12);
        let Noise { left: noise, explained } = power.material.noise(y.view());
        assert_abs_diff_eq!(noise.std(0.0), 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(correlation(explained.column(0), c.column(0)), 1.0, epsilon = 1e-12);
        let curve = power.simulate(y.view(), 0, &Rule::default())?.of_target(0);
        assert!(curve.points[0].score.abs() < 0.02, "{curve:?}");
        // r of controls alone is sqrt(9 / 10); half of the rest's variance is .25: sqrt(.9 + .1 x .25).
        let expected = (0.9f64 + 0.1 * 0.25).sqrt() - 0.9f64.sqrt();
        assert_abs_diff_eq!(curve.points[1].score, expected, epsilon = 4e-3);
        assert!(curve.points[1].power.value > 0.95);
        Ok(())
    }

    #[test]
    fn parts_of_the_targets_and_threads_change_no_number() -> Result<(), Error> {
        let (x, y) = (gaussian(80, 3, 1), gaussian(80, 3, 2));
        let (design, runs) = (design(80, vec![1.0, 10.0])?, Runs::new(&[30, 50])?);
        let encoder = Encoder::new(&design, &Reduced::Same(x.clone()), None)?;
        let power = Power::new(&encoder, x.view(), None, &runs, params(&[0.3, 0.6], 20, 4))?;
        let whole = || power.simulate(y.view(), 0, &Rule::default());
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool").install(whole)?;
        assert_eq!(one, whole()?);
        let part =
            |targets: Range<usize>| power.simulate(y.slice(s![.., targets.clone()]), targets.start, &Rule::default());
        let parts = Simulated::side_by_side(&[part(0..1)?, part(1..3)?]).expect("two parts");
        assert_abs_diff_eq!(parts.planted, one.planted, epsilon = 1e-12);
        assert_abs_diff_eq!(parts.null, one.null, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn a_silent_target_is_undefined_and_hurts_no_other() -> Result<(), Error> {
        let (x, mut y) = (gaussian(80, 3, 1), gaussian(80, 3, 2));
        let without = simulated((&x, None), &y.slice(s![.., ..1]).to_owned(), vec![1.0], params(&[0.5], 20, 4))?;
        y.column_mut(1).fill(2.0);
        y[[4, 2]] = f64::NAN;
        let found = simulated((&x, None), &y, vec![1.0], params(&[0.5], 20, 4))?;
        assert!(found.of_target(1).smallest.value.is_nan() && found.of_target(2).points[0].threshold.is_nan());
        let (mean, alone) = (found.of_mean(), without.of_target(0));
        assert_abs_diff_eq!(mean.points[1].score, alone.points[1].score, epsilon = 1e-9);
        // Features that the controls contain can plant nothing.
        let x_again = simulated((&x, Some(&x)), &y, vec![1.0], params(&[0.5], 20, 4))?;
        assert!(x_again.of_target(0).smallest.value.is_nan());
        Ok(())
    }

    #[test]
    fn impossible_effects_are_refused() -> Result<(), Error> {
        let (x, y) = (gaussian(80, 3, 1), gaussian(80, 1, 2));
        for effects in [&[0.5, 0.5][..], &[0.0, 0.5], &[0.5, 1.0], &[f64::NAN], &[0.4, 0.2]] {
            assert!(matches!(simulated((&x, None), &y, vec![1.0], params(effects, 20, 4)), Err(Error::Effects)));
        }
        let far = PowerParams { least_shift: 41, ..params(&[0.5], 20, 4) };
        assert!(matches!(simulated((&x, None), &y, vec![1.0], far), Err(Error::ShortRun { .. })));
        Ok(())
    }
}
