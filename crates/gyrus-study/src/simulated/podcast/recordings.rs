//! One patient's raw recording, and the high gamma that is made of it.

use std::f64::consts::TAU;
use std::path::Path;

use gyrus_formats::ChannelKind;
use gyrus_formats::edf::{EdfChannel, write_edf};
use gyrus_formats::fif::{FifChannel, FifHeader, write_fif};
use gyrus_recordings::prepared;
use gyrus_signals::{Filter, FirNotch, HighGamma, Montage, Pipeline, Resample, Step};
use gyrus_simulation::Planted;
use ndarray::{Array1, Axis};

use super::notes::{BAND, metres};
use super::{DERIVATIVE, Patient, RATE, electrode_name};
use crate::Error;

/// Samples of a buffer of a FIF file.
const BUFFER: usize = 4096;
/// Volts in a microvolt.
const VOLTS: f64 = 1e-6;

/// Writes the raw recording, and then the derivative of what that file says.
pub fn write_recordings(folder: &Path, planted: &Planted, patient: &Patient) -> Result<(), Error> {
    let raw = patient.raw(folder, "ieeg.edf");
    write_raw(&raw, planted, patient)?;
    let derivative = folder.join("derivatives").join(DERIVATIVE);
    write_high_gamma(&patient.raw(&derivative, "desc-highgamma_ieeg.fif"), &raw, planted)
}

fn write_raw(path: &Path, planted: &Planted, patient: &Patient) -> Result<(), Error> {
    let signal = planted.signal(patient.index, patient.rate);
    let signal = signal.map_err(|source| Error::Simulation { path: path.to_owned(), source })?;
    let names: Vec<String> = (0..planted.electrodes()).map(electrode_name).collect();
    let channel = |name, unit, rate, values| EdfChannel { name, unit, rate, values };
    let electrode = |(name, values)| channel(name, "uV", patient.rate, values);
    let mut channels: Vec<EdfChannel> = names.iter().map(String::as_str).zip(signal.columns()).map(electrode).collect();
    let seconds = signal.nrows() as f64 / patient.rate;
    let wave = |n: usize, middle: f64, size: f64, period: f64| {
        Array1::from_shape_fn(n, |i| middle + size * (TAU * seconds * i as f64 / (n as f64 * period)).sin())
    };
    let (trigger, pulse) = (wave(signal.nrows(), 0.0, 1000.0, 10.0), wave(seconds.ceil() as usize, 70.0, 5.0, 60.0));
    if patient.has_others() {
        channels.push(channel("DC1", "uV", patient.rate, trigger.view()));
        channels.push(channel("Pulse Rate", "bpm", 1.0, pulse.view()));
    }
    Ok(write_edf(path, &channels)?)
}

/// As the data set's own: the common average of good electrodes, no mains, the envelope of [`BAND`], 512 Hz.
fn pipeline(rate: f64) -> Pipeline {
    let mut steps = vec![Step::Filter(Filter::Notch(FirNotch::new(vec![60.0, 120.0, 180.0])))];
    if rate > RATE {
        steps.push(Step::Resample(Resample { rate: RATE }));
    }
    steps.push(Step::HighGamma(HighGamma { bands: vec![BAND], ..HighGamma::default() }));
    Pipeline { montage: Montage::common_average(Vec::new()), steps, finish: Vec::new() }
}

fn write_high_gamma(path: &Path, raw: &Path, planted: &Planted) -> Result<(), Error> {
    let good: Vec<usize> = (0..planted.electrodes()).filter(|electrode| !planted.is_bad(*electrode)).collect();
    let file = gyrus_formats::open(raw)?;
    let channels: Vec<usize> = good.iter().filter_map(|electrode| file.find(&electrode_name(*electrode))).collect();
    let (samples, rate) = channels.first().map_or((0, RATE), |channel| {
        let channel = &file.channels()[*channel];
        (channel.samples, channel.rate)
    });
    let threads = rayon::current_num_threads();
    let made = prepared(&*file, (&channels, samples), Some(&pipeline(rate)), threads)?;
    let channel = |electrode: &usize| FifChannel {
        name: electrode_name(*electrode),
        kind: ChannelKind::Ecog,
        unit: "V".into(),
        position: metres(*electrode),
    };
    let band = [BAND.0 as f32, BAND.1 as f32];
    let header = FifHeader { channels: good.iter().map(channel).collect(), rate: made.rate as f32, band };
    let buffers = made.signal.axis_chunks_iter(Axis(0), BUFFER);
    Ok(write_fif(path, &header, buffers.map(|buffer| buffer.mapv(|value| (value * VOLTS) as f32)))?)
}
