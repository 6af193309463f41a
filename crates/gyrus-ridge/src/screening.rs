//! The penalty with the lowest squared error, for the price of single precision.
//!
//! Every loss is computed in f32 first. Only those that rounding could make the lowest are computed again in f64, and
//! of them the lowest is chosen; if f32 turns out to err by more than was allowed for, the target is tried in f64 alone.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis, Zip, s};
use rayon::prelude::*;

use crate::grid::PenaltyGrid;
use crate::means::mean;
use crate::quadratic::{Quadratic, Scratch, TARGETS};
use crate::trial::{Trial, table, weigh};

/// What single precision may err by, as a share of a loss and of the targets' spread: about a hundred roundings.
const ALLOWED: f64 = 1e-5;

/// Squared errors per row, the mean over `trials` (penalties, targets): those that could be the lowest of their target
/// in f64, the others within [`ALLOWED`].
pub(crate) fn screened(trials: &[Trial], grid: &PenaltyGrid) -> Array2<f64> {
    let single = |trial: &Trial| Single::of(trial).errors(trial, grid);
    let mut losses = mean(trials.par_iter().map(single).collect());
    let spread = mean(trials.iter().map(Trial::spread).collect());
    let allowed = Zip::from(losses.columns()).and(&spread).map_collect(|losses, spread| {
        let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
        (lowest, ALLOWED * (lowest.abs() + spread))
    });
    // A loss that is not a number must not be passed over.
    let open = Array2::from_shape_fn(losses.dim(), |(i, target)| {
        let (lowest, allowed) = allowed[target];
        losses[[i, target]].is_nan() || losses[[i, target]] <= lowest + 2.0 * allowed
    });
    let before = losses.clone();
    decide(&mut losses, open.view(), trials, grid);
    // Where f32 erred by more than was allowed for, its other losses are not to be trusted either.
    let wrong = |target: usize| {
        let as_allowed = |i: usize| (losses[[i, target]] - before[[i, target]]).abs() <= allowed[target].1;
        !(0..losses.nrows()).all(as_allowed)
    };
    let wrong: Vec<bool> = (0..losses.ncols()).map(wrong).collect();
    let rest = Array2::from_shape_fn(losses.dim(), |(i, target)| wrong[target] && !open[[i, target]]);
    decide(&mut losses, rest.view(), trials, grid);
    losses
}

/// Puts the losses in f64 where `open` says so.
fn decide(losses: &mut Array2<f64>, open: ArrayView2<bool>, trials: &[Trial], grid: &PenaltyGrid) {
    let rows: Vec<_> = losses.axis_iter_mut(Axis(0)).zip(open.axis_iter(Axis(0))).zip(grid.penalties()).collect();
    rows.into_par_iter().for_each(|((mut row, open), &penalty)| {
        let chosen: Vec<usize> = (0..open.len()).filter(|&target| open[target]).collect();
        if chosen.is_empty() {
            return;
        }
        let found = mean(trials.iter().map(|trial| trial.errors_of(penalty, &chosen)).collect());
        for (&target, loss) in chosen.iter().zip(found) {
            row[target] = loss;
        }
    });
}

/// A trial in single precision, in units in which its numbers are about 1.
///
/// With energies and penalties over s, the largest energy, G over g, its largest number, and each target's z over z',
/// its largest number, and c over z' g / s, forms come out over u = g z'^2 / s^2.
struct Single {
    form: Quadratic<f32>,
    z: Array2<f32>,
    c: Array2<f32>,
    s: f64,
    /// (t).
    u: Array1<f64>,
}

impl Single {
    fn of(trial: &Trial) -> Self {
        let or_one = |x: f64| if x > 0.0 { x } else { 1.0 };
        let (s, g) = (or_one(trial.fold.energy()), or_one(trial.fold.form().largest()));
        let largest =
            trial.targets.z.map_axis(Axis(0), |z| or_one(z.iter().fold(0.0, |most: f64, z| most.max(z.abs()))));
        let over = |x: &Array2<f64>, unit: Array1<f64>| {
            let mut single = Array2::zeros(x.dim());
            for (mut single, x) in single.axis_iter_mut(Axis(0)).zip(x.axis_iter(Axis(0))) {
                Zip::from(&mut single).and(x).and(&unit).for_each(|single, &x, &unit| *single = (x * unit) as f32);
            }
            single
        };
        Self {
            form: trial.fold.form().single(g),
            z: over(&trial.targets.z, largest.mapv(f64::recip)),
            c: over(&trial.targets.c, largest.mapv(|z| s / (z * g))),
            s,
            u: largest.mapv(|z| g * (z / s) * (z / s)),
        }
    }

