//! Writes an EDF and a FIF file of known waves into a folder, for readers in other languages to check, and times the reader.
//!
//! `cargo run --release -p gyrus-formats --example write_signals -- FOLDER [SECONDS] [CHANNELS]`

use std::path::Path;

use gyrus_formats::ChannelKind;
use gyrus_formats::edf::{EdfChannel, write_edf};
use gyrus_formats::fif::{FifChannel, FifHeader, write_fif};
use ndarray::{Array1, Array2};

/// Samples a second.
const RATE: usize = 512;

/// Sample `i` of channel `k`, in volts.
fn wave(i: usize, k: usize) -> f64 {
    1e-5 * (0.01 * (k + 1) as f64 * i as f64).sin()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("no folder is given")?;
    let [seconds, channels] = [4, 5].map(|otherwise| arguments.next().map_or(Ok(otherwise), |text| text.parse()));
    let (seconds, channels): (usize, usize) = (seconds?, channels?);
    let samples = seconds * RATE;
    let names: Vec<String> = (0..channels).map(|k| format!("G{}", k + 1)).collect();
    let columns: Vec<Array1<f64>> = (0..channels).map(|k| (0..samples).map(|i| 1e6 * wave(i, k)).collect()).collect();
    let described = names.iter().zip(&columns);
    let described =
        described.map(|(name, values)| EdfChannel { name, unit: "uV", rate: RATE as f64, values: values.view() });
    write_edf(&Path::new(&folder).join("waves.edf"), &described.collect::<Vec<_>>())?;
    let channel = |(k, name): (usize, &String)| {
        let position = (k > 0).then_some([0.001 * k as f32, -0.02, 0.03]);
        FifChannel { name: name.clone(), kind: ChannelKind::Ecog, unit: "V".to_owned(), position }
    };
    let channels: Vec<FifChannel> = names.iter().enumerate().map(channel).collect();
    let width = channels.len();
    let header = FifHeader { channels, rate: RATE as f32, band: [70.0, 200.0] };
    let buffer = |second: usize| Array2::from_shape_fn((RATE, width), |(i, k)| wave(second * RATE + i, k) as f32);
    write_fif(&Path::new(&folder).join("waves_ieeg.fif"), &header, (0..seconds).map(buffer))?;
    Ok(())
}
