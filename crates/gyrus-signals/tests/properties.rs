//! What must hold of any signal.

use std::f64::consts::{PI, TAU};

use gyrus_signals::{
    Band, Butterworth, Ends, Error, Filter, Fir, FirNotch, FourierResample, HighGamma, IirNotch, MelSpectrogram,
    Resample, SoundEnvelope, SpectralWindow, TransformLength, Trend, envelope, standardised,
};
use ndarray::{Array1, Array2, Axis, s};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

const RATE: f64 = 500.0;

fn noise(samples: usize, columns: usize, seed: u64) -> Array2<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    Array2::from_shape_simple_fn((samples, columns), || rng.sample(StandardNormal))
}

fn tone(samples: usize, hertz: f64, rate: f64) -> Array2<f64> {
    Array2::from_shape_fn((samples, 1), |(i, _)| (TAU * hertz * i as f64 / rate + 0.3).cos())
}

fn filters() -> Vec<Filter> {
    vec![
        Filter::Butterworth(Butterworth { order: 4, band: Band::Pass(20.0, 60.0) }),
        Filter::Butterworth(Butterworth { order: 3, band: Band::Stop(90.0, 110.0) }),
        Filter::Butterworth(Butterworth { order: 2, band: Band::High(5.0) }),
        Filter::Fir(Fir::new(Band::Pass(20.0, 60.0))),
        Filter::Fir(Fir::new(Band::Low(70.0))),
        Filter::Notch(FirNotch::new(vec![100.0, 200.0])),
        Filter::IirNotch(IirNotch { frequencies: vec![100.0], quality: 10.0 }),
    ]
}

#[track_caller]
fn near(a: &Array2<f64>, b: &Array2<f64>, edge: usize, allowed: f64) {
    assert_eq!(a.dim(), b.dim());
    let inner = s![edge..a.nrows() - edge, ..];
    let apart = a.slice(inner).iter().zip(b.slice(inner)).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    assert!(apart <= allowed, "{apart:e}");
}

#[test]
fn filters_commute_with_time_running_backwards() {
    let x = noise(6_000, 3, 1);
    let backwards = x.slice(s![..;-1, ..]).to_owned();
    for filter in filters() {
        let there = filter.apply(x.view(), RATE).expect("it can be done");
        let back = filter.apply(backwards.view(), RATE).expect("it can be done");
        near(&there, &back.slice(s![..;-1, ..]).to_owned(), 2_000, 1e-10);
    }
}

#[test]
fn filters_and_resampling_are_linear() {
    let (x, y) = (noise(3_000, 2, 2), noise(3_000, 2, 3));
    let sum = 2.0 * &x - 3.0 * &y;
    for filter in filters() {
        let of = |x: &Array2<f64>| filter.apply(x.view(), RATE).expect("it can be done");
        near(&of(&sum), &(2.0 * of(&x) - 3.0 * of(&y)), 0, 1e-11);
    }
    let padded = FourierResample::Padded { rate: 64.0, window: SpectralWindow::Flat, ends: Ends::Turned };
    for resample in [padded, FourierResample::Periodic { samples: 700, window: SpectralWindow::Hamming }] {
        let of = |x: &Array2<f64>| resample.apply(x.view(), RATE).expect("it can be done");
        near(&of(&sum), &(2.0 * of(&x) - 3.0 * of(&y)), 0, 1e-11);
    }
    let of = |x: &Array2<f64>| Resample { rate: 120.0 }.apply(x.view(), RATE).expect("it can be done");
    near(&of(&sum), &(2.0 * of(&x) - 3.0 * of(&y)), 0, 1e-11);
}

