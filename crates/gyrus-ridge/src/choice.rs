//! Chooses a penalty for each target by its squared error on the held-out rows of inner folds.
//!
//! No prediction is ever formed: errors come from moments, for all targets and penalties at once.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use crate::error::Error;
use crate::finite;
use crate::grid::PenaltyGrid;
use crate::moments::Moments;
use crate::product::product;
use crate::quadratic::{Quadratic, TARGETS};
use crate::spectrum::Spectrum;

/// The penalty chosen for each target, with the errors that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The penalty of each target (t).
    pub penalties: Array1<f64>,
    /// Its position in the grid (t), from 0.
    pub indices: Array1<usize>,
    /// Held-out squared error per row, averaged over the inner folds (penalties, targets).
    pub errors: Array2<f64>,
}

impl Choice {
    /// The penalty with the lowest error for each target, the first of equals, from `errors` (penalties, targets).
    fn lowest(grid: &PenaltyGrid, errors: Array2<f64>) -> Self {
        let first_lowest = |column: ndarray::ArrayView1<f64>| {
            (1..column.len()).fold(0, |best, i| if column[i] < column[best] { i } else { best })
        };
        let indices = errors.map_axis(Axis(0), first_lowest);
        Self { penalties: indices.mapv(|i| grid.penalties()[i]), indices, errors }
    }
}

/// One inner fold's features, decomposed once and good for any targets of the same rows.
#[derive(Debug, Clone)]
pub struct InnerFold {
    spectrum: Spectrum,
    rotated_xx: Quadratic,
}

impl InnerFold {
    /// Decomposes the training features and turns the held-out ones to the same axes: V'G_h V, about training means.
    ///
    /// # Errors
    /// There are no training rows, or the decomposition fails.
    pub fn new(training: &Moments, held_out: &Moments) -> Result<Self, Error> {
        let (train, mean_x) = (training.xx_centred()?, training.mean_x()?);
        let spectrum = Spectrum::of(train.view())?;
        let held = spectrum.rotate(held_out.xx_about_mean(mean_x.view()).view());
        let rotated_xx = Quadratic::new(product(held.view(), spectrum.vectors()));
        Ok(Self { spectrum, rotated_xx })
    }

    /// Squared error per held-out row, centred on the training means, of each penalty and target (penalties, targets):
    /// [y'y - 2 sum(W * V'C_h) + sum(W * (V'G_h V) W)] / n_h with W = V'C / (e + a).
    ///
    /// The moments are those that the fold was made of, or have other targets for the same rows.
    ///
    /// # Errors
    /// There are no training or held-out rows.
    ///
    /// # Panics
    /// The moments have another number of features than the fold.
    pub fn errors(&self, training: &Moments, held_out: &Moments, grid: &PenaltyGrid) -> Result<Array2<f64>, Error> {
        if held_out.n() == 0 {
            return Err(Error::TooFewRows { what: "a held-out set", needed: 1, rows: 0 });
        }
        let (mean_x, mean_y) = (training.mean_x()?, training.mean_y()?);
        let z = self.spectrum.rotate(training.xy_centred()?.view());
        let c = self.spectrum.rotate(held_out.xy_about_means(mean_x.view(), mean_y.view()).view());
        let mut errors = self.explained(z.view(), c.view(), grid);
        errors += &held_out.yy_about_mean(mean_y.view());
        Ok(errors / held_out.n() as f64)
    }

    /// sum(W * (V'G_h V) W) - 2 sum(W * V'C_h) for each penalty and target (penalties, targets).
    fn explained(&self, z: ArrayView2<f64>, c: ArrayView2<f64>, grid: &PenaltyGrid) -> Array2<f64> {
        let mut table = Array2::zeros((grid.penalties().len(), z.ncols()));
        let cells: Vec<_> = table
            .axis_iter_mut(Axis(0))
            .zip(grid.penalties())
            .flat_map(|(row, &a)| {
                let starts = (0..z.ncols()).step_by(TARGETS);
                row.into_slice_memory_order()
                    .into_iter()
                    .flat_map(|row| row.chunks_mut(TARGETS))
                    .zip(starts)
                    .map(move |(cell, start)| (a, start, cell))
            })
            .collect();
        cells.into_par_iter().for_each(|(a, start, cell)| {
            let columns = s![.., start..start + cell.len()];
            let gains = self.spectrum.gains(a).insert_axis(Axis(1));
            let w = &z.slice(columns) * &gains;
            let forms = self.rotated_xx.minus_twice(w.view(), c.slice(columns));
            cell.iter_mut().zip(forms).for_each(|(cell, form)| *cell = form);
        });
        table
    }
}

