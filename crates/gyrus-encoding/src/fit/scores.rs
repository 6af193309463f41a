//! The outcome of one model on one listener, fold by fold.

use std::ops::Range;

use ndarray::{Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayView3, Axis, concatenate, s, stack};

use crate::Error;
use crate::fit::held_out::Blocks;

/// Held-out results of one model on one listener: per outer fold, the sums of blocks of neighbouring rows.
///
/// r of any set of blocks follows from the sums, so they can be resampled; no prediction is stored.
#[derive(Debug, Clone)]
pub struct FoldScores {
    pub(crate) folds: Vec<Blocks>,
    penalties: Array2<f64>,
}

impl FoldScores {
    pub(crate) fn new(folds: Vec<Blocks>, penalties: Array2<f64>) -> Self {
        Self { folds, penalties }
    }

    /// Scores of which every number is known: for each outer fold the rows of its blocks, `(blocks)`, and their sums,
    /// `(blocks, 5, targets)`, as [`Self::sums`] gives them, and the chosen penalties, `(folds, targets)`.
    ///
    /// # Errors
    /// [`Error::Entries`] if they are of different blocks, folds or targets.
    pub fn from_sums(folds: Vec<(Array1<f64>, Array3<f64>)>, penalties: Array2<f64>) -> Result<Self, Error> {
        let (n_folds, targets) = penalties.dim();
        if folds.len() != n_folds {
            return Err(Error::Entries { what: "folds of sums", found: folds.len(), expected: n_folds });
        }
        for (rows, sums) in &folds {
            let expected = (rows.len(), 5, targets);
            if sums.dim() != expected {
                let (found, expected) = (sums.len(), rows.len() * 5 * targets);
                return Err(Error::Entries { what: "sums of blocks", found, expected });
            }
        }
        Ok(Self { folds: folds.into_iter().map(|(rows, sums)| Blocks::from_sums(rows, sums)).collect(), penalties })
    }

    /// For each outer fold, the rows of its blocks, `(blocks)`, and per block and target the sums of p, y, p^2, y^2 and p y,
    /// `(blocks, 5, targets)`, for predictions p and responses y.
    pub fn sums(&self) -> impl Iterator<Item = (ArrayView1<'_, f64>, ArrayView3<'_, f64>)> {
        self.folds.iter().map(|fold| (fold.rows(), fold.sums()))
    }

    /// r per fold and target, `(folds, targets)`, each fold centred on its own held-out means.
    ///
    /// NaN where the target or the prediction is constant: undefined, not zero.
    pub fn r(&self) -> Array2<f64> {
        let rows: Vec<Array1<f64>> = self.folds.iter().map(Blocks::r).collect();
        let views: Vec<ArrayView1<f64>> = rows.iter().map(Array1::view).collect();
        stack(Axis(0), &views).expect("every fold has the same targets")
    }

    /// R^2 per fold and target, `(folds, targets)`: the share of the held-out rows' variance about their own mean that the
    /// prediction explains; below 0 where the mean would have been nearer, NaN where the target is constant.
    pub fn r2(&self) -> Array2<f64> {
        let rows: Vec<Array1<f64>> = self.folds.iter().map(Blocks::r2).collect();
        let views: Vec<ArrayView1<f64>> = rows.iter().map(Array1::view).collect();
        stack(Axis(0), &views).expect("every fold has the same targets")
    }

    /// The score of each target: the unweighted mean of r over folds.
    pub fn mean(&self) -> Array1<f64> {
        self.r().mean_axis(Axis(0)).expect("at least two folds")
    }

    /// The chosen penalty, `(folds, targets)`; 0 where nothing was penalised.
    pub fn penalties(&self) -> ArrayView2<'_, f64> {
        self.penalties.view()
    }

    /// One target alone.
    ///
    /// # Panics
    /// There is no such target.
    pub fn only(&self, target: usize) -> Self {
        self.columns(target..target + 1)
    }

    /// Some targets alone, as they stand side by side.
    ///
    /// # Panics
    /// There are no such targets.
    pub fn columns(&self, targets: Range<usize>) -> Self {
        let penalties = self.penalties.slice(s![.., targets.clone()]).to_owned();
        Self { folds: self.folds.iter().map(|fold| fold.columns(targets.clone())).collect(), penalties }
    }

    /// The results along `chosen`, `(folds)`, which names one of `layers` for each fold, as [`crate::chosen_layers`] does.
    ///
    /// # Panics
    /// `chosen` names a layer that is not there, or there are not as many choices as folds.
    pub fn chosen(layers: &[&Self], chosen: &[usize]) -> Self {
        let penalties: Vec<_> = chosen.iter().enumerate().map(|(fold, l)| layers[*l].penalties.row(fold)).collect();
        let penalties = stack(Axis(0), &penalties).expect("layers share their targets");
        let folds = chosen.iter().enumerate().map(|(fold, layer)| layers[*layer].folds[fold].clone());
        Self { folds: folds.collect(), penalties }
    }

    /// Several listeners side by side: the targets of the first, then of the second, and so on.
    /// All were scored in the same folds.
    pub fn side_by_side(listeners: &[&Self]) -> Self {
        let n_folds = listeners.first().map_or(0, |first| first.folds.len());
        let fold = |fold: usize| Blocks::side_by_side(&listeners.iter().map(|l| &l.folds[fold]).collect::<Vec<_>>());
        let penalties: Vec<_> = listeners.iter().map(|listener| listener.penalties.view()).collect();
        let penalties = concatenate(Axis(1), &penalties).expect("listeners share their folds");
        Self { folds: (0..n_folds).map(fold).collect(), penalties }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::{Design, DesignParams, FeatureUnit, encode};

    #[test]
    fn a_choice_takes_whole_folds() -> Result<(), Error> {
        let x = |width: usize| Array2::from_shape_fn((30, width), |(i, j)| ((i * 3 + 5 * j * j) as f64).sin());
        let y = Array2::from_shape_fn((30, 2), |(i, j)| ((i * 2 + j) as f64).cos());
        let penalties = gyrus_ridge::PenaltyGrid::logarithmic(1.0, 100.0, 3)?;
        let unit = FeatureUnit::Own;
        let params = DesignParams { folds: 3, inner_folds: 2, gap: 0, penalties, components: None, unit, block: 5 };
        let design = Design::new(30, params)?;
        let layer = |width| encode(&design, &design.reduce(x(width).view())?, None, y.view());
        let (one, other) = (layer(1)?, layer(4)?);
        let along = FoldScores::chosen(&[&one, &other], &[1, 0, 1]);
        for (fold, layer) in [&other, &one, &other].into_iter().enumerate() {
            assert_eq!(along.r2().row(fold), layer.r2().row(fold));
            assert_eq!(along.penalties().row(fold), layer.penalties().row(fold));
        }
        Ok(())
    }

    #[test]
    fn scores_come_back_from_their_sums() -> Result<(), Error> {
        let fold = |n: usize| {
            (Array1::from_elem(n, 5.0), Array3::from_shape_fn((n, 5, 2), |(i, j, k)| (i + 2 * j * k) as f64))
        };
        let folds = vec![fold(3), fold(2)];
        let scores = FoldScores::from_sums(folds.clone(), Array2::ones((2, 2)))?;
        let found: Vec<_> = scores.sums().map(|(rows, sums)| (rows.to_owned(), sums.to_owned())).collect();
        assert_eq!(found, folds);
        assert!(FoldScores::from_sums(folds.clone(), Array2::ones((3, 2))).is_err());
        assert!(FoldScores::from_sums(folds, Array2::ones((2, 3))).is_err());
        Ok(())
    }
}
