//! Encoding on simulated recordings with a known answer.

use approx::assert_abs_diff_eq;
use gyrus_encoding::{
    Bootstrap, Design, DesignParams, Error, FeatureUnit, FoldScores, Profile, Weights, baseline, circular_shifts,
    encode, refit, shifted,
};
use gyrus_ridge::PenaltyGrid;
use ndarray::{Array2, Axis, concatenate, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

const ROWS: usize = 360;

/// A recording with a known answer: responses = signal x features + controls + autocorrelated noise.
struct Simulation {
    features: Array2<f64>,
    controls: Array2<f64>,
    responses: Array2<f64>,
}

/// `columns` independent AR(1) series with coefficient `phi` and variance 1.
fn autoregressive(rng: &mut StdRng, phi: f64, columns: usize) -> Array2<f64> {
    let mut series = Array2::zeros((ROWS, columns));
    for mut column in series.columns_mut() {
        let mut state: f64 = rng.sample(StandardNormal);
        for value in &mut column {
            state = phi * state + (1.0 - phi * phi).sqrt() * rng.sample::<f64, _>(StandardNormal);
            *value = state;
        }
    }
    series
}

fn simulate(seed: u64, signal: f64) -> Simulation {
    let mut rng = StdRng::seed_from_u64(seed);
    let features = autoregressive(&mut rng, 0.7, 20);
    let controls = autoregressive(&mut rng, 0.7, 2);
    let mut responses = autoregressive(&mut rng, 0.7, 3);
    for target in 0..3 {
        responses.column_mut(target).scaled_add(signal, &features.column(target));
        responses.column_mut(target).scaled_add(0.5, &controls.column(0));
    }
    Simulation { features, controls, responses }
}

fn design(components: Option<usize>, first: f64, last: f64) -> Result<Design, Error> {
    let penalties = PenaltyGrid::logarithmic(first, last, 9)?;
    let unit = FeatureUnit::RootMeanVariance;
    Design::new(ROWS, DesignParams { folds: 6, inner_folds: 5, gap: 10, penalties, components, unit, block: 15 })
}

/// Mean over folds and targets of joint and of control scores.
fn check(simulation: &Simulation, design: &Design) -> Result<(FoldScores, FoldScores), Error> {
    let reduced = design.reduce(simulation.features.view())?;
    let controls = simulation.controls.view();
    let joint = encode(design, &reduced, Some(controls), simulation.responses.view())?;
    Ok((joint, baseline(design, controls, simulation.responses.view())?))
}

#[test]
fn a_huge_penalty_gives_back_the_controls_of_linfa() -> Result<(), Error> {
    let (joint, controls) = check(&simulate(1, 1.0), &design(Some(10), 1e14, 1e15)?)?;
    assert_abs_diff_eq!(joint.r(), controls.r(), epsilon = 1e-9);
    Ok(())
}

#[test]
fn a_planted_signal_is_found_beyond_the_controls() -> Result<(), Error> {
    let (joint, controls) = check(&simulate(2, 1.0), &design(None, 1e-1, 1e5)?)?;
    assert!((joint.mean() - controls.mean()).iter().all(|difference| *difference > 0.2));
    Ok(())
}

/// The same scores from explicit loops over rows: residuals of controls by the normal equations, then ridge.
#[test]
fn equals_the_definition_with_explicit_columns() -> Result<(), Box<dyn std::error::Error>> {
    let simulation = simulate(3, 0.7);
    let design = design(None, 5.0, 5.0)?;
    let (joint, _) = check(&simulation, &design)?;
    // Ridge with the controls as columns so large that their penalty vanishes is the same model.
    let inflated = &simulation.controls * 1e5;
    for (fold, plan) in design.folds().iter().enumerate() {
        let train: Vec<usize> = plan.train.iter().cloned().flatten().collect();
        let test: Vec<usize> = plan.test.iter().cloned().flatten().collect();
        let features =
            &simulation.features - &simulation.features.select(Axis(0), &train).mean_axis(Axis(0)).ok_or("rows")?;
        let scale = features.select(Axis(0), &train).mapv(|v| v * v).mean().ok_or("rows")?.sqrt();
        let x = concatenate![Axis(1), features / scale, inflated];
        let fit = |rows: &[usize]| x.select(Axis(0), rows);
        let dataset = linfa::Dataset::new(fit(&train), simulation.responses.select(Axis(0), &train));
        let ridge = linfa::traits::Fit::fit(&gyrus_ridge::Ridge::params().penalty(5.0), &dataset)?;
        let predicted = fit(&test).dot(&ridge.weights()) + ridge.intercept();
        let observed = simulation.responses.select(Axis(0), &test);
        for target in 0..3 {
            let expected = gyrus_encoding::correlation(predicted.column(target), observed.column(target));
            assert_abs_diff_eq!(joint.r()[[fold, target]], expected, epsilon = 1e-6);
        }
    }
    Ok(())
}

#[test]
fn held_out_rows_are_never_seen() -> Result<(), Error> {
    let simulation = simulate(4, 0.5);
    let design = design(Some(10), 1e-1, 1e5)?;
    let reduced = design.reduce(simulation.features.view())?;
    let penalties = encode(&design, &reduced, None, simulation.responses.view())?.penalties().row(0).to_owned();
    // Fold 0 holds out the first 60 rows and purges 10 more: nothing there may change what is learnt.
    let mut responses = simulation.responses.clone();
    responses.slice_mut(s![..70, ..]).mapv_inplace(|v| 100.0 - v);
    let mut features = simulation.features.clone();
    features.slice_mut(s![..70, ..]).mapv_inplace(|v| -3.0 * v);
    let again = encode(&design, &design.reduce(features.view())?, None, responses.view())?;
    assert_eq!(again.penalties().row(0), penalties);
    Ok(())
}

#[test]
fn a_shifted_recording_scores_nothing() -> Result<(), Error> {
    let design = design(Some(10), 1e-1, 1e5)?;
    let (mut sum, mut n) = (0.0, 0.0);
    for seed in 0..8 {
        let simulation = simulate(100 + seed, 1.0);
        let reduced = design.reduce(simulation.features.view())?;
        for shift in circular_shifts(ROWS, 40, 4, seed) {
            let scores = encode(&design, &reduced, None, shifted(simulation.responses.view(), shift).view())?;
            sum += scores.mean().sum();
            n += 3.0;
        }
    }
    assert!((sum / n).abs() < 0.03, "mean r of shifted recordings: {}", sum / n);
    Ok(())
}

/// Features without any stimulus, one smooth bump per position: with contiguous folds and a gap they must score nothing.
#[test]
fn position_alone_predicts_nothing() -> Result<(), Error> {
    let bumps = Array2::from_shape_fn((ROWS, ROWS / 4), |(row, bump)| {
        (-0.5 * ((row as f64 - 4.0 * bump as f64) / 2.5).powi(2)).exp()
    });
    let penalties = PenaltyGrid::logarithmic(1e-2, 1e4, 7)?;
    let params = DesignParams {
        folds: 5,
        inner_folds: 4,
        gap: 30,
        penalties,
        components: None,
        unit: FeatureUnit::Own,
        block: 15,
    };
    let design = Design::new(ROWS, params)?;
    let reduced = design.reduce(bumps.view())?;
    let mut rng = StdRng::seed_from_u64(5);
    let noise = autoregressive(&mut rng, 0.9, 200);
    let r = encode(&design, &reduced, None, noise.view())?.r();
    let defined: Vec<f64> = r.iter().copied().filter(|r| !r.is_nan()).collect();
    let mean = defined.iter().sum::<f64>() / defined.len().max(1) as f64;
    assert!(mean.abs() < 0.03, "{mean}");
    Ok(())
}

#[test]
fn a_constant_target_is_undefined_and_hurts_no_other() -> Result<(), Error> {
    let simulation = simulate(6, 1.0);
    let design = design(Some(10), 1e-1, 1e5)?;
    let reduced = design.reduce(simulation.features.view())?;
    let mut responses = simulation.responses.clone();
    responses.column_mut(1).fill(7.0);
    let with = encode(&design, &reduced, Some(simulation.controls.view()), responses.view())?.mean();
    let without = encode(&design, &reduced, Some(simulation.controls.view()), simulation.responses.view())?.mean();
    assert!(with[1].is_nan());
    assert_abs_diff_eq!(with[0], without[0], epsilon = 1e-12);
    Ok(())
}

#[test]
fn refitting_with_the_chosen_penalties_changes_nothing() -> Result<(), Error> {
    let simulation = simulate(7, 0.8);
    let design = design(Some(10), 1e-1, 1e5)?;
    let reduced = design.reduce(simulation.features.view())?;
    let scores = encode(&design, &reduced, Some(simulation.controls.view()), simulation.responses.view())?;
    let controls = Some(simulation.controls.view());
    let again = refit(&design, &reduced, controls, simulation.responses.view(), scores.penalties())?;
    assert_abs_diff_eq!(again.r(), scores.r(), epsilon = 1e-12);
    Ok(())
}

/// A predictor with known r on endless data: its interval must hold that r about 95 times in 100.
#[test]
fn bootstrap_intervals_hold_the_true_difference() -> Result<(), Error> {
    let design = design(None, 1e15, 1e15)?;
    let (runs, mut inside) = (200, 0);
    for seed in 0..runs {
        // Both models are their controls alone: the first sees column 0, the second column 1, equally good by design.
        let mut rng = StdRng::seed_from_u64(1000 + seed);
        let parts = autoregressive(&mut rng, 0.6, 3);
        let response = (&parts.column(0) + &parts.column(1) + parts.column(2)).insert_axis(Axis(1));
        let model = |column: usize| baseline(&design, parts.slice(s![.., column..=column]), response.view());
        let (a, b) = (model(0)?, model(1)?);
        let bootstrap = Bootstrap::new(&a, 400, seed);
        let mean = [Weights::mean(1, 400)];
        let score = |scores: &FoldScores| Profile::new([scores], &bootstrap, &mean)[0].layer(0);
        let interval = score(&a).minus(&score(&b)).estimate(&bootstrap);
        inside += usize::from(interval.low <= 0.0 && 0.0 <= interval.high);
    }
    // 1873 of 2000 runs (93.7 %) were inside when this was written; 200 runs leave a binomial margin.
    assert!((176..=200).contains(&inside), "{inside} of {runs}");
    Ok(())
}
