//! Ridge with one penalty for each band of features and each target, found by random search and refinement.
//!
//! argmin over A, B of ||Y - C A - sum_b P_b B_b||^2 + sum_b a_b ||B_b||^2: with a_b = a / g_b this is ridge with one
//! penalty a of features sqrt(g_b) P_b (Dupré la Tour et al. 2022), and scaled features have scaled moments.

use std::collections::BTreeMap;

use std::borrow::Cow;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rayon::prelude::*;

use crate::axes::Axes;
use crate::bands::{Bands, Shares};
use crate::choice::Choice;
use crate::error::Error;
use crate::feature_sums::FeatureSums;
use crate::finite;
use crate::grid::PenaltyGrid;
use crate::inner_fold::InnerFold;
use crate::means::column_means;
use crate::ridge::Ridge;
use crate::row_groups::{FoldSums, NestedFold, RowGroups};
use crate::rule::{Criterion, Rule};
use crate::scaled::Scaled;
use crate::target_sums::TargetSums;
use crate::trial::Trial;

/// How shares are looked for: those given first, then some near the best of each round.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// Shares to try first, at least one.
    pub shares: Vec<Shares>,
    /// Rounds of refinement; the n-th moves shares by about e^(1 / 2^n).
    pub rounds: usize,
    /// Shares that a round tries: near those that are best for most targets.
    pub per_round: usize,
    /// Decides the moves.
    pub seed: u64,
}

/// Features in bands, summed over the sets of nested folds.
#[derive(Debug, Clone)]
pub struct Banded {
    x: Array2<f64>,
    mean_x: Array1<f64>,
    n_free: usize,
    bands: Bands,
    groups: RowGroups,
    folds: Vec<FoldSums<FeatureSums>>,
}

/// What the search found in one outer fold.
#[derive(Debug, Clone, PartialEq)]
pub struct BandedFitted {
    /// The penalty of every band for every target (bands, t).
    pub penalties: Array2<f64>,
    /// The mean loss of that choice over the inner folds (t).
    pub losses: Array1<f64>,
    /// The fit to all training rows, weights in the features' own units.
    pub ridge: Ridge,
}

/// How far shares that were computed from penalties may lie from each other and still be the same: rounding.
const SAME_SHARE: f64 = 1e-12;

/// The best of what was tried so far, for each target.
struct Best {
    losses: Array1<f64>,
    /// Index into the shares tried.
    shares: Vec<usize>,
    penalties: Array1<f64>,
}

impl Banded {
    /// Sums features `x` (n, p), the first `n_free` without a penalty and the others in `bands`, over `folds`.
    ///
    /// # Errors
    /// A value is not finite, the bands are of another number of features, or a fold is impossible.
    pub fn new(x: ArrayView2<f64>, n_free: usize, bands: Bands, folds: &[NestedFold]) -> Result<Self, Error> {
        finite::check("features", x)?;
        finite::check_columns("features with a band or free", bands.n_features() + n_free, x.ncols())?;
        let mean_x = column_means(x)?;
        let x = &x - &mean_x;
        let groups = RowGroups::of(x.nrows(), folds.iter())?;
        let sums = groups.features(x.view());
        let folds = (0..folds.len()).map(|at| groups.sets(&sums, at).all()).collect::<Result<_, _>>()?;
        Ok(Self { x, mean_x, n_free, bands, groups, folds })
    }

    /// For each outer fold the penalties of every target of `y` (n, t), chosen in its inner folds, and the fit.
    ///
    /// # Errors
    /// `y` has another number of rows, a value is not finite, a fold has no inner fold, or shares are missing or of
    /// another number of bands.
    pub fn fit(
        &self,
        y: ArrayView2<f64>,
        search: &Search,
        grid: &PenaltyGrid,
        criterion: Criterion,
    ) -> Result<Vec<BandedFitted>, Error> {
        finite::check_targets(y, self.x.nrows())?;
        for shares in &search.shares {
            finite::check_columns("bands with a share", shares.values().len(), self.bands.n_bands())?;
        }
        let mean_y = column_means(y)?;
        let sums = self.groups.targets(self.x.view(), y, mean_y.view());
        let fold = |(at, features): (usize, &FoldSums<FeatureSums>)| {
            let targets = self.groups.sets(&sums, at).all()?;
            let (best, tried) = self.search(features, &targets, search, grid, criterion)?;
            self.fit_all(features, &targets.training, mean_y.view(), &best, &tried)
        };
        self.folds.iter().enumerate().map(fold).collect()
    }

