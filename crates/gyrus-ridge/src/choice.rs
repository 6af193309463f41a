//! Chooses penalties by how wrong they are on the held-out rows of inner folds.

use std::borrow::Cow;

use ndarray::{Array1, Array2, ArrayView1, Axis};
use rayon::prelude::*;

use crate::error::Error;
use crate::finite;
use crate::grid::PenaltyGrid;
use crate::inner_fold::InnerFold;
use crate::means::mean;
use crate::moments::Moments;
use crate::rule::{Criterion, Exact, Rule, Sharing};
use crate::screening::screened;
use crate::trial::Trial;

/// The penalty chosen for each target, with the losses that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The penalty of each target (t).
    pub penalties: Array1<f64>,
    /// Its position in the grid (t), from 0.
    pub indices: Array1<usize>,
    /// Held-out squared error per row, or minus r, averaged over the inner folds (penalties, targets), as exact as
    /// [`Exact`](crate::Exact) says.
    pub losses: Array2<f64>,
}

impl Choice {
    /// The penalties with the lowest losses, summed over inner folds one after the other; of equals the first.
    ///
    /// # Errors
    /// There is no fold, or groups are given for another number of targets.
    pub(crate) fn of(grid: &PenaltyGrid, trials: &[Trial], rule: &Rule) -> Result<Self, Error> {
        if trials.is_empty() {
            return Err(Error::NoFolds);
        }
        let losses = match (rule.criterion, &rule.sharing, rule.exact) {
            (Criterion::SquaredError, Sharing::PerTarget, Exact::Deciding) => screened(trials, grid),
            (criterion, ..) => mean(trials.par_iter().map(|trial| trial.losses(grid, criterion)).collect()),
        };
        let spread = mean(trials.iter().map(Trial::spread).collect());
        let indices = match &rule.sharing {
            Sharing::PerTarget => losses.map_axis(Axis(0), first_lowest),
            Sharing::All => shared(&losses, &spread, rule.criterion, &vec![0; spread.len()]),
            Sharing::Groups(groups) => {
                finite::check_columns("targets with a group", groups.len(), spread.len())?;
                shared(&losses, &spread, rule.criterion, groups)
            }
        };
        Ok(Self { penalties: indices.mapv(|i| grid.penalties()[i]), indices, losses })
    }

    /// The loss of the chosen penalty of each target (t).
    pub fn lowest(&self) -> Array1<f64> {
        self.indices.iter().enumerate().map(|(target, &i)| self.losses[[i, target]]).collect()
    }
}

/// The penalty of each target's group: the lowest mean over its targets of r, or of the error as a share of the spread.
fn shared(losses: &Array2<f64>, spread: &Array1<f64>, criterion: Criterion, groups: &[usize]) -> Array1<usize> {
    let weight = |target: usize| match criterion {
        Criterion::Correlation => 1.0,
        // A target that does not vary has no share to say.
        Criterion::SquaredError if spread[target] > 0.0 => 1.0 / spread[target],
        Criterion::SquaredError => 0.0,
    };
    let best = |group: usize| {
        let members: Vec<usize> = (0..groups.len()).filter(|&target| groups[target] == group).collect();
        let mean = losses.map_axis(Axis(1), |row| members.iter().map(|&j| row[j] * weight(j)).sum::<f64>());
        first_lowest(mean.view())
    };
    let mut found = std::collections::BTreeMap::new();
    groups.iter().map(|&group| *found.entry(group).or_insert_with(|| best(group))).collect()
}

fn first_lowest(column: ArrayView1<f64>) -> usize {
    (1..column.len()).fold(0, |best, i| if column[i] < column[best] { i } else { best })
}

