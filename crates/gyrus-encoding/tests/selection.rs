//! Electrodes that answer are found, those that do not are called significant as often as they should be.
//!
//! The figures in docs/METHODS.md come from `measure`, which is run by hand:
//! `cargo test --release -p gyrus-encoding --test selection -- --ignored --nocapture`.

use gyrus_encoding::{Contrast, Error, Lags, Quiet, Selection, SelectionParams, Side};
use gyrus_types::{Interval, Sampling};
use ndarray::{Array2, ArrayViewMut1, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RATE: f64 = 50.0;

/// Words of .2 to .4 s, each tenth followed by a pause of .8 to 2.5 s, over `seconds`.
fn story(seconds: f64, seed: u64) -> Result<Vec<Interval>> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut words, mut time) = (Vec::new(), 1.0);
    while time < seconds - 1.0 {
        let end = time + rng.random_range(0.2..0.4);
        words.push(Interval::new(time, end)?);
        time = end + if words.len() % 10 == 0 { rng.random_range(0.8..2.5) } else { 0.0 };
    }
    Ok(words)
}

/// What electrodes record when nothing is said.
#[derive(Debug, Clone, Copy)]
enum Noise {
    /// AR(1) with this coefficient from sample to sample.
    Autocorrelated(f64),
    /// A sum of AR(1) series whose time constants are powers of two, up to 2^13 samples: its power falls as 1/f.
    Pink,
}

fn noise(samples: usize, electrodes: usize, noise: Noise, seed: u64) -> Array2<f64> {
    let mut signal = Array2::zeros((samples, electrodes));
    for (electrode, column) in signal.columns_mut().into_iter().enumerate() {
        let mut rng = StdRng::seed_from_u64(1_000 * seed + electrode as u64);
        let coefficients = match noise {
            Noise::Autocorrelated(phi) => vec![phi],
            Noise::Pink => (0..14).map(|power| (-1.0 / f64::from(1 << power)).exp()).collect(),
        };
        fill(column, &coefficients, &mut rng);
    }
    signal
}

fn fill(mut column: ArrayViewMut1<f64>, coefficients: &[f64], rng: &mut StdRng) {
    let mut states: Vec<f64> = coefficients.iter().map(|_| rng.sample(StandardNormal)).collect();
    for value in &mut column {
        for (state, phi) in states.iter_mut().zip(coefficients) {
            *state = phi * *state + (1.0 - phi * phi).sqrt() * rng.sample::<f64, _>(StandardNormal);
        }
        *value = states.iter().sum::<f64>() / (states.len() as f64).sqrt();
    }
}

/// Adds `gain` from .05 to .25 s after each onset.
fn answer(mut column: ArrayViewMut1<f64>, words: &[Interval], gain: f64) {
    for word in words {
        let at = |after: f64| ((word.onset() + after) * RATE) as usize;
        column.slice_mut(s![at(0.05)..at(0.25)]).map_inplace(|value| *value += gain);
    }
}

fn silence(side: Side) -> SelectionParams {
    let contrast = Contrast::Silence { from: 0.0, to: 0.3, quiet: Quiet::default() };
    SelectionParams { contrast, side, words: None, between: None, shifts: 199, least_shift: 1, seed: 5 }
}

fn evoked() -> Result<SelectionParams> {
    Ok(SelectionParams { contrast: Contrast::Evoked(Lags::epoch(0.05, 0.45, 0.1, 0.1)?), ..silence(Side::Above) })
}

fn sampling() -> Result<Sampling> {
    Ok(Sampling::new(0.0, 1.0 / RATE)?)
}

/// The share of electrodes without an answer that have p of at most .05, over `stories` of `seconds`.
fn false_positives(
    kind: Noise,
    params: &SelectionParams,
    seconds: f64,
    stories: u64,
    electrodes: usize,
) -> Result<f64> {
    let mut found = 0;
    for seed in 0..stories {
        let words = story(seconds, seed)?;
        let signal = noise((seconds * RATE) as usize, electrodes, kind, seed);
        let selection =
            Selection::new(signal.view(), sampling()?, &words, &SelectionParams { seed, ..params.clone() })?;
        assert!(selection.undefined.is_empty());
        found += selection.answers.iter().filter(|answer| answer.p <= 0.05).count();
    }
    Ok(found as f64 / (stories as usize * electrodes) as f64)
}

#[test]
fn noise_is_called_significant_as_often_as_it_should_be() -> Result<()> {
    for kind in [Noise::Autocorrelated(0.9), Noise::Autocorrelated(0.98), Noise::Pink] {
        for params in [silence(Side::Above), silence(Side::Both), evoked()?] {
            let rate = false_positives(kind, &SelectionParams { shifts: 99, ..params }, 200.0, 8, 50)?;
            assert!((0.02..0.085).contains(&rate), "{kind:?}: {rate}");
        }
    }
    Ok(())
}

