//! Nulls of models with a penalty for each band: on noise, p values must not be smaller than they say.

use gyrus_encoding::{
    BandedEncoder, Design, DesignParams, FeatureUnit, LEAST_SHIFT, RowOrder, Runs, p_value, shifts_within_runs,
};
use gyrus_ridge::{Criterion, PenaltyGrid, Search, Shares};
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const ROWS: usize = 120;
const TARGETS: usize = 4;
const DRAWS: usize = 39;
/// Autocorrelation of neighbouring rows.
const PHI: f64 = 0.7;

/// `columns` independent AR(1) series.
fn autoregressive(rng: &mut StdRng, columns: usize) -> Array2<f64> {
    let mut series = Array2::zeros((ROWS, columns));
    for mut column in series.columns_mut() {
        let mut state: f64 = rng.sample(StandardNormal);
        for value in &mut column {
            state = PHI * state + (1.0 - PHI * PHI).sqrt() * rng.sample::<f64, _>(StandardNormal);
            *value = state;
        }
    }
    series
}

/// Whether the penalties of moved responses are those of the responses themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Penalties {
    Stay,
    Anew,
}

/// p of each of some targets that have nothing to do with two bands of features.
fn p_values(seed: u64, penalties: Penalties) -> Outcome<Vec<f64>> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (one, other, y) = (autoregressive(&mut rng, 3), autoregressive(&mut rng, 5), autoregressive(&mut rng, TARGETS));
    let params = DesignParams {
        folds: 4,
        inner_folds: 3,
        gap: 0,
        penalties: PenaltyGrid::logarithmic(1e0, 1e4, 5)?,
        components: None,
        unit: FeatureUnit::Own,
        block: ROWS,
    };
    let design = Design::new(ROWS, params)?;
    let bands = [design.reduce(one.view())?, design.reduce(other.view())?];
    let encoder = BandedEncoder::new(&design, &bands, None)?;
    let search = Search { shares: Shares::draw(5, 2, seed), rounds: 1, per_round: 5, seed };
    let encode = |y: ArrayView2<f64>| encoder.encode(y, &search, Criterion::SquaredError);
    let found = encode(y.view())?;
    let orders = shifts_within_runs(&Runs::unbroken(ROWS), LEAST_SHIFT, DRAWS, seed)?;
    let moved = |order: &RowOrder| order.apply(y.view());
    let null: Vec<Array1<f64>> = match penalties {
        Penalties::Anew => {
            orders.iter().map(|order| Ok(encode(moved(order)?.view())?.scores.mean())).collect::<Outcome<_>>()?
        }
        Penalties::Stay => {
            let all = orders.iter().map(moved).collect::<Result<Vec<_>, _>>()?;
            let all = concatenate(Axis(1), &all.iter().map(Array2::view).collect::<Vec<_>>())?;
            let same: Vec<usize> = (0..all.ncols()).map(|column| column % TARGETS).collect();
            let scores = encoder.refit(all.view(), found.penalties.select(Axis(2), &same).view())?.mean();
            (0..DRAWS).map(|draw| scores.slice(s![draw * TARGETS..(draw + 1) * TARGETS]).to_owned()).collect()
        }
    };
    let observed = found.scores.mean();
    let of = |target: usize| p_value(observed[target], &null.iter().map(|draw| draw[target]).collect::<Vec<_>>());
    Ok((0..TARGETS).map(of).collect())
}

/// How often p <= .05 in `seeds` recordings.
fn rate(seeds: u64, penalties: Penalties) -> Outcome<f64> {
    let all = (0..seeds).map(|seed| p_values(seed, penalties)).collect::<Outcome<Vec<_>>>()?.concat();
    Ok(all.iter().filter(|p| **p <= 0.05 + 1e-9).count() as f64 / all.len() as f64)
}

#[test]
fn noise_is_not_found_too_often_with_penalties_that_stay() -> Outcome<()> {
    let rate = rate(250, Penalties::Stay)?;
    assert!((0.02..=0.07).contains(&rate), "p <= .05 in {rate}");
    Ok(())
}

#[test]
fn noise_is_found_as_often_as_it_should_with_penalties_chosen_anew() -> Outcome<()> {
    let rate = rate(100, Penalties::Anew)?;
    assert!((0.02..=0.08).contains(&rate), "p <= .05 in {rate}");
    Ok(())
}
