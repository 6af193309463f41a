//! Whole signals as scipy, mne and librosa have them; `tests/scripts/signals_fixtures.py` wrote what is compared.

use std::collections::HashMap;
use std::fs;

use gyrus_signals::{
    Band, Butterworth, Ends, EnvelopeValue, Filter, Fir, FirNotch, FourierResample, HighGamma, IirNotch, MelScale,
    MelSpectrogram, Resample, SoundEnvelope, SpectralWindow, SpectrogramScale, TransformLength, Trend, envelope,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

const RATE: f64 = 512.0;

fn fixture(name: &str) -> Array2<f64> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    let shapes = fs::read_to_string(format!("{folder}/cases.json")).expect("it can be done");
    let shapes: HashMap<String, Vec<usize>> = serde_json::from_str(&shapes).expect("it can be done");
    let bytes = fs::read(format!("{folder}/{name}.f64")).expect("it can be done");
    let values =
        bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().expect("it can be done"))).collect();
    let shape = &shapes[name];
    Array2::from_shape_vec((shape[0], shape.get(1).copied().unwrap_or(1)), values).expect("it can be done")
}

fn long() -> Array2<f64> {
    fixture("long")
}

fn short() -> Array2<f64> {
    long().slice(s![..300, ..]).mapv(|v| v + 1.0)
}

fn sound() -> Array1<f64> {
    fixture("sound").remove_axis(Axis(1))
}

/// Holds the largest difference to 1e-9 of the largest value.
#[track_caller]
fn same(found: ArrayView2<f64>, name: &str) {
    let expected = fixture(name);
    assert_eq!(found.dim(), expected.dim(), "{name}");
    let largest = expected.iter().fold(0.0, |most: f64, v| most.max(v.abs()));
    let apart = found.iter().zip(&expected).fold(0.0, |most: f64, (a, b)| most.max((a - b).abs()));
    assert!(apart <= 1e-9 * largest, "{name}: {:e} of the largest value", apart / largest);
}

fn butterworth(order: usize, band: Band) -> Butterworth {
    Butterworth { order, band }
}