    /// The fit of every outer fold to `y` (n, t) with given penalties, one matrix (bands, t) for each fold.
    ///
    /// Targets whose penalties are in the same proportion share a decomposition, so many responses with the penalties of a
    /// few cost little more than those.
    ///
    /// # Errors
    /// `y` has another number of rows, a value is not finite, penalties are not positive and finite, or of other folds,
    /// bands or targets.
    pub fn refit(&self, y: ArrayView2<f64>, penalties: &[ArrayView2<f64>]) -> Result<Vec<Ridge>, Error> {
        finite::check_targets(y, self.x.nrows())?;
        finite::check_columns("outer folds with penalties", penalties.len(), self.folds.len())?;
        for penalties in penalties {
            finite::check_columns("bands with a penalty", penalties.nrows(), self.bands.n_bands())?;
            finite::check_columns("targets with penalties", penalties.ncols(), y.ncols())?;
        }
        let mean_y = column_means(y)?;
        let sums = self.groups.targets(self.x.view(), y, mean_y.view());
        let fold = |(at, (features, penalties)): (usize, (&FoldSums<FeatureSums>, &ArrayView2<f64>))| {
            let targets = self.groups.sets(&sums, at).all()?;
            let (best, tried) = Best::given(*penalties)?;
            Ok(self.fit_all(features, &targets.training, mean_y.view(), &best, &tried)?.ridge)
        };
        self.folds.iter().zip(penalties).enumerate().map(fold).collect()
    }

    fn search(
        &self,
        features: &FoldSums<FeatureSums>,
        targets: &FoldSums<TargetSums>,
        search: &Search,
        grid: &PenaltyGrid,
        criterion: Criterion,
    ) -> Result<(Best, Vec<Shares>), Error> {
        let mut rng = StdRng::seed_from_u64(search.seed);
        let (mut tried, mut best): (Vec<Shares>, Option<Best>) = (Vec::new(), None);
        for round in 0..=search.rounds {
            let shares = match &best {
                None => search.shares.clone(),
                Some(best) => best.neighbours(&tried, search.per_round, 0.5_f64.powi(round as i32), &mut rng),
            };
            let choose = |shares: &Shares| self.choose(features, targets, shares, grid, criterion);
            let choices = shares.par_iter().map(choose).collect::<Result<Vec<_>, Error>>()?;
            for (shares, choice) in shares.into_iter().zip(choices) {
                best = Some(Best::of(best, &choice, tried.len()));
                tried.push(shares);
            }
        }
        best.map(|best| (best, tried)).ok_or(Error::NoShares)
    }

    /// The best penalty of each target with given shares.
    fn choose(
        &self,
        features: &FoldSums<FeatureSums>,
        targets: &FoldSums<TargetSums>,
        shares: &Shares,
        grid: &PenaltyGrid,
        criterion: Criterion,
    ) -> Result<Choice, Error> {
        let d = self.bands.scales(shares, self.n_free);
        let trials = features.inner.iter().zip(&targets.inner).map(|(features, targets)| {
            let fold = InnerFold::new(&features.0.scaled(d.view()), &features.1.scaled(d.view()), self.n_free, None)?;
            Trial::new(Cow::Owned(fold), &targets.0.scaled(d.view()), &targets.1.scaled(d.view()))
        });
        let rule = Rule { criterion, ..Rule::default() };
        Choice::of(grid, &trials.collect::<Result<Vec<_>, Error>>()?, &rule)
    }

    /// The fit to all training rows, for all targets with the same shares at once.
    fn fit_all(
        &self,
        features: &FoldSums<FeatureSums>,
        targets: &TargetSums,
        mean_y: ArrayView1<f64>,
        best: &Best,
        tried: &[Shares],
    ) -> Result<BandedFitted, Error> {
        let n = features.training.n;
        let products = targets.products_centred(&features.training.centre())?;
        let mut weights = Array2::zeros(products.dim());
        let mut penalties = Array2::zeros((self.bands.n_bands(), products.ncols()));
        for (shares, members) in best.members() {
            let d = self.bands.scales(&tried[shares], self.n_free);
            let axes = Axes::of(features.training.scaled(d.view()).centred()?.view(), self.n_free)?;
            let column = d.view().insert_axis(Axis(1));
            let z = axes.turn((&products.select(Axis(1), &members) * &column).view());
            let fitted = axes.weights(z, best.penalties.select(Axis(0), &members).view()) * column;
            for (&member, fitted) in members.iter().zip(fitted.columns()) {
                weights.column_mut(member).assign(&fitted);
                penalties.column_mut(member).assign(&tried[shares].penalties(best.penalties[member]));
            }
        }
        let mean_x = &self.mean_x + &features.training.mean()?;
        let ridge = Ridge::new(weights, mean_x, targets.mean(n)? + mean_y);
        Ok(BandedFitted { penalties, losses: best.losses.clone(), ridge })
    }
}