#[test]
#[ignore = "takes minutes; its figures stand in docs/METHODS.md"]
#[expect(clippy::print_stdout, reason = "a measurement that is run by hand")]
fn measure() -> Result<()> {
    for seconds in [200.0, 1000.0] {
        for kind in [Noise::Autocorrelated(0.9), Noise::Autocorrelated(0.98), Noise::Pink] {
            for (name, params) in
                [("above", silence(Side::Above)), ("both", silence(Side::Both)), ("evoked", evoked()?)]
            {
                let rate = false_positives(kind, &params, seconds, 40, 100)?;
                println!("{seconds} s, {kind:?}, {name}: p <= .05 in {:.1} of 100", 100.0 * rate);
            }
        }
    }
    for gain in [0.05, 0.1, 0.2, 0.4] {
        for (name, params) in [("silence", silence(Side::Above)), ("evoked", evoked()?)] {
            let words = story(1000.0, 1)?;
            let mut signal = noise(50_000, 200, Noise::Pink, 1);
            signal.columns_mut().into_iter().for_each(|column| answer(column, &words, gain));
            let found = Selection::new(signal.view(), sampling()?, &words, &params)?;
            println!("gain {gain} sd, {name}: {} of 200 have q <= .05", found.selected(0.05).len());
        }
    }
    Ok(())
}

#[test]
fn answers_are_found_and_the_rest_is_not() -> Result<()> {
    let words = story(400.0, 2)?;
    let mut signal = noise(20_000, 60, Noise::Pink, 2);
    (0..30).for_each(|electrode| answer(signal.column_mut(electrode), &words, 0.6));
    for params in [silence(Side::Above), silence(Side::Both), evoked()?] {
        let found = Selection::new(signal.view(), sampling()?, &words, &params)?;
        let selected = found.selected(0.05);
        assert!((0..30).all(|electrode| selected.contains(&electrode)), "{selected:?}");
        assert!(selected.len() <= 34, "{selected:?}");
        assert!(found.answers[..30].iter().all(|answer| answer.p <= 0.02 && answer.effect > 0.0));
    }
    Ok(())
}

#[test]
fn a_side_sees_only_its_own_answers() -> Result<()> {
    let words = story(400.0, 3)?;
    let mut signal = noise(20_000, 2, Noise::Autocorrelated(0.9), 3);
    answer(signal.column_mut(0), &words, -0.8);
    answer(signal.column_mut(1), &words, 0.8);
    let selected = |side| {
        Selection::new(signal.view(), sampling()?, &words, &silence(side))
            .map(|found| found.selected(0.05))
            .map_err(Box::<dyn std::error::Error>::from)
    };
    assert_eq!((selected(Side::Above)?, selected(Side::Below)?, selected(Side::Both)?), (vec![1], vec![0], vec![0, 1]));
    Ok(())
}

#[test]
fn sustained_activity_shows_against_silence_and_not_as_evoked() -> Result<()> {
    let words = story(400.0, 4)?;
    let mut signal = noise(20_000, 1, Noise::Autocorrelated(0.5), 4);
    for word in &words {
        let (from, to) = ((word.onset() * RATE).round() as usize, (word.offset() * RATE).round() as usize);
        signal.slice_mut(s![from..to, 0]).map_inplace(|value| *value += 0.5);
    }
    let against = Selection::new(signal.view(), sampling()?, &words, &silence(Side::Above))?;
    let evoked = Selection::new(signal.view(), sampling()?, &words, &evoked()?)?;
    assert!(against.answers[0].effect > 3.0 * evoked.answers[0].effect, "{against:?} {evoked:?}");
    assert_eq!(against.selected(0.05), [0]);
    Ok(())
}