#[test]
fn a_tone_in_the_band_stays_and_one_outside_goes() {
    for band in [Filter::Fir(Fir::new(Band::Pass(20.0, 60.0))), filters().swap_remove(0)] {
        let of = |hertz| band.apply(tone(8_000, hertz, RATE).view(), RATE).expect("it can be done");
        near(&of(35.0), &tone(8_000, 35.0, RATE), 2_000, 5e-3);
        near(&of(150.0), &Array2::zeros((8_000, 1)), 2_000, 5e-3);
    }
    for notch in &filters()[5..] {
        let of = |hertz| notch.apply(tone(8_000, hertz, RATE).view(), RATE).expect("it can be done");
        near(&of(100.0), &Array2::zeros((8_000, 1)), 2_000, 3e-3);
        near(&of(30.0), &tone(8_000, 30.0, RATE), 2_000, 5e-3);
    }
}

#[test]
fn a_constant_passes_low_and_not_high() {
    let x = Array2::from_elem((4_000, 2), 7.0);
    let of = |filter: Filter| filter.apply(x.view(), RATE).expect("it can be done");
    for low in
        [Filter::Butterworth(Butterworth { order: 4, band: Band::Low(9.0) }), Filter::Fir(Fir::new(Band::Low(9.0)))]
    {
        near(&of(low), &x, 500, 1e-9);
    }
    let high = Butterworth { order: 4, band: Band::High(2.0) };
    near(&of(Filter::Butterworth(high)), &Array2::zeros(x.dim()), 0, 1e-9);
}

#[test]
fn the_envelope_of_a_modulated_tone_is_its_modulation() {
    let modulation = |i: usize| 1.0 + 0.5 * (TAU * 3.0 * i as f64 / RATE).sin();
    let carrier = tone(5_000, 100.0, RATE);
    let x = Array2::from_shape_fn(carrier.dim(), |(i, _)| modulation(i) * carrier[[i, 0]]);
    let expected = Array2::from_shape_fn(carrier.dim(), |(i, _)| modulation(i));
    near(&envelope(x.view(), TransformLength::Exact).expect("it can be done"), &expected, 0, 1e-9);
    near(&HighGamma::default().apply(x.view(), RATE).expect("it can be done"), &expected, 500, 1e-3);
}

#[test]
fn a_tone_at_another_rate_is_that_tone() {
    for rate in [100.0, 64.0, 1_200.0] {
        let expected = tone((4_000.0 * rate / RATE) as usize, 9.0, rate);
        let edge = rate as usize;
        near(
            &Resample { rate }.apply(tone(4_000, 9.0, RATE).view(), RATE).expect("it can be done"),
            &expected,
            edge,
            2e-3,
        );
        // Nine periods a second for eight seconds: periodic.
        let fourier = FourierResample::Periodic { samples: expected.nrows(), window: SpectralWindow::Flat };
        near(&fourier.apply(tone(4_000, 9.0, RATE).view(), RATE).expect("it can be done"), &expected, 0, 1e-10);
    }
}

