//! Whether the best models are more alike than the worst.

use std::collections::HashSet;

use ndarray::ArrayView2;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::error::Error;

/// Mean similarities of the k best models with each other, of the k worst, and between the two.
#[derive(Debug, Clone, PartialEq)]
pub struct Convergence {
    /// The best models, best first.
    pub best: Vec<usize>,
    /// The worst models, worst first.
    pub worst: Vec<usize>,
    /// Mean over pairs of the best.
    pub within_best: f64,
    /// Mean over pairs of the worst.
    pub within_worst: f64,
    /// Mean over pairs of one of the best and one of the worst.
    pub between: f64,
    /// One-sided p of `within_best` - `within_worst`: the share of the ways to call k models the best and k others the
    /// worst with a difference at least as large.
    pub p: f64,
    /// How many such ways were looked at, the observed one among them.
    pub assignments: usize,
}

/// Compares the `k` best models with the `k` worst, by `quality` (more is better; the lower index of two that are equal).
///
/// `similarity` (models, models) is symmetric; pairs that are undefined are left out of the means. The test permutes
/// models, not pairs: pairs that share a model are not independent. All assignments of best and worst are taken where
/// there are at most `draws`, otherwise so many at random, decided by `seed`.
///
/// # Errors
/// [`Error::Models`] if k is less than 2 or there are fewer than 2 k models of known quality.
///
/// # Panics
/// `similarity` is not of as many models as there are qualities.
pub fn convergence(
    similarity: ArrayView2<f64>,
    quality: &[f64],
    k: usize,
    draws: usize,
    seed: u64,
) -> Result<Convergence, Error> {
    assert_eq!(similarity.dim(), (quality.len(), quality.len()), "a quality for each model");
    let mut order: Vec<usize> = (0..quality.len()).filter(|model| !quality[*model].is_nan()).collect();
    order.sort_by(|a, b| quality[*b].total_cmp(&quality[*a]));
    if k < 2 || order.len() < 2 * k {
        return Err(Error::Models { k, models: order.len() });
    }
    let (best, worst) = (order[..k].to_vec(), order.iter().rev().take(k).copied().collect::<Vec<_>>());
    let difference = |best: &[usize], worst: &[usize]| within(similarity, best) - within(similarity, worst);
    let observed = difference(&best, &worst);
    let others = assignments(&order, k, draws, seed);
    // Sums in another order differ by rounding.
    let as_large = others.iter().filter(|(best, worst)| difference(best, worst) >= observed - 1e-12).count();
    let p = match others.len() {
        _ if observed.is_nan() => f64::NAN,
        // All assignments hold the observed one; drawn ones do not count it.
        all if all == count(order.len(), k) => as_large as f64 / all as f64,
        drawn => (1 + as_large) as f64 / (1 + drawn) as f64,
    };
    Ok(Convergence {
        within_best: within(similarity, &best),
        within_worst: within(similarity, &worst),
        between: mean(best.iter().flat_map(|a| worst.iter().map(move |b| (*a, *b))).map(|pair| similarity[pair])),
        p,
        assignments: others.len(),
        best,
        worst,
    })
}

/// Mean over pairs of different `models`.
fn within(similarity: ArrayView2<f64>, models: &[usize]) -> f64 {
    mean(
        models
            .iter()
            .enumerate()
            .flat_map(|(i, a)| models[..i].iter().map(move |b| (*a, *b)))
            .map(|pair| similarity[pair]),
    )
}

/// Mean of what is defined.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (n, sum) = values.filter(|value| !value.is_nan()).fold((0, 0.0), |(n, sum), value| (n + 1, sum + value));
    sum / f64::from(n)
}

/// Ways to choose k of n and k of the others.
fn count(n: usize, k: usize) -> usize {
    let choose = |n: usize, k: usize| (0..k).fold(1_usize, |ways, i| ways.saturating_mul(n - i) / (i + 1));
    choose(n, k).saturating_mul(choose(n - k, k))
}

