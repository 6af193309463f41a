//! Files that mne, pyedflib and pybv wrote, against what those libraries read in them.
//!
//! `tests/scripts/formats_fixtures.py` at the top of the repository makes both.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use gyrus_formats::fif::FifFile;
use gyrus_formats::{Signals, open};
use serde::Deserialize;

type Outcome = Result<(), Box<dyn Error>>;

/// Error of a value, relative to the largest of its channel.
const ROUNDING: f64 = 1e-12;
/// Seconds: onsets are written in single precision, or counted from a date in microseconds.
const CLOCK: f64 = 2e-6;

#[derive(Deserialize)]
struct Expected {
    channels: Vec<ExpectedChannel>,
    annotations: Vec<ExpectedAnnotation>,
    gaps: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct ExpectedChannel {
    name: String,
    kind: String,
    unit: String,
    rate: f64,
    bad: bool,
    values: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct ExpectedAnnotation {
    onset: f64,
    duration: f64,
    text: String,
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/signals").join(name)
}

fn expected() -> Result<BTreeMap<String, Expected>, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(data("expected.json"))?)?)
}

fn check(name: &str, file: &dyn Signals, expected: &Expected) -> Outcome {
    let about = |name: &str, kind: &str, unit: &str, rate: f64, samples: usize, bad: bool| {
        format!("{name} {kind} {unit} {rate} {samples} {bad}")
    };
    let found: Vec<_> = file
        .channels()
        .iter()
        .map(|c| about(&c.name, &format!("{:?}", c.kind), &c.unit, c.rate, c.samples, c.bad))
        .collect();
    let known = expected.channels.iter();
    let known: Vec<_> = known.map(|c| about(&c.name, &c.kind, &c.unit, c.rate, c.values.len(), c.bad)).collect();
    assert_eq!(found, known, "{name}");
    let near = |a: f64, b: f64| (a - b).abs() <= CLOCK;
    assert_eq!(file.gaps().len(), expected.gaps.len(), "{name}: {:?}", file.gaps());
    for (found, known) in file.gaps().iter().zip(&expected.gaps) {
        assert!(near(found.start, known[0]) && near(found.end, known[1]), "{name}: {found:?} {known:?}");
    }
    assert_eq!(file.annotations().len(), expected.annotations.len(), "{name}: {:?}", file.annotations());
    for (found, known) in file.annotations().iter().zip(&expected.annotations) {
        let same = found.text == known.text && near(found.onset, known.onset) && near(found.duration, known.duration);
        assert!(same, "{name}: {found:?}, not {} s {}", known.onset, known.text);
    }
    for (i, channel) in expected.channels.iter().enumerate() {
        let values = file.read(&[i], 0..channel.values.len())?;
        let range = channel.values.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
        for (sample, (found, known)) in values.iter().zip(&channel.values).enumerate() {
            let known = known.unwrap_or(f64::NAN);
            let same = (found - known).abs() <= ROUNDING * range || (found.is_nan() && known.is_nan());
            assert!(same, "{name}: {} at {sample}: {found} is not {known}", channel.name);
        }
    }
    Ok(())
}

#[test]
fn every_file_is_read_as_the_library_reads_it() -> Outcome {
    let all = expected()?;
    assert!(all.len() >= 16, "{}", all.len());
    for (name, expected) in &all {
        check(name, open(&data(name))?.as_ref(), expected)?;
    }
    Ok(())
}

#[test]
fn parts_are_the_whole() -> Outcome {
    for name in expected()?.keys() {
        let file = open(&data(name))?;
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        let rate = file.channels()[0].rate;
        let channels: Vec<usize> = (0..file.channels().len()).filter(|i| file.channels()[*i].rate == rate).collect();
        let samples = file.channels()[0].samples;
        let whole = file.read(&channels, 0..samples)?;
        for (from, to) in [(0, 1), (7, 23), (samples / 2, samples), (samples, samples), (3, 3)] {
            let backwards: Vec<usize> = channels.iter().rev().copied().collect();
            let part = file.read(&backwards, from..to)?;
            assert_eq!(part.dim(), (to - from, channels.len()), "{name}");
            for ((row, column), value) in part.indexed_iter() {
                assert!(same(*value, whole[[from + row, channels.len() - 1 - column]]), "{name} {row} {column}");
            }
        }
        assert_eq!(file.read(&[], 2..5)?.dim(), (3, 0));
    }
    Ok(())
}

#[test]
fn any_file_of_a_brainvision_recording_can_be_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    for ending in ["vhdr", "eeg", "vmrk"] {
        // Renamed without a change in the header.
        fs::copy(data(&format!("vectors.{ending}")), folder.path().join(format!("new.{ending}")))?;
    }
    let all = expected()?;
    for ending in ["vhdr", "eeg", "vmrk"] {
        check("new", open(&folder.path().join(format!("new.{ending}")))?.as_ref(), &all["vectors.vhdr"])?;
    }
    fs::remove_file(folder.path().join("new.eeg"))?;
    let said = open(&folder.path().join("new.vhdr")).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said.contains("names `vectors.eeg`, which is not beside it"), "{said}");
    Ok(())
}

#[test]
fn a_fif_file_tells_where_and_when() -> Outcome {
    let file = FifFile::open(&data("dated_raw.fif"))?;
    let seconds = file.measured_at().ok_or("no date")?;
    assert!((seconds - 1_589_718_615.25).abs() < 1e-6, "{seconds}");
    assert_eq!((file.first_sample(), file.band()), (150, [Some(0.0), Some(50.0)]));
    let positions: Vec<Option<f32>> =
        file.positions().iter().map(|position| position.map(|[x, ..]| x as f32)).collect();
    assert_eq!(positions[..3], [Some(0.02), Some(0.03), Some(0.04)]);
    assert_eq!(positions[3], None);
    let parts = FifFile::open(&data("split_raw.fif"))?;
    let names: Vec<_> = parts.files().map(|path| path.file_name().unwrap_or_default().to_owned()).collect();
    assert_eq!(names[..2], ["split_raw.fif", "split_raw-1.fif"]);
    assert_eq!(FifFile::open(&data("skips_raw.fif"))?.first_sample(), 140);
    Ok(())
}