#[test]
fn a_value_that_is_not_finite_is_refused_by_all() {
    let mut x = noise(4_000, 2, 4);
    x[[1_234, 1]] = f64::NAN;
    let refused = |found: Result<Array2<f64>, Error>| {
        assert!(matches!(found, Err(Error::NotFinite { sample: 1_234, column: 1, .. })), "{found:?}");
    };
    filters().iter().for_each(|filter| refused(filter.apply(x.view(), RATE)));
    refused(HighGamma::default().apply(x.view(), RATE));
    refused(envelope(x.view(), TransformLength::Good));
    refused(Resample { rate: 100.0 }.apply(x.view(), RATE));
    refused(
        FourierResample::Padded { rate: 100.0, window: SpectralWindow::Flat, ends: Ends::Turned }.apply(x.view(), RATE),
    );
    refused(Trend::Linear.remove(x.view()));
    refused(standardised(x.view()).map(|found| found.values));
    let sound = x.column(1);
    assert!(MelSpectrogram::default().apply(sound, 16_000.0).is_err());
    assert!(SoundEnvelope::default().apply(sound, 16_000.0).is_err());
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let refused = |filter: Filter| assert!(filter.apply(noise(4_000, 1, 5).view(), RATE).is_err(), "{filter:?}");
    for (low, high) in
        [(0.0, 10.0), (10.0, 250.0), (10.0, 300.0), (30.0, 20.0), (f64::NAN, 20.0), (-5.0, 20.0), (9.0, 9.0)]
    {
        for band in [Band::Pass(low, high), Band::Stop(low, high)] {
            refused(Filter::Butterworth(Butterworth { order: 4, band }));
            refused(Filter::Fir(Fir::new(band)));
        }
        assert!(
            HighGamma { bands: vec![(low, high)], ..HighGamma::default() }.apply(noise(99, 1, 5).view(), RATE).is_err()
        );
    }
    for order in [0, 17, usize::MAX] {
        refused(Filter::Butterworth(Butterworth { order, band: Band::Low(10.0) }));
    }
    for frequencies in [vec![], vec![250.0], vec![100.0, 101.0], vec![249.5], vec![f64::INFINITY], vec![60.0, 60.0]] {
        refused(Filter::Notch(FirNotch::new(frequencies)));
    }
    for (width, transition, seconds) in
        [(0.0, 1.0, None), (2.0, 1e-12, None), (2.0, 1.0, Some(0.5)), (2.0, 1.0, Some(f64::NAN))]
    {
        refused(Filter::Notch(FirNotch { frequencies: vec![60.0], width, transition, seconds }));
    }
    for quality in [0.0, -1.0, 0.1, f64::NAN] {
        refused(Filter::IirNotch(IirNotch { frequencies: vec![60.0], quality }));
    }
    let fir = Fir { low_transition: Some(-1.0), ..Fir::new(Band::High(10.0)) };
    refused(Filter::Fir(fir));
    refused(Filter::Fir(Fir { low_transition: Some(11.0), ..fir }));
    let x = Array1::<f64>::zeros(1_000);
    for mel in [
        MelSpectrogram { size: 1_001, ..MelSpectrogram::default() },
        MelSpectrogram { bands: 0, ..MelSpectrogram::default() },
        MelSpectrogram { frame_rate: 0.0, ..MelSpectrogram::default() },
        MelSpectrogram { high: Some(1e6), ..MelSpectrogram::default() },
        MelSpectrogram { low: 9e3, ..MelSpectrogram::default() },
    ] {
        assert!(mel.apply(x.view(), 16_000.0).is_err(), "{mel:?}");
    }
}

#[test]
fn recordings_shorter_than_the_padding_are_refused() {
    let filter = Butterworth { order: 4, band: Band::Pass(20.0, 60.0) };
    let found = filter.apply(noise(27, 1, 6).view(), RATE);
    assert_eq!(found, Err(Error::Short { what: "a filter that runs forward and backward", needed: 28, samples: 27 }));
    assert!(filter.apply(noise(28, 1, 6).view(), RATE).is_ok());
    assert!(filter.apply(noise(28, 0, 6).view(), RATE).is_ok());
    assert!(FirNotch::new(vec![60.0]).apply(noise(0, 1, 6).view(), RATE).is_err());
    assert!(FirNotch::new(vec![60.0]).apply(noise(1, 1, 6).view(), RATE).is_ok());
}

#[test]
fn silence_is_the_floor() {
    let mel = MelSpectrogram::default().apply(Array1::zeros(1_600).view(), 16_000.0).expect("it can be done");
    assert_eq!(mel.dim(), (11, 80));
    assert!(mel.iter().all(|v| *v == 1e-10f64.ln()));
    let sound = Array1::from_shape_fn(16_000, |i| (PI * i as f64 * 0.11).sin());
    let loud = SoundEnvelope::default().apply(sound.view(), 16_000.0).expect("it can be done");
    assert_eq!(loud.len(), 100);
    near(&loud.insert_axis(Axis(1)), &Array2::ones((100, 1)), 30, 1e-2);
}