/// Chooses a penalty for each target from inner folds of (training, held-out) moments.
///
/// The error of a penalty is its mean over folds of the squared error per held-out row; the lowest wins, and of equals
/// the first in the grid.
///
/// # Errors
/// There is no fold, a fold has no training or no held-out rows, or the folds differ in features or targets.
pub fn choose(folds: &[(Moments, Moments)], grid: &PenaltyGrid) -> Result<Choice, Error> {
    let (first, _) = folds.first().ok_or(Error::NoFolds)?;
    for moments in folds.iter().flat_map(|(training, held_out)| [training, held_out]) {
        finite::check_columns("features of an inner fold", moments.n_features(), first.n_features())?;
        finite::check_columns("targets of an inner fold", moments.n_targets(), first.n_targets())?;
    }
    let fold_errors = |(training, held_out): &(Moments, Moments)| {
        InnerFold::new(training, held_out)?.errors(training, held_out, grid)
    };
    let tables = folds.par_iter().map(fold_errors).collect::<Result<Vec<_>, Error>>()?;
    let mut errors = Array2::zeros((grid.penalties().len(), first.n_targets()));
    tables.iter().for_each(|table| errors += table);
    Ok(Choice::lowest(grid, errors / folds.len() as f64))
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use linfa::traits::{Fit, Predict};
    use ndarray::concatenate;

    use super::*;
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
        let choice = choose(&folds(&x, &y)?, &grid)?;
        let expected = by_rows(&x, &y, &grid)?;
        assert!(distance(&expected, &choice.errors) < 1e-10);
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
        let choice = choose(&folds(&x, &y)?, &grid)?;
        assert!(choice.indices[0] < 2);
        assert_eq!((choice.indices[1], choice.errors[[0, 1]]), (0, 0.0));
        Ok(())
    }

    #[test]
    fn a_fold_serves_other_targets_of_its_rows() -> Outcome {
        let (x, y) = regression(45, 4, 2, 43);
        let shifted = concatenate(Axis(0), &[y.slice(s![20.., ..]), y.slice(s![..20, ..])])?;
        let grid = PenaltyGrid::new(vec![1.0, 100.0])?;
        let ((training, held_out), others) = (&folds(&x, &y)?[2], &folds(&x, &shifted)?[2]);
        let reused = InnerFold::new(training, held_out)?.errors(&others.0, &others.1, &grid)?;
        let fresh = InnerFold::new(&others.0, &others.1)?.errors(&others.0, &others.1, &grid)?;
        assert!(distance(&fresh, &reused) < 1e-14);
        Ok(())
    }

    #[test]
    fn the_number_of_threads_changes_not_a_bit() -> Outcome {
        let (x, y) = regression(300, 150, 300, 47);
        let grid = PenaltyGrid::logarithmic(1e-1, 1e4, 6)?;
        let with = |threads: usize| -> Result<Choice, Box<dyn std::error::Error>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| choose(&folds(&x, &y)?[..3], &grid))?)
        };
        let one = with(1)?;
        assert_eq!(one, with(2)?);
        assert_eq!(one, with(5)?);
        Ok(())
    }

    #[test]
    fn impossible_folds_are_refused() -> Outcome {
        let grid = PenaltyGrid::new(vec![1.0])?;
        assert!(matches!(choose(&[], &grid), Err(Error::NoFolds)));
        let moments = |rows, width, targets| {
            let (x, y) = regression(rows, width, targets, 53);
            Moments::of(x.view(), y.view())
        };
        assert!(matches!(choose(&[(moments(9, 2, 1)?, moments(0, 2, 1)?)], &grid), Err(Error::TooFewRows { .. })));
        assert!(matches!(choose(&[(moments(0, 2, 1)?, moments(9, 2, 1)?)], &grid), Err(Error::TooFewRows { .. })));
        assert!(matches!(choose(&[(moments(9, 2, 1)?, moments(9, 3, 1)?)], &grid), Err(Error::Columns { .. })));
        Ok(())
    }
}
