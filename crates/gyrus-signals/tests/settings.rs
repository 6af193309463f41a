//! Settings of every kind, on short signals: an answer or an error, never a panic, and no answer that is not finite.
//!
//! `GYRUS_FUZZ_SECONDS` says for how long; without it two hundred cases are tried.

use std::time::{Duration, Instant};

use gyrus_signals::{
    Band, Butterworth, Ends, EnvelopeValue, Error, Filter, Finish, Fir, FirNotch, FourierResample, Group, HighGamma,
    IirNotch, MelScale, MelSpectrogram, Montage, Pipeline, Reference, Resample, SoundEnvelope, SpectralWindow,
    SpectrogramScale, Step, Trend,
};
use ndarray::{Array2, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const CASES: usize = 200;

/// Numbers that settings get: sensible ones, and those that break things.
fn number(rng: &mut StdRng) -> f64 {
    const EXTREME: [f64; 12] =
        [0.0, -1.0, 1e-300, 1e-9, 0.5, 1.0, 1e9, 1e300, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    match rng.random_range(0..8) {
        0 => EXTREME[rng.random_range(0..EXTREME.len())],
        1 => rng.random_range(0..300).into(),
        _ => rng.random_range(0.1..250.0),
    }
}

fn count(rng: &mut StdRng) -> usize {
    if rng.random_ratio(1, 12) { usize::MAX >> rng.random_range(0..60) } else { rng.random_range(0..12) }
}

fn band(rng: &mut StdRng) -> Band {
    let (low, high) = (number(rng), number(rng));
    match rng.random_range(0..4) {
        0 => Band::Low(low),
        1 => Band::High(low),
        2 => Band::Pass(low.min(high), high.max(low)),
        _ => Band::Stop(low.min(high), high.max(low)),
    }
}

fn filter(rng: &mut StdRng) -> Filter {
    let some = |rng: &mut StdRng| rng.random_bool(0.3).then(|| number(rng));
    let frequencies = |rng: &mut StdRng| (0..rng.random_range(0..4)).map(|_| number(rng)).collect();
    match rng.random_range(0..4) {
        0 => Filter::Butterworth(Butterworth { order: count(rng), band: band(rng) }),
        1 => {
            let (low_transition, high_transition, seconds) = (some(rng), some(rng), some(rng));
            Filter::Fir(Fir { band: band(rng), low_transition, high_transition, seconds })
        }
        2 => {
            let (width, transition) = (number(rng).min(5.0), number(rng).min(5.0));
            Filter::Notch(FirNotch { frequencies: frequencies(rng), width, transition, seconds: some(rng) })
        }
        _ => Filter::IirNotch(IirNotch { frequencies: frequencies(rng), quality: number(rng) }),
    }
}

fn step(rng: &mut StdRng) -> Step {
    match rng.random_range(0..3) {
        0 => Step::Filter(filter(rng)),
        1 => {
            let edges = |rng: &mut StdRng| (number(rng), number(rng));
            let bands = (0..rng.random_range(0..3)).map(|_| edges(rng)).map(|(a, b)| (a.min(b), b.max(a))).collect();
            let value =
                [EnvelopeValue::Amplitude, EnvelopeValue::LogPower { floor: number(rng) }][rng.random_range(0..2)];
            Step::HighGamma(HighGamma { bands, order: count(rng), value, normalised: rng.random() })
        }
        _ => Step::Resample(Resample { rate: number(rng) }),
    }
}

fn finish(rng: &mut StdRng) -> Finish {
    let window = [SpectralWindow::Flat, SpectralWindow::Hamming][rng.random_range(0..2)];
    let samples = count(rng).min(10_000);
    let rate = number(rng).min(1e5);
    match rng.random_range(0..4) {
        0 => Finish::Detrend(Trend::Linear),
        1 => Finish::FourierResample(FourierResample::Periodic { samples, window }),
        2 => Finish::FourierResample(FourierResample::Padded { rate, window, ends: Ends::Turned }),
        _ => Finish::Standardise,
    }
}

fn montage(rng: &mut StdRng) -> Montage {
    let columns =
        |rng: &mut StdRng| -> Vec<usize> { (0..rng.random_range(0..4)).map(|_| rng.random_range(0..6)).collect() };
    let reference = match rng.random_range(0..6) {
        0 => Reference::GroupAverage(vec![Group { name: "a".into(), columns: columns(rng) }]),
        1 => Reference::Bipolar(columns(rng).into_iter().zip(columns(rng)).collect()),
        2 => Reference::None,
        _ => Reference::CommonAverage,
    };
    Montage { drop: if rng.random_bool(0.2) { columns(rng) } else { vec![] }, reference }
}

fn sound(rng: &mut StdRng, x: &Array2<f64>, rate: f64) {
    let scale = [SpectrogramScale::Power, SpectrogramScale::Log { floor: number(rng) }][rng.random_range(0..2)];
    let mel = [MelScale::Htk, MelScale::Slaney][rng.random_range(0..2)];
    let (size, bands) = (count(rng) * 2, count(rng));
    let settings = MelSpectrogram { frame_rate: number(rng), size, bands, low: number(rng), high: None, mel, scale };
    if let Ok(found) = settings.apply(x.column(0), rate) {
        assert!(found.iter().all(|v| v.is_finite()), "{settings:?}");
    }
    let envelope = SoundEnvelope { low_pass: number(rng), rate: number(rng) };
    if let Ok(found) = envelope.apply(x.column(0), rate) {
        assert!(found.iter().all(|v| v.is_finite()), "{envelope:?}");
    }
}

fn case(seed: u64) -> bool {
    let mut rng = StdRng::seed_from_u64(seed);
    let rng = &mut rng;
    let x = Array2::from_shape_simple_fn((rng.random_range(0..400), rng.random_range(1..6)), || rng.random::<f64>());
    let rate = if rng.random_ratio(1, 10) { number(rng) } else { 512.0 };
    sound(rng, &x, rate);
    let steps = (0..rng.random_range(0..4)).map(|_| step(rng)).collect();
    let finish = (0..rng.random_range(0..3)).map(|_| finish(rng)).collect();
    let pipeline = Pipeline { montage: montage(rng), steps, finish };
    let whole = pipeline.whole(x.view(), rate);
    let Ok(plan) = pipeline.plan(x.nrows(), x.ncols(), rate) else { return false };
    // A ratio may ask for any number of samples.
    if plan.samples() > 1 << 20 || plan.memory(64, 1) > 1 << 28 {
        return false;
    }
    let mut shape = (0, plan.columns());
    let read = |samples| Ok(x.slice(s![samples, ..]).to_owned());
    let outcome = plan.run::<Error>(rng.random_range(1..500), read, |first, block| {
        assert_eq!((first, block.ncols()), shape, "{pipeline:?}");
        shape.0 += block.nrows();
        Ok(())
    });
    if outcome.is_ok() {
        assert_eq!(shape, (plan.samples(), plan.columns()), "{pipeline:?}");
    }
    if let (Ok((values, _)), Ok(_)) = (&whole, &outcome) {
        assert_eq!(values.dim(), shape, "{pipeline:?}");
    }
    outcome.is_ok()
}

#[test]
fn settings_give_an_answer_or_an_error() {
    let seconds = std::env::var("GYRUS_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let (begun, mut answers, mut seed) = (Instant::now(), 0, 0);
    while seconds.map_or(seed < CASES as u64, |seconds| begun.elapsed() < Duration::from_secs(seconds)) {
        answers += usize::from(case(seed));
        seed += 1;
    }
    assert!(answers > 10, "{answers} of {seed}");
}
