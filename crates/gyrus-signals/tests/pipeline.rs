//! Recordings in chunks: the same whatever the chunks and threads, and as the whole recording but near its ends.

use std::ops::Range;

use gyrus_signals::{
    Band, Butterworth, Ends, EnvelopeValue, Error, Filter, Finish, FirNotch, FourierResample, HighGamma, IirNotch,
    Montage, Outcome, Pipeline, Reference, Resample, SpectralWindow, Step, Trend,
};
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

const RATE: f64 = 512.0;

fn noise(samples: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut x = Array2::from_shape_simple_fn((samples, columns), || rng.sample::<f64, _>(StandardNormal));
    for mut column in x.axis_iter_mut(Axis(1)) {
        let mut slow = 50.0;
        for value in &mut column {
            slow += *value;
            *value += 0.2 * slow;
        }
    }
    x
}

fn run(pipeline: &Pipeline, x: ArrayView2<f64>, rate: f64, chunk: usize) -> Result<(Array2<f64>, Outcome), Error> {
    let plan = pipeline.plan(x.nrows(), x.ncols(), rate)?;
    let (mut blocks, mut next) = (Vec::new(), 0);
    let read = |samples: Range<usize>| Ok(x.slice(s![samples, ..]).to_owned());
    let outcome = plan.run::<Error>(chunk, read, |first, block| {
        assert_eq!((first, block.ncols()), (next, plan.columns()));
        next += block.nrows();
        blocks.push(block.to_owned());
        Ok(())
    })?;
    assert_eq!((next, outcome.rate), (plan.samples(), plan.rate()));
    let views: Vec<_> = blocks.iter().map(|block| block.view()).collect();
    Ok((concatenate(Axis(0), &views).expect("it can be done"), outcome))
}

fn podcast() -> Vec<Step> {
    vec![
        Step::Filter(Filter::Notch(FirNotch::new(vec![60.0, 120.0, 180.0]))),
        Step::HighGamma(HighGamma { bands: vec![(70.0, 200.0)], ..HighGamma::default() }),
        Step::Resample(Resample { rate: 100.0 }),
    ]
}

fn sub_bands() -> Vec<Step> {
    let bands =
        HighGamma { value: EnvelopeValue::LogAmplitude { floor: 1e-3 }, ..HighGamma::sub_bands(70.0, 150.0, 4) };
    vec![
        Step::Filter(Filter::IirNotch(IirNotch { frequencies: vec![60.0], quality: 20.0 })),
        Step::Resample(Resample { rate: 400.0 }),
        Step::HighGamma(bands),
        Step::Filter(Filter::Butterworth(Butterworth { order: 2, band: Band::Low(20.0) })),
        Step::Resample(Resample { rate: 50.0 }),
    ]
}

fn filters() -> Vec<Step> {
    vec![
        Step::Filter(Filter::Butterworth(Butterworth { order: 4, band: Band::High(1.0) })),
        Step::Filter(Filter::Notch(FirNotch::new(vec![50.0]))),
    ]
}

fn pipeline(steps: Vec<Step>) -> Pipeline {
    Pipeline { montage: Montage::common_average(vec![1]), steps, finish: vec![] }
}

/// The largest difference of chunks from the whole, some margins from the ends, in standard deviations.
fn apart(x: &Array2<f64>) -> [f64; 3] {
    [podcast(), sub_bands(), filters()].map(|steps| {
        let pipeline = pipeline(steps);
        let (found, _) = run(&pipeline, x.view(), RATE, 5_000).expect("it can be done");
        let (whole, _) = pipeline.whole(x.view(), RATE).expect("it can be done");
        let plan = pipeline.plan(x.nrows(), x.ncols(), RATE).expect("it can be done");
        let edge = (4.0 * plan.margin() as f64 * plan.rate() / RATE).ceil() as usize;
        assert_eq!(found.dim(), whole.dim());
        assert!(2 * edge < found.nrows() * 3 / 4, "{edge} of {}", found.nrows());
        let mut worst = 0.0_f64;
        for (found, whole) in found.axis_iter(Axis(1)).zip(whole.axis_iter(Axis(1))) {
            let inner = s![edge..found.len() - edge];
            let (found, whole) = (found.slice(inner), whole.slice(inner));
            let apart = found.iter().zip(&whole).map(|(a, b)| (a - b).abs());
            worst = worst.max(apart.fold(0.0, f64::max) / whole.std(0.0));
        }
        worst
    })
}

/// A Hilbert transform of a whole recording joins its ends, and where these do not meet the difference fades only with
/// the inverse of the distance; a recording that begins and ends in silence has none.
#[test]
fn chunks_give_the_whole_recording_away_from_its_ends() {
    let mut x = noise(60_000, 4, 1);
    x.slice_mut(s![..6_000, ..]).fill(0.0);
    x.slice_mut(s![-6_000.., ..]).fill(0.0);
    let found = apart(&x);
    assert!(found.iter().all(|worst| *worst < 1e-6), "{found:?}");
}

#[test]
fn ends_that_do_not_meet_matter_little_further_inside() {
    let [podcast, sub_bands, filters] = apart(&noise(60_000, 4, 1));
    // A logarithm makes more of it where the amplitude is next to nothing.
    assert!(podcast < 1e-3 && sub_bands < 1e-2 && filters < 1e-6, "{podcast:e} {sub_bands:e} {filters:e}");
}

