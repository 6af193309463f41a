//! What laboratories' files do wrong is one clear error or a counted warning of `gyrus run`: on the way, and on the page.

use std::error::Error;
use std::fs;
use std::path::Path;

use gyrus_formats::Channel;
use gyrus_formats::fif::{FifChannel, FifHeader, write_fif};
use gyrus_simulation::PlantedParams;
use gyrus_study::SimulatedPodcast;
use gyrus_tests::SmallStudy;

use crate::walk::walk;

mod walk;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const STUDY: &str = r#"schema = 1
name = "mishaps"
title = "What goes wrong"
seed = 7

[story]
words = "tree/stimuli/podcast_transcript.csv"
targets = "own"

[bids]
folder = "tree"
task = "podcast"
distances = false

[[features]]
name = "planted"
file = "tree/stimuli/features.safetensors"

[words]
windows = ["full"]
main = "full"
pooling = "last"
overflow = "error"
twins = 0

[lags]
seconds = [0.25]
main = 0.25
window = 0.1
anchor = "onset"

[controls]
words = []

[encoding]
folds = 3
inner_folds = 2
gap = 4
penalties = "1e0:1e4:3"
block = 10

[inference]
draws = 100
shifts = 19

[power]
draws = 0

[text]
characters = 300
"#;

const TRANSCRIPT: &str = "tree/stimuli/podcast_transcript.csv";
const RECORDING: &str = "tree/sub-01/ieeg/sub-01_task-podcast_ieeg.edf";

/// A tree of two patients, and a study of its raw recordings.
fn study() -> Outcome<SmallStudy> {
    let study = SmallStudy::of_patients()?;
    let params = PlantedParams { seconds: 60.0, ..PlantedParams::default() };
    SimulatedPodcast::new(&study.path("tree"), params, 1)?.write_tree(&study.path("tree"))?;
    study.write("study.toml", STUDY)?;
    Ok(study)
}

/// The error of a study that cannot be run, with all that it comes from.
fn error(study: &SmallStudy) -> String {
    let Err(error) = walk(study) else { return "no error".into() };
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        said = format!("{said}: {error}");
        source = error.source();
    }
    said
}

/// The transcript with other times, `(start, end)`.
fn retime(study: &SmallStudy, other: impl Fn(f64) -> f64) -> Outcome {
    let text = fs::read_to_string(study.path(TRANSCRIPT))?;
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut cells: Vec<String> = line.split(',').map(ToOwned::to_owned).collect();
        let n = cells.len();
        for cell in &mut cells[n - 2..] {
            if let Ok(time) = cell.parse::<f64>() {
                *cell = other(time).to_string();
            }
        }
        lines.push(cells.join(","));
    }
    Ok(study.write(TRANSCRIPT, lines.join("\n"))?)
}

/// The signals of an EDF file of 16 bits, as numbers in the records, changed: channel, sample of the recording, number.
fn change(path: &Path, other: impl Fn(usize, usize, i16) -> i16) -> Outcome {
    let mut bytes = fs::read(path)?;
    let field = |from: usize, bytes: &[u8]| -> Outcome<usize> {
        Ok(std::str::from_utf8(&bytes[from..from + 8])?.trim().parse()?)
    };
    let signals: usize = std::str::from_utf8(&bytes[252..256])?.trim().parse()?;
    let header = field(184, &bytes)?;
    let samples = (0..signals).map(|i| field(256 + 216 * signals + 8 * i, &bytes)).collect::<Outcome<Vec<_>>>()?;
    let (mut at, mut record) = (header, 0);
    while at < bytes.len() {
        for (channel, n) in samples.iter().enumerate() {
            for i in 0..*n {
                let number = i16::from_le_bytes([bytes[at], bytes[at + 1]]);
                bytes[at..at + 2].copy_from_slice(&other(channel, record * n + i, number).to_le_bytes());
                at += 2;
            }
        }
        record += 1;
    }
    Ok(fs::write(path, bytes)?)
}

#[test]
fn words_after_the_recording_are_counted() -> Outcome {
    let study = study()?;
    retime(&study, |time| time + 20.0)?;
    let notes = walk(&study)?.notes;
    let page = fs::read_to_string(study.results().join("report.html"))?;
    for patient in ["01", "02"] {
        let end = format!("end after the recording of `{patient}`, which ends at 60 s");
        assert!(notes.iter().any(|note| note.contains(&end)), "{notes:?}");
    }
    assert_eq!(page.matches("which ends at 60 s").count(), 2);
    assert!(notes.iter().any(|note| note.contains("are left out: a lag's window leaves a recording")), "{notes:?}");
    Ok(())
}