impl Best {
    /// The better of what was best and `choice`, made with the shares of index `index`; of equals the former.
    fn of(best: Option<Self>, choice: &Choice, index: usize) -> Self {
        let losses = choice.lowest();
        let Some(mut best) = best else {
            return Self { shares: vec![index; losses.len()], penalties: choice.penalties.clone(), losses };
        };
        for (target, &loss) in losses.iter().enumerate() {
            if loss < best.losses[target] {
                best.losses[target] = loss;
                best.shares[target] = index;
                best.penalties[target] = choice.penalties[target];
            }
        }
        best
    }

    /// Given penalties (bands, t) as shares and what they divide: g_b = a / a_b with 1 / a = sum over b of 1 / a_b.
    fn given(penalties: ArrayView2<f64>) -> Result<(Self, Vec<Shares>), Error> {
        let mut tried: Vec<Shares> = Vec::new();
        let mut shares = Vec::with_capacity(penalties.ncols());
        for own in penalties.columns() {
            let own = Shares::new(own.mapv(f64::recip).view())?;
            let alike = |other: &Shares| (&own.values() - &other.values()).iter().all(|d| d.abs() < SAME_SHARE);
            shares.push(tried.iter().position(alike).unwrap_or(tried.len()));
            if shares.last() == Some(&tried.len()) {
                tried.push(own);
            }
        }
        let penalties = penalties.map_axis(Axis(0), |own| own.mapv(f64::recip).sum().recip());
        Ok((Self { losses: Array1::from_elem(shares.len(), f64::NAN), shares, penalties }, tried))
    }

    /// The targets of each of the shares that are best for any.
    fn members(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (target, &shares) in self.shares.iter().enumerate() {
            members.entry(shares).or_default().push(target);
        }
        members
    }