fn recursive() -> [(&'static str, Butterworth); 8] {
    [
        ("low_3", butterworth(3, Band::Low(40.0))),
        ("high_1", butterworth(1, Band::High(1.0))),
        ("high_5", butterworth(5, Band::High(2.0))),
        ("band_4", butterworth(4, Band::Pass(70.0, 200.0))),
        ("band_3", butterworth(3, Band::Pass(8.0, 13.0))),
        ("stop_2", butterworth(2, Band::Stop(55.0, 65.0))),
        ("low_8", butterworth(8, Band::Low(100.0))),
        ("stop_5", butterworth(5, Band::Stop(20.0, 120.0))),
    ]
}

#[test]
fn sections_are_those_of_scipy() {
    for (name, filter) in recursive() {
        let sections = filter.design(RATE).expect("it can be done");
        let rows = sections.sections().iter().flat_map(|s| [s.b[0], s.b[1], s.b[2], 1.0, s.a[0], s.a[1]]);
        let found = Array2::from_shape_vec((sections.sections().len(), 6), rows.collect()).expect("it can be done");
        same(found.view(), &format!("sos_{name}"));
    }
}

#[test]
fn filters_forward_and_backward_are_those_of_scipy() {
    for (name, filter) in recursive() {
        same(filter.apply(long().view(), RATE).expect("it can be done").view(), &format!("butter_{name}"));
    }
    let notch = IirNotch { frequencies: vec![60.0, 120.0], quality: 30.0 };
    same(notch.apply(long().view(), RATE).expect("it can be done").view(), "iir_notch");
}

#[test]
fn filters_of_finite_length_are_those_of_mne() {
    let bands = [
        ("fir_band", Band::Pass(30.0, 80.0)),
        ("fir_low", Band::Low(40.0)),
        ("fir_high", Band::High(4.0)),
        ("fir_stop", Band::Stop(50.0, 90.0)),
        ("fir_nyquist", Band::Pass(10.0, 250.0)),
    ];
    for (name, band) in bands {
        let taps = Fir::new(band).design(RATE).expect("it can be done");
        let column = Array2::from_shape_vec((taps.values().len(), 1), taps.values().to_vec()).expect("it can be done");
        same(column.view(), &format!("{name}_taps"));
        same(Fir::new(band).apply(long().view(), RATE).expect("it can be done").view(), name);
    }
    let (low_transition, high_transition, seconds) = (Some(3.0), Some(5.0), Some(1.2));
    let narrow = Fir { band: Band::Pass(30.0, 80.0), low_transition, high_transition, seconds };
    same(narrow.apply(long().view(), RATE).expect("it can be done").view(), "fir_narrow");
}

#[test]
fn notches_are_those_of_mne() {
    let notch = Filter::Notch(FirNotch::new(vec![180.0, 60.0, 120.0]));
    same(notch.apply(long().view(), RATE).expect("it can be done").view(), "notch");
    same(FirNotch::new(vec![60.0]).apply(short().view(), RATE).expect("it can be done").view(), "notch_short");
}

#[test]
fn polyphase_resampling_is_that_of_scipy() {
    for (name, rate) in [("poly_25_128", 100.0), ("poly_3_2", 768.0), ("poly_1_16", 32.0)] {
        same(Resample { rate }.apply(long().view(), RATE).expect("it can be done").view(), name);
    }
}

#[test]
fn periodic_resampling_is_that_of_scipy() {
    let (long, short) = (long(), short());
    let cases = [
        ("odd_even", long.slice(s![..-1, ..]), 500),
        ("even_odd", long.view(), 333),
        ("up", short.view(), 700),
        ("same", short.view(), 300),
        ("odd_up", short.slice(s![1.., ..]), 400),
    ];
    for (name, x, samples) in cases {
        for (window, end) in [(SpectralWindow::Flat, ""), (SpectralWindow::Hamming, "_hamming")] {
            let found = FourierResample::Periodic { samples, window }.apply(x, RATE).expect("it can be done");
            same(found.view(), &format!("fourier_{name}{end}"));
        }
    }
}

#[test]
fn padded_resampling_is_that_of_mne() {
    let (long, short) = (long(), short());
    let cases = [
        ("32", &long, 32.0, SpectralWindow::Hamming),
        ("100", &long, 100.0, SpectralWindow::Hamming),
        ("32_flat", &long, 32.0, SpectralWindow::Flat),
        ("up", &short, 700.0, SpectralWindow::Hamming),
    ];
    for (name, x, rate, window) in cases {
        for (ends, kind) in [(Ends::Held, "epochs"), (Ends::Turned, "turned")] {
            let found = FourierResample::Padded { rate, window, ends }.apply(x.view(), RATE).expect("it can be done");
            same(found.view(), &format!("{kind}_{name}"));
        }
    }
}

#[test]
fn envelopes_are_those_of_scipy() {
    let x = long();
    same(envelope(x.view(), TransformLength::Exact).expect("it can be done").view(), "hilbert");
    same(envelope(x.slice(s![..-1, ..]), TransformLength::Good).expect("it can be done").view(), "hilbert_good");
    let mut bands = HighGamma { bands: vec![(70.0, 95.0), (95.0, 120.0), (120.0, 150.0)], ..HighGamma::default() };
    same(bands.apply(x.view(), RATE).expect("it can be done").view(), "bands_mean");
    bands.normalised = true;
    same(bands.apply(x.view(), RATE).expect("it can be done").view(), "bands_normalised");
    (bands.normalised, bands.value) = (false, EnvelopeValue::LogPower { floor: 1e-3 });
    same(bands.apply(x.view(), RATE).expect("it can be done").view(), "bands_log_power");
}

#[test]
fn trends_are_those_of_scipy() {
    same(Trend::Linear.remove(long().view()).expect("it can be done").view(), "detrended");
}

#[test]
fn sounds_are_those_of_scipy_and_librosa() {
    let found = SoundEnvelope::default().apply(sound().view(), 8000.0).expect("it can be done");
    same(found.insert_axis(Axis(1)).view(), "sound_envelope");
    let settings = MelSpectrogram { low: 50.0, high: Some(3800.0), ..MelSpectrogram::default() };
    let slaney = MelSpectrogram { size: 512, bands: 40, scale: SpectrogramScale::Power, ..settings };
    same(slaney.apply(sound().view(), 8000.0).expect("it can be done").view(), "mel_slaney");
    let htk = MelSpectrogram { size: 400, bands: 24, frame_rate: 80.0, mel: MelScale::Htk, ..settings };
    let power = MelSpectrogram { scale: SpectrogramScale::Power, ..htk };
    same(power.apply(sound().view(), 8000.0).expect("it can be done").view(), "mel_htk");
    let decibel = MelSpectrogram { scale: SpectrogramScale::Decibel { floor: 1e-6 }, ..htk };
    same(decibel.apply(sound().view(), 8000.0).expect("it can be done").view(), "mel_decibel");
}