#[test]
fn a_transcript_of_another_recording_is_an_error() -> Outcome {
    let study = study()?;
    retime(&study, |time| time + 1000.0)?;
    let said = error(&study);
    assert!(said.contains("podcast_transcript.csv") && said.contains("the recording at 60 s"), "{said}");
    Ok(())
}

#[test]
fn times_in_samples_or_milliseconds_are_an_error() -> Outcome {
    for (rate, likely) in [(512.0, "milliseconds, or samples"), (1000.0, "milliseconds"), (2048.0, "milliseconds")] {
        let study = study()?;
        retime(&study, |time| rate * time)?;
        let said = error(&study);
        assert!(said.contains("podcast_transcript.csv") && said.contains(likely), "{rate}: {said}");
    }
    Ok(())
}

#[test]
fn a_name_that_stands_twice_is_an_error() -> Outcome {
    let study = study()?;
    let bytes = fs::read(study.path(RECORDING))?;
    let mut twice = bytes.clone();
    twice.copy_within(256..272, 272);
    study.write(RECORDING, twice)?;
    let said = error(&study);
    assert!(said.contains("sub-01_task-podcast_ieeg.edf") && said.contains("stands twice: `G1`"), "{said}");
    study.write(RECORDING, bytes)?;
    study.edit("tree/sub-01/ieeg/sub-01_task-podcast_channels.tsv", "G2\t", "G1\t")?;
    let said = error(&study);
    assert!(said.contains("sub-01_task-podcast_channels.tsv") && said.contains("stands twice: `G1`"), "{said}");
    Ok(())
}

#[test]
fn a_rate_that_the_sidecar_contradicts_is_an_error() -> Outcome {
    let study = study()?;
    study.edit("tree/sub-01/ieeg/sub-01_task-podcast_ieeg.json", "512", "500")?;
    let said = error(&study);
    assert!(said.contains("512") && said.contains("500") && said.contains("sub-01_task-podcast_ieeg.json"), "{said}");
    Ok(())
}

#[test]
fn channels_that_stick_to_an_end_or_never_change_are_named() -> Outcome {
    let study = study()?;
    change(&study.path(RECORDING), |channel, i, number| match channel {
        0 if i % 20 < 3 => i16::MAX,
        1 => 0,
        _ => number,
    })?;
    let notes = walk(&study)?.notes;
    for wrong in [
        "1 of 10 channels stand at their lowest or highest value in more than 1 % of samples: G1",
        "1 of 10 channels never change: G2",
    ] {
        assert!(notes.iter().any(|note| note.contains("sub-01") && note.ends_with(wrong)), "{wrong}: {notes:?}");
        let page = fs::read_to_string(study.results().join("report.html"))?;
        assert!(page.contains(wrong), "{wrong} is not on the page");
    }
    study.edit("study.toml", "[lags]", "[preparation]\nfinish = [\"standardise\"]\n\n[lags]")?;
    let said = error(&study);
    assert!(said.contains("channel `G2`") && said.contains("never changes"), "{said}");
    Ok(())
}

#[test]
fn a_value_that_is_missing_is_an_error_with_channel_and_time() -> Outcome {
    let study = study()?;
    let folder = study.path("tree/derivatives/ecogprep/sub-01/ieeg");
    let path = folder.join("sub-01_task-podcast_desc-highgamma_ieeg.fif");
    let file = gyrus_formats::open(&path)?;
    let channels: Vec<usize> = (0..file.channels().len()).collect();
    let mut samples = file.read(&channels, 0..file.channels()[0].samples)?;
    samples[[1024, 2]] = f64::NAN;
    let own = |channel: &Channel| {
        let Channel { name, kind, unit, .. } = channel.clone();
        FifChannel { name, kind, unit, position: None }
    };
    let channels = file.channels().iter().map(own).collect();
    let header = FifHeader { channels, rate: file.channels()[0].rate as f32, band: [70.0, 150.0] };
    write_fif(&path, &header, [samples.mapv(|value| value as f32)])?;
    let bids = "derivative = \"ecogprep\"\ndescription = \"highgamma\"\ndistances = false";
    study.edit("study.toml", "distances = false", bids)?;
    let name = file.channels()[2].name.clone();
    let wrong = format!("channel `{name}`");
    let said = error(&study);
    assert!(said.contains(&wrong) && said.contains("is not finite") && said.contains("call it bad"), "{said}");
    study.edit("study.toml", "[lags]", "[preparation]\nfinish = [\"standardise\"]\n\n[lags]")?;
    let said = error(&study);
    assert!(said.contains(&wrong) && said.contains("is not finite"), "{said}");
    Ok(())
}