#[test]
fn neither_chunks_nor_threads_change_a_bit() {
    let x = noise(30_000, 10, 2);
    for steps in [podcast(), sub_bands(), filters()] {
        let pipeline = Pipeline { finish: vec![Finish::Standardise], ..pipeline(steps) };
        let expected = run(&pipeline, x.view(), RATE, x.nrows()).expect("it can be done");
        for (chunk, threads) in [(1 << 14, 1), (7_001, 3), (997, 2), (20_000, 5)] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("it can be done");
            assert!(
                pool.install(|| run(&pipeline, x.view(), RATE, chunk)).expect("it can be done") == expected,
                "{chunk} {threads}"
            );
        }
    }
}

#[test]
fn recordings_of_any_length_come_through() {
    for samples in [1, 2, 100, 1_690, 1_691, 5_000, 16_384] {
        for chunk in [1, 1_000, 1 << 20].into_iter().filter(|chunk| samples / chunk < 3_000) {
            let (found, _) =
                run(&pipeline(podcast()), noise(samples, 3, 3).view(), RATE, chunk).expect("it can be done");
            assert_eq!(found.dim(), ((samples * 25).div_ceil(128), 2));
            assert!(found.iter().all(|v| v.is_finite()));
        }
    }
}

#[test]
fn steps_on_whole_runs_work_on_what_the_others_leave() {
    let x = noise(20_000, 4, 4);
    let resample = FourierResample::Padded { rate: 32.0, window: SpectralWindow::Hamming, ends: Ends::Held };
    let finish = vec![Finish::Detrend(Trend::Linear), Finish::FourierResample(resample), Finish::Standardise];
    let whole = Pipeline { finish, ..pipeline(podcast()) };
    let (found, outcome) = run(&whole, x.view(), RATE, 3_000).expect("it can be done");
    assert_eq!((found.nrows(), outcome.rate), (1_250, 32.0));
    let (reduced, _) = run(&pipeline(podcast()), x.view(), RATE, 3_000).expect("it can be done");
    let by_hand = resample
        .apply(Trend::Linear.remove(reduced.view()).expect("it can be done").view(), 100.0)
        .expect("it can be done");
    let by_hand = gyrus_signals::standardised(by_hand.view()).expect("it can be done").values;
    assert_eq!(found, by_hand);
}

#[test]
fn a_constant_channel_is_named_and_undefined() {
    let mut x = noise(10_000, 3, 5);
    x.column_mut(2).fill(0.3);
    let finish = vec![Finish::Standardise];
    let pipeline =
        Pipeline { montage: Montage { drop: vec![0], reference: Reference::None }, steps: podcast(), finish };
    for (values, outcome) in [
        run(&pipeline, x.view(), RATE, 999).expect("it can be done"),
        pipeline.whole(x.view(), RATE).expect("it can be done"),
    ] {
        assert_eq!((&outcome.constant, &outcome.undefined), (&vec![1], &vec![1]));
        assert!(values.column(1).iter().all(|v| v.is_nan()) && values.column(0).iter().all(|v| v.is_finite()));
    }
}

#[test]
fn a_bad_value_is_named_with_its_place_in_the_recording() {
    let mut x = noise(9_000, 3, 6);
    x[[7_654, 2]] = f64::NAN;
    for chunk in [100, 5_000, 10_000] {
        let found = run(&pipeline(podcast()), x.view(), RATE, chunk);
        assert!(matches!(found, Err(Error::NotFinite { sample: 7_654, column: 2, .. })), "{found:?}");
    }
    let other = pipeline(podcast()).plan(9_000, 3, RATE).expect("it can be done").run::<Error>(
        500,
        |samples| Ok(Array2::zeros((samples.len() - 1, 3))),
        |_, _| Ok(()),
    );
    assert!(matches!(other, Err(Error::Block { start: 0, end: 500, rows: 499, .. })), "{other:?}");
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is_read() {
    let plan = |steps: Vec<Step>, rate: f64| pipeline(steps).plan(1_000, 3, rate).map(|_| ());
    assert!(matches!(plan(podcast(), 300.0), Err(Error::Frequency { .. })));
    assert!(matches!(plan(vec![Step::Resample(Resample { rate: 77.777_777 })], RATE), Err(Error::Ratio { .. })));
    let slow = Filter::Butterworth(Butterworth { order: 4, band: Band::High(1e-5) });
    assert!(matches!(plan(vec![Step::Filter(slow)], RATE), Err(Error::Unbounded { step: 0, .. })));
    assert!(matches!(pipeline(podcast()).plan(0, 3, RATE), Err(Error::Short { .. })));
    assert!(matches!(pipeline(podcast()).plan(9, 1, RATE), Err(Error::NoColumn { .. })));
    let nothing = Pipeline::default();
    let x = noise(100, 2, 7);
    assert_eq!(run(&nothing, x.view(), RATE, 7).expect("it can be done").0, x);
}

#[test]
fn a_long_fast_recording_fits_into_a_gigabyte() {
    let plan = pipeline(podcast()).plan(2 * 3_600 * 2_000, 250, 2_000.0).expect("it can be done");
    let chunk = plan.chunk(1 << 30, 2);
    assert!(chunk >= 1 << 14 && plan.memory(chunk, 2) <= 1 << 30, "{chunk}");
}

#[test]
fn a_manifest_holds_a_pipeline() {
    let pipeline = Pipeline { finish: vec![Finish::Standardise], ..pipeline(sub_bands()) };
    let text = serde_json::to_string(&pipeline).expect("it can be done");
    assert_eq!(serde_json::from_str::<Pipeline>(&text).expect("it can be done"), pipeline);
}