/// Pairs of `k` models and `k` others: all of them in order, or `draws` different ones.
fn assignments(models: &[usize], k: usize, draws: usize, seed: u64) -> Vec<(Vec<usize>, Vec<usize>)> {
    if count(models.len(), k) <= draws {
        let all = subsets(models, k).into_iter().flat_map(|best| {
            let others: Vec<usize> = models.iter().filter(|model| !best.contains(model)).copied().collect();
            subsets(&others, k).into_iter().map(move |worst| (best.clone(), worst))
        });
        return all.collect();
    }
    let (mut rng, mut order, mut seen) = (StdRng::seed_from_u64(seed), models.to_vec(), HashSet::new());
    let mut drawn = Vec::new();
    while drawn.len() < draws {
        order.shuffle(&mut rng);
        let (mut best, mut worst) = (order[..k].to_vec(), order[k..2 * k].to_vec());
        best.sort_unstable();
        worst.sort_unstable();
        if seen.insert((best.clone(), worst.clone())) {
            drawn.push((best, worst));
        }
    }
    drawn
}

/// All ways to choose `k` of `models`.
fn subsets(models: &[usize], k: usize) -> Vec<Vec<usize>> {
    match (k, models.split_first()) {
        (0, _) => vec![Vec::new()],
        (_, None) => Vec::new(),
        (_, Some((first, rest))) => {
            let with = subsets(rest, k - 1).into_iter().map(|chosen| [&[*first], chosen.as_slice()].concat());
            with.chain(subsets(rest, k)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Array2;
    use rand::Rng;

    use super::*;

    /// Models whose similarity with each other grows with their quality.
    fn converging(models: usize) -> (Array2<f64>, Vec<f64>) {
        let quality: Vec<f64> = (0..models).map(|model| model as f64).collect();
        (Array2::from_shape_fn((models, models), |(a, b)| (a + b) as f64 / 20.0), quality)
    }

    #[test]
    fn best_models_that_are_most_alike_are_one_of_all_assignments() -> Result<(), Error> {
        let (similarity, quality) = converging(8);
        let found = convergence(similarity.view(), &quality, 3, 1000, 1)?;
        assert_eq!((found.best, found.worst), (vec![7, 6, 5], vec![0, 1, 2]));
        assert_abs_diff_eq!(found.within_best, 12.0 / 20.0, epsilon = 1e-12);
        assert_abs_diff_eq!(found.within_worst, 2.0 / 20.0, epsilon = 1e-12);
        assert_abs_diff_eq!(found.between, 7.0 / 20.0, epsilon = 1e-12);
        assert_eq!(found.assignments, 560);
        assert_abs_diff_eq!(found.p, 1.0 / 560.0, epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn too_many_assignments_are_drawn() -> Result<(), Error> {
        let (similarity, quality) = converging(12);
        let found = convergence(similarity.view(), &quality, 5, 199, 1)?;
        assert_eq!(found.assignments, 199);
        assert!(found.p >= 1.0 / 200.0 && found.p < 0.05);
        Ok(())
    }

    /// Similarities that have nothing to do with quality: p is uniform.
    #[test]
    fn quality_without_meaning_is_called_significant_as_often_as_said() -> Result<(), Error> {
        let mut rng = StdRng::seed_from_u64(5);
        let mut rejected = 0;
        for seed in 0..400 {
            let own: Vec<f64> = (0..7).map(|_| rng.random()).collect();
            let similarity = Array2::from_shape_fn((7, 7), |(a, b)| own[a] * own[b]);
            let quality: Vec<f64> = (0..7).map(|_| rng.random()).collect();
            rejected += usize::from(convergence(similarity.view(), &quality, 2, 1000, seed)?.p <= 0.05);
        }
        // 20 of 400 expected, with a standard error of 4.4.
        assert!((8..=33).contains(&rejected), "{rejected} of 400");
        Ok(())
    }

    #[test]
    fn models_without_quality_do_not_count_and_too_few_are_refused() {
        let (similarity, mut quality) = converging(5);
        quality[4] = f64::NAN;
        assert_eq!(convergence(similarity.view(), &quality, 3, 10, 1), Err(Error::Models { k: 3, models: 4 }));
        assert_eq!(convergence(similarity.view(), &quality, 1, 10, 1), Err(Error::Models { k: 1, models: 4 }));
        assert_eq!(convergence(similarity.view(), &quality, 2, 10, 1).map(|found| found.best), Ok(vec![3, 2]));
    }
}