    /// Squared errors per row (penalties, targets).
    fn errors(&self, trial: &Trial, grid: &PenaltyGrid) -> Array2<f64> {
        let room = || (Array2::zeros((self.z.nrows(), TARGETS)), Scratch::default());
        table(grid, self.u.len(), room, |(w, scratch), penalty, columns| {
            let mut w: ArrayViewMut2<f32> = w.slice_mut(s![.., ..columns.len()]);
            let z = self.z.slice(s![.., columns.clone()]);
            weigh(w.view_mut(), z, trial.fold.gains(penalty).mapv(|gain| (gain * self.s) as f32));
            let forms = self.form.minus_twice(w.view(), self.c.slice(s![.., columns.clone()]), scratch);
            let squares = trial.targets.squares.slice(s![columns.clone()]);
            (forms * self.u.slice(s![columns]) + squares) / trial.fold.n_held_out()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::{Choice, choose};
    use crate::error::Error;
    use crate::moments::Moments;
    use crate::rule::{Exact, Rule};
    use crate::samples::{gaussian, regression};

    type Outcome = Result<(), Error>;

    /// Three folds of 60 rows, each tried on the next.
    fn folds(x: &Array2<f64>, y: &Array2<f64>) -> Result<Vec<(Moments, Moments)>, Error> {
        let part = |i: usize| Moments::of(x.slice(s![60 * i..60 * (i + 1), ..]), y.slice(s![60 * i..60 * (i + 1), ..]));
        (0..3).map(|i| Ok((part(i)?, part((i + 1) % 3)?))).collect()
    }

    fn choices(x: &Array2<f64>, y: &Array2<f64>, grid: &PenaltyGrid) -> Result<[Choice; 2], Error> {
        let folds = folds(x, y)?;
        let with = |exact| choose(&folds, grid, &Rule { exact, ..Rule::default() });
        Ok([with(Exact::Deciding)?, with(Exact::All)?])
    }

    /// The same penalties as in f64 throughout, the same lowest losses, and the others within what is allowed.
    fn check(x: &Array2<f64>, y: &Array2<f64>, grid: &PenaltyGrid) -> Outcome {
        let [deciding, all] = choices(x, y, grid)?;
        assert_eq!(deciding.indices, all.indices);
        for (found, expected) in deciding.lowest().iter().zip(all.lowest()) {
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} {expected}");
        }
        for (found, expected) in deciding.losses.columns().into_iter().zip(all.losses.columns()) {
            let largest = expected.iter().copied().fold(0.0, f64::max);
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= 2.0 * ALLOWED * largest),
                "{found} {expected}"
            );
        }
        Ok(())
    }

    fn data(width: usize, targets: usize) -> (Array2<f64>, Array2<f64>) {
        let (x, y) = regression(180, width, targets, 61);
        let noise = gaussian(180, targets, 67) * &Array1::linspace(0.1, 30.0, targets);
        (x, y + noise)
    }

    #[test]
    fn the_penalties_are_those_of_double_precision() -> Outcome {
        let grid = PenaltyGrid::logarithmic(1e-3, 1e6, 25)?;
        for (width, targets) in [(5, 40), (40, TARGETS + 9), (130, 20)] {
            let (x, y) = data(width, targets);
            check(&x, &y, &grid)?;
        }
        Ok(())
    }

    #[test]
    fn penalties_that_hardly_differ_are_told_apart() -> Outcome {
        let (x, y) = data(20, 30);
        check(&x, &y, &PenaltyGrid::logarithmic(10.0, 10.001, 30)?)
    }

    #[test]
    fn units_do_not_matter() -> Outcome {
        let (x, y) = data(20, 30);
        for (unit_x, unit_y) in [(1e-20, 1e-15), (1e18, 1e-18), (1e-3, 1e20), (1e15, 1e15)] {
            let of = |penalty: f64| penalty * unit_x * unit_x;
            check(&(&x * unit_x), &(&y * unit_y), &PenaltyGrid::logarithmic(of(1e-2), of(1e5), 9)?)?;
        }
        Ok(())
    }

    #[test]
    fn features_of_very_different_size_and_none_at_all() -> Outcome {
        let (x, y) = data(12, 30);
        check(&(x * &Array1::logspace(10.0, -9.0, 3.0, 12)), &y, &PenaltyGrid::logarithmic(1e-6, 1e6, 9)?)?;
        check(&Array2::zeros((180, 3)), &y, &PenaltyGrid::logarithmic(1.0, 10.0, 3)?)?;
        check(&Array2::ones((180, 3)), &Array2::ones((180, 2)), &PenaltyGrid::logarithmic(1.0, 10.0, 3)?)
    }
}