    /// `n` new shares near those that are best for most targets, taken in turn.
    fn neighbours(&self, tried: &[Shares], n: usize, width: f64, rng: &mut StdRng) -> Vec<Shares> {
        let mut winners: Vec<(usize, usize)> = self.members().into_iter().map(|(i, m)| (m.len(), i)).collect();
        winners.sort_by_key(|&(members, i)| (std::cmp::Reverse(members), i));
        winners.iter().cycle().take(n).map(|&(_, i)| tried[i].near(width, rng)).collect()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{array, s};

    use super::*;
    use crate::nested::Nested;
    use crate::row_groups::InnerRows;
    use crate::samples::{distance, gaussian, regression};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn folds() -> Vec<NestedFold> {
        let inner = |held: std::ops::Range<usize>| InnerRows {
            training: [0..held.start, held.end..60].into_iter().filter(|rows| !rows.is_empty()).collect(),
            held_out: vec![held],
        };
        vec![NestedFold { training: std::iter::once(0..60).collect(), inner: vec![inner(0..30), inner(30..60)] }]
    }

    fn search(shares: Vec<Shares>, rounds: usize) -> Search {
        Search { shares, rounds, per_round: 6, seed: 3 }
    }

    #[test]
    fn a_refit_with_the_penalties_found_is_the_fit() -> Outcome {
        let (x, y) = regression(80, 7, 5, 104);
        let grid = PenaltyGrid::logarithmic(1e-1, 1e3, 5)?;
        let banded = Banded::new(x.view(), 1, Bands::side_by_side(&[4, 2])?, &folds())?;
        let found = &banded.fit(y.view(), &search(Shares::draw(6, 2, 1), 1), &grid, Criterion::SquaredError)?[0];
        let again = &banded.refit(y.view(), &[found.penalties.view()])?[0];
        assert!(distance(&found.ridge.weights().to_owned(), &again.weights().to_owned()) < 1e-10);
        assert!(banded.refit(y.view(), &[]).is_err());
        assert!(banded.refit(y.view(), &[(&found.penalties * 0.0).view()]).is_err());
        Ok(())
    }

    #[test]
    fn equal_shares_are_one_penalty_for_all() -> Outcome {
        let (x, y) = regression(80, 7, 3, 103);
        let grid = PenaltyGrid::logarithmic(1e-1, 1e3, 5)?;
        let doubled = PenaltyGrid::new(grid.penalties().iter().map(|a| 2.0 * a).collect())?;
        let banded = Banded::new(x.view(), 1, Bands::side_by_side(&[4, 2])?, &folds())?;
        let found = &banded.fit(y.view(), &search(vec![Shares::equal(2)], 0), &grid, Criterion::SquaredError)?[0];
        let expected = &Nested::new(x.view(), 1, &folds())?.fit(y.view(), &doubled, &Rule::default())?[0];
        assert!(distance(&expected.ridge.weights().to_owned(), &found.ridge.weights().to_owned()) < 1e-10);
        assert!(distance(&expected.choice.penalties, &found.penalties.row(0).to_owned()) < 1e-10);
        assert!(distance(&expected.choice.lowest(), &found.losses) < 1e-10);
        Ok(())
    }

    #[test]
    fn weights_solve_the_normal_equations_of_the_chosen_penalties() -> Outcome {
        let (x, y) = regression(60, 6, 2, 107);
        let shares = vec![Shares::new(array![1.0, 9.0].view())?];
        let banded = Banded::new(x.view(), 0, Bands::new(vec![0, 1, 0, 1, 1, 0])?, &folds())?;
        let found =
            &banded.fit(y.view(), &search(shares, 0), &PenaltyGrid::new(vec![5.0])?, Criterion::SquaredError)?[0];
        assert!(distance(&array![[50.0, 50.0], [50.0 / 9.0, 50.0 / 9.0]], &found.penalties) < 1e-12);
        let (x, y) = (&x - &found.ridge.mean_x(), &y - &found.ridge.mean_y());
        let b = found.ridge.weights();
        // X'(Y - X B) = D B
        let left = x.t().dot(&(&y - &x.dot(&b)));
        let d = array![50.0, 50.0 / 9.0, 50.0, 50.0 / 9.0, 50.0 / 9.0, 50.0].insert_axis(Axis(1));
        assert!(distance(&left, &(&b * &d)) < 1e-10);
        Ok(())
    }

    #[test]
    fn a_band_of_noise_is_given_a_large_penalty_and_refinement_never_hurts() -> Outcome {
        let (x, noise) = (gaussian(60, 3, 109), gaussian(60, 20, 113));
        let y = x.dot(&gaussian(3, 2, 127)) + 0.3 * gaussian(60, 2, 131);
        let both = ndarray::concatenate![Axis(1), x, noise];
        let banded = Banded::new(both.view(), 0, Bands::side_by_side(&[3, 20])?, &folds())?;
        let fit = |rounds| {
            let grid = PenaltyGrid::logarithmic(1e-2, 1e3, 6)?;
            banded.fit(y.view(), &search(Shares::draw(10, 2, 5), rounds), &grid, Criterion::SquaredError)
        };
        let (first, refined) = (&fit(0)?[0], &fit(3)?[0]);
        for target in 0..2 {
            assert!(first.penalties[[1, target]] > 5.0 * first.penalties[[0, target]]);
            assert!(refined.losses[target] <= first.losses[target]);
        }
        assert_eq!(refined, &fit(3)?[0]);
        Ok(())
    }

    #[test]
    fn impossible_requests_are_refused() -> Outcome {
        let (x, y) = regression(60, 6, 2, 137);
        let bands = Bands::side_by_side(&[3, 3])?;
        assert!(matches!(Banded::new(x.view(), 1, bands.clone(), &folds()), Err(Error::Columns { .. })));
        let banded = Banded::new(x.view(), 0, bands, &folds())?;
        let grid = PenaltyGrid::new(vec![1.0])?;
        let fit = |shares| banded.fit(y.view(), &search(shares, 0), &grid, Criterion::SquaredError);
        assert!(matches!(fit(vec![]), Err(Error::NoShares)));
        assert!(matches!(fit(vec![Shares::equal(3)]), Err(Error::Columns { .. })));
        let short = y.slice(s![..50, ..]);
        let found = banded.fit(short, &search(vec![Shares::equal(2)], 0), &grid, Criterion::SquaredError);
        assert!(matches!(found, Err(Error::Rows { .. })));
        Ok(())
    }
}