/// Chooses a penalty for each target from inner folds of (training, held-out) moments.
///
/// # Errors
/// There is no fold, a fold has no training or no held-out rows, the folds differ in features or targets, or groups are
/// given for another number of targets.
pub fn choose(folds: &[(Moments, Moments)], grid: &PenaltyGrid, rule: &Rule) -> Result<Choice, Error> {
    let (first, _) = folds.first().ok_or(Error::NoFolds)?;
    for moments in folds.iter().flat_map(|(training, held_out)| [training, held_out]) {
        finite::check_columns("features of an inner fold", moments.n_features(), first.n_features())?;
        finite::check_columns("targets of an inner fold", moments.n_targets(), first.n_targets())?;
    }
    let trial = |(training, held_out): &(Moments, Moments)| {
        let fold = InnerFold::new(&training.features, &held_out.features, 0, None)?;
        Trial::new(Cow::Owned(fold), &training.targets, &held_out.targets)
    };
    Choice::of(grid, &folds.par_iter().map(trial).collect::<Result<Vec<_>, Error>>()?, rule)
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use linfa::traits::{Fit, Predict};
    use ndarray::{concatenate, s};

    use super::*;
    use crate::quadratic::TARGETS;
    use crate::ridge::Ridge;
    use crate::samples::{distance, gaussian, regression};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    const BLOCK_ROWS: usize = 9;

    /// Each of the blocks held out in turn, the others in training, save for its neighbours.
    fn folds(x: &Array2<f64>, y: &Array2<f64>) -> Result<Vec<(Moments, Moments)>, Error> {
        let bounds: Vec<_> = (0..x.nrows() / BLOCK_ROWS).map(|b| b * BLOCK_ROWS..(b + 1) * BLOCK_ROWS).collect();
        let blocks = Moments::blocks(x.view(), y.view(), &bounds)?;
        let fold = |held: usize| {
            let training = blocks.iter().enumerate().filter(|(b, _)| b.abs_diff(held) > 1).map(|(_, block)| block);
            (training.sum::<Option<Moments>>().expect("at least three blocks"), blocks[held].clone())
        };
        Ok((0..blocks.len()).map(fold).collect())
    }

    /// The same errors by fitting rows and predicting rows, one penalty after the other.
    fn by_rows(
        x: &Array2<f64>,
        y: &Array2<f64>,
        grid: &PenaltyGrid,
    ) -> Result<Array2<f64>, Box<dyn std::error::Error>> {
        let n_folds = x.nrows() / BLOCK_ROWS;
        let mut errors = Array2::zeros((grid.penalties().len(), y.ncols()));
        for held in 0..n_folds {
            let (start, end) = (held * BLOCK_ROWS, (held + 1) * BLOCK_ROWS);
            let (before, after) = (start.saturating_sub(BLOCK_ROWS), (end + BLOCK_ROWS).min(x.nrows()));
            let training =
                |a: &Array2<f64>| concatenate(Axis(0), &[a.slice(s![..before, ..]), a.slice(s![after.., ..])]);
            let data = Dataset::new(training(x)?, training(y)?);
            for (mut row, &penalty) in errors.axis_iter_mut(Axis(0)).zip(grid.penalties()) {
                let predicted =
                    Ridge::params().penalty(penalty).fit(&data)?.predict(&x.slice(s![start..end, ..]).to_owned());
                let difference = predicted - y.slice(s![start..end, ..]);
                row += &((&difference * &difference).sum_axis(Axis(0)) / (BLOCK_ROWS * n_folds) as f64);
            }
        }
        Ok(errors)
    }

    fn check(width: usize, targets: usize) -> Outcome {
        let (x, y) = regression(7 * BLOCK_ROWS, width, targets, 31);
        let y = y * &ndarray::Array1::linspace(0.2, 4.0, targets) + gaussian(x.nrows(), targets, 37);
        let grid = PenaltyGrid::logarithmic(1e-2, 1e5, 15)?;
        let choice = choose(&folds(&x, &y)?, &grid, &Rule { exact: Exact::All, ..Rule::default() })?;
        let expected = by_rows(&x, &y, &grid)?;
        assert!(distance(&expected, &choice.losses) < 1e-10);
        for (j, column) in expected.columns().into_iter().enumerate() {
            let lowest =
                (0..column.len()).min_by(|&a, &b| column[a].total_cmp(&column[b])).expect("a grid is not empty");
            assert_eq!((choice.indices[j], choice.penalties[j]), (lowest, grid.penalties()[lowest]));
        }
        Ok(())
    }

    #[test]
    fn agrees_with_predicting_every_row() -> Outcome {
        check(10, 4)
    }

    #[test]
    fn agrees_when_wider_than_long() -> Outcome {
        check(150, 3)
    }

    #[test]
    fn agrees_for_more_targets_than_are_worked_on_together() -> Outcome {
        check(5, TARGETS + 3)
    }

    #[test]
    fn equals_go_to_the_first_in_the_grid() -> Outcome {
        let (x, mut y) = regression(45, 4, 2, 41);
        y.column_mut(1).fill(2.0);
        let grid = PenaltyGrid::new(vec![5.0, 1.0, 1.0, 5.0])?;
        let choice = choose(&folds(&x, &y)?, &grid, &Rule::default())?;
        assert!(choice.indices[0] < 2);
        assert_eq!((choice.indices[1], choice.losses[[0, 1]]), (0, 0.0));
        Ok(())
    }

    #[test]
    fn the_number_of_threads_changes_not_a_bit() -> Outcome {
        let (x, y) = regression(300, 150, 300, 47);
        let grid = PenaltyGrid::logarithmic(1e-1, 1e4, 6)?;
        let with = |threads: usize| -> Result<Choice, Box<dyn std::error::Error>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| choose(&folds(&x, &y)?[..3], &grid, &Rule::default()))?)
        };
        let one = with(1)?;
        assert_eq!(one, with(2)?);
        assert_eq!(one, with(5)?);
        Ok(())
    }

    #[test]
    fn impossible_folds_are_refused() -> Outcome {
        let grid = PenaltyGrid::new(vec![1.0])?;
        assert!(matches!(choose(&[], &grid, &Rule::default()), Err(Error::NoFolds)));
        let moments = |rows, width, targets| {
            let (x, y) = regression(rows, width, targets, 53);
            Moments::of(x.view(), y.view())
        };
        assert!(matches!(
            choose(&[(moments(9, 2, 1)?, moments(0, 2, 1)?)], &grid, &Rule::default()),
            Err(Error::TooFewRows { .. })
        ));
        assert!(matches!(
            choose(&[(moments(0, 2, 1)?, moments(9, 2, 1)?)], &grid, &Rule::default()),
            Err(Error::TooFewRows { .. })
        ));
        assert!(matches!(
            choose(&[(moments(9, 2, 1)?, moments(9, 3, 1)?)], &grid, &Rule::default()),
            Err(Error::Columns { .. })
        ));
        Ok(())
    }
}