#[test]
fn the_effect_is_the_difference_of_means_in_standard_deviations() -> Result<()> {
    let words: Vec<Interval> =
        [2.0, 6.0].into_iter().map(|at| Interval::new(at, at + 1.0)).collect::<std::result::Result<_, _>>()?;
    let signal = noise(500, 1, Noise::Autocorrelated(0.5), 6);
    let found = Selection::new(signal.view(), sampling()?, &words, &silence(Side::Both))?;
    let mean = |rows: &[(usize, usize)]| {
        let all: Vec<f64> = rows.iter().flat_map(|(from, to)| signal.slice(s![*from..=*to, 0]).to_vec()).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    // .3 s after each offset and .1 s before each onset are no silence.
    let quiet = mean(&[(0, 95), (165, 295), (365, 499)]);
    let expected = (mean(&[(100, 115), (300, 315)]) - quiet) / signal.column(0).std(0.0);
    assert!((found.answers[0].effect - expected).abs() < 1e-9, "{found:?} {expected}");
    assert!((found.silence - 362.0 / 50.0).abs() < 1e-9 && found.words == 2);
    Ok(())
}

#[test]
fn constant_electrodes_are_undefined_and_counted() -> Result<()> {
    let words = story(200.0, 1)?;
    let mut signal = noise(10_000, 4, Noise::Autocorrelated(0.9), 1);
    signal.column_mut(1).fill(0.1);
    signal[[7, 3]] = f64::NAN;
    let found = Selection::new(signal.view(), sampling()?, &words, &silence(Side::Both))?;
    assert_eq!(found.undefined, [1, 3]);
    assert!(found.answers[1].p.is_nan() && found.answers[1].q.is_nan() && found.answers[1].effect.is_nan());
    assert!(found.answers[0].q.is_finite());
    Ok(())
}

#[test]
fn only_what_is_asked_for_is_looked_at() -> Result<()> {
    let words = story(400.0, 2)?;
    let mut signal = noise(20_000, 1, Noise::Autocorrelated(0.5), 2);
    let first: Vec<usize> = (0..words.len()).filter(|word| words[*word].onset() < 200.0).collect();
    let second: Vec<Interval> = words.iter().copied().filter(|word| word.onset() >= 200.0).collect();
    answer(signal.column_mut(0), &second, 1.0);
    let part = |between: (f64, f64)| -> Result<SelectionParams> {
        Ok(SelectionParams { between: Some(Interval::new(between.0, between.1)?), ..silence(Side::Above) })
    };
    let early = Selection::new(signal.view(), sampling()?, &words, &part((0.0, 200.0))?)?;
    let late = Selection::new(signal.view(), sampling()?, &words, &part((200.0, 400.0))?)?;
    assert!(early.answers[0].p > 0.05 && late.answers[0].p <= 0.01, "{early:?} {late:?}");
    assert_eq!(early.words + early.outside, words.len());
    // The same half as a recording of its own.
    let alone = Selection::new(signal.slice(s![..10_001, ..]), sampling()?, &words, &silence(Side::Above))?;
    assert_eq!(alone, early);
    let some = SelectionParams { words: Some(first.clone()), ..silence(Side::Above) };
    let some = Selection::new(signal.view(), sampling()?, &words, &some)?;
    assert_eq!((some.words, some.outside), (first.len(), 0));
    Ok(())
}

#[test]
fn a_story_without_silence_is_refused_and_its_evoked_responses_are_not() -> Result<()> {
    let words = (0..400).map(|word| Interval::new(0.25 * f64::from(word), 0.25 * f64::from(word + 1)));
    let words = words.collect::<std::result::Result<Vec<_>, _>>()?;
    let signal = noise(5_000, 2, Noise::Autocorrelated(0.5), 1);
    let error = Selection::new(signal.view(), sampling()?, &words, &silence(Side::Both)).expect_err("no silence");
    assert!(matches!(error, Error::NoSilence { .. }), "{error}");
    assert_eq!(Selection::new(signal.view(), sampling()?, &words, &evoked()?)?.silence, 0.0);
    Ok(())
}

#[test]
fn what_cannot_be_asked_is_an_error() -> Result<()> {
    let (words, signal) = (story(200.0, 1)?, noise(10_000, 1, Noise::Autocorrelated(0.5), 1));
    let check = |params: SelectionParams| {
        Selection::new(signal.view(), Sampling::new(0.0, 0.02).expect("a rate"), &words, &params)
    };
    let window = |from, to| SelectionParams {
        contrast: Contrast::Silence { from, to, quiet: Quiet::default() },
        ..silence(Side::Both)
    };
    assert!(matches!(check(window(0.3, 0.0)), Err(Error::Window(_))));
    assert!(matches!(check(window(f64::NAN, 0.0)), Err(Error::Window(_))));
    assert!(matches!(check(window(0.0, 0.01)), Err(Error::NarrowWindow { .. })));
    assert!(matches!(check(window(500.0, 501.0)), Err(Error::NoOnsets { .. })));
    assert!(matches!(
        check(SelectionParams { words: Some(vec![9999]), ..silence(Side::Both) }),
        Err(Error::Entries { .. })
    ));
    assert!(matches!(
        check(SelectionParams { words: Some(vec![]), ..silence(Side::Both) }),
        Err(Error::NoOnsets { words: 0 })
    ));
    assert!(matches!(
        check(SelectionParams { least_shift: 6_000, ..silence(Side::Both) }),
        Err(Error::ShortRun { .. })
    ));
    let between = Some(Interval::new(900.0, 901.0)?);
    assert!(matches!(check(SelectionParams { between, ..silence(Side::Both) }), Err(Error::NoOnsets { .. })));
    Ok(())
}
