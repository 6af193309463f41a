//! A study of recordings in the BIDS layout says what the same study of plain arrays says.

use std::error::Error;
use std::fs;

use gyrus_recordings::bids::{Channel, Dataset, Landmark, Status, Subject, write};
use gyrus_study::read_tensors;
use gyrus_tests::{ELECTRODES, PATIENTS, SmallStudy, distance};
use ndarray::{Array2, s};
use serde_json::Value;

use crate::walk::walk;

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

/// Samples in a second of the study's recordings.
const RATE: f64 = 20.0;
/// What stands in the study file instead of its recordings.
const BIDS: &str = "[bids]\nfolder = \"bids\"\ntask = \"story\"\n\n";

/// The electrodes of a patient as far from auditory cortex as the study says, a bad channel, and one that is no electrode.
fn channels(patient: usize) -> Result<Vec<Channel>, Box<dyn Error>> {
    let [x, y, z] = Landmark::heschl().left.ok_or("a left landmark")?;
    let electrode = |name: String, distance: f64| Channel {
        name,
        kind: "ECOG".into(),
        unit: "uV".into(),
        status: Status::Good,
        position: Some([x, y - distance, z]),
        region: None,
    };
    // The tables of the plain study say two decimals.
    let rounded = |i: usize| (100.0 * distance(patient, i)).round() / 100.0;
    let mut all: Vec<Channel> = (0..ELECTRODES).map(|i| electrode(format!("E{i}"), rounded(i))).collect();
    all.push(Channel { status: Status::Bad("noise".into()), ..electrode("E8".into(), 5.0) });
    all.push(Channel { kind: "MISC".into(), position: None, ..electrode("DC1".into(), 0.0) });
    Ok(all)
}

/// The patients of `study` as a BIDS tree beside it, which its study file then names.
fn to_bids(study: &SmallStudy, space: &str) -> Outcome {
    let subject = |(patient, name): (usize, &&str)| -> Result<Subject, Box<dyn Error>> {
        let (_, signal) = read_tensors(&study.path(format!("{name}.safetensors")))?.swap_remove(0);
        let channels = channels(patient)?;
        let mut all = Array2::zeros((signal.nrows(), channels.len()));
        all.slice_mut(s![.., ..ELECTRODES]).assign(&signal.mapv(f64::from));
        all.column_mut(ELECTRODES).fill(1e3);
        Ok(Subject { name: (*name).into(), channels, signal: all, rate: RATE, events: Vec::new() })
    };
    let dataset = Dataset {
        name: "Patients who never were".into(),
        readme: "Made by the tests.".into(),
        authors: Vec::new(),
        licence: None,
        task: "story".into(),
        description: None,
        space: space.into(),
        subjects: PATIENTS.iter().enumerate().map(subject).collect::<Result<_, _>>()?,
    };
    write(&study.path("bids"), &dataset)?;
    let text = fs::read_to_string(study.file())?;
    let (begin, end) =
        (text.find("[[recordings]]").ok_or("no recordings")?, text.find("[[features]]").ok_or("no end")?);
    Ok(study.write("study.toml", format!("{}{BIDS}{}", &text[..begin], &text[end..]))?)
}

/// An EDF file with one more signal, of annotations, at the end of every record.
fn with_annotations(edf: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let number = |at: std::ops::Range<usize>| -> Result<usize, Box<dyn Error>> {
        Ok(std::str::from_utf8(&edf[at])?.trim().parse()?)
    };
    let (n, records) = (number(252..256)?, number(236..244)?);
    let mut bytes = edf[..256].to_vec();
    for (at, text) in [(184, format!("{:<8}", 256 * (n + 2))), (192, "EDF+C".into()), (252, format!("{:<4}", n + 1))] {
        bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    let fields = [
        (16, "EDF Annotations"),
        (80, ""),
        (8, ""),
        (8, "-1"),
        (8, "1"),
        (8, "-32768"),
        (8, "32767"),
        (80, ""),
        (8, "5"),
        (32, ""),
    ];
    let mut at = 256;
    for (width, text) in fields {
        bytes.extend_from_slice(&edf[at..at + n * width]);
        bytes.extend_from_slice(format!("{text:<width$}").as_bytes());
        at += n * width;
    }
    let record = (edf.len() - at) / records;
    for (i, data) in edf[at..].chunks_exact(record).enumerate() {
        bytes.extend_from_slice(data);
        let onset = format!("+{i}\u{14}\u{14}");
        bytes.extend(onset.bytes().chain(std::iter::repeat(0)).take(10));
    }
    Ok(bytes)
}

/// Every number of two results, side by side.
fn numbers(a: &Value, b: &Value, pairs: &mut Vec<(f64, f64)>) {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| numbers(a, b, pairs));
        }
        (Value::Object(a), Value::Object(b)) => {
            assert!(a.keys().eq(b.keys()));
            a.values().zip(b.values()).for_each(|(a, b)| numbers(a, b, pairs));
        }
        _ => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => pairs.push((a, b)),
            _ => assert_eq!(a, b),
        },
    }
}

/// A JSON file among the results of `study`.
fn result(study: &SmallStudy, file: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(study.results().join(file))?)?)
}

#[test]
fn recordings_in_bids_give_the_scores_of_plain_arrays() -> Outcome {
    let plain = SmallStudy::of_patients()?;
    let study = SmallStudy::of_patients()?;
    to_bids(&study, "MNI152NLin2009cAsym")?;
    // As real data sets have them: a mark before the table, a status that nobody gave, and annotations in the signals.
    let (table, edf) =
        ("bids/sub-p1/ieeg/sub-p1_task-story_channels.tsv", "bids/sub-p2/ieeg/sub-p2_task-story_ieeg.edf");
    study.edit(table, "name\t", "\u{feff}name\t")?;
    study.edit(table, "20\tgood", "n/a\tn/a")?;
    study.write(edf, with_annotations(&fs::read(study.path(edf))?)?)?;
    walk(&plain)?;
    let notes = walk(&study)?.notes;
    for patient in PATIENTS {
        let said = format!("2 of 10 channels of `{patient}` are left out: E8 (bad: noise), DC1 (type MISC)");
        assert!(notes.contains(&said), "{notes:?}");
    }
    let (a, b) = (result(&plain, "hierarchy.json")?, result(&study, "hierarchy.json")?);
    for (a, b) in [(&a["models"][0]["targets"], &b["models"][0]["targets"])] {
        let (a, b) = (a.as_array().ok_or("no targets")?, b.as_array().ok_or("no targets")?);
        assert_eq!((a.len(), b.len()), (24, 24));
        for (a, b) in a.iter().zip(b) {
            assert_eq!((&a["subject"], &a["target"]), (&b["subject"], &b["target"]));
            let [a, b] = [a, b].map(|target| target["distance"].as_f64().unwrap_or(f64::NAN));
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }
    let mut pairs = Vec::new();
    numbers(
        &result(&plain, "lags.json")?["models"][0]["mean"],
        &result(&study, "lags.json")?["models"][0]["mean"],
        &mut pairs,
    );
    let [a, b] = [&plain, &study].map(|study| result(study, "summary.json"));
    numbers(&a?["models"][0]["joint"], &b?["models"][0]["joint"], &mut pairs);
    assert!(pairs.len() > 100, "{}", pairs.len());
    let most = pairs.iter().map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(most < 1e-3 && pairs.iter().any(|(a, b)| a != b), "{most}");
    Ok(())
}

/// What the study says is wrong, without the folder's own path.
fn refusal(study: &SmallStudy) -> String {
    let said = walk(study).err().map(|error| error.to_string()).unwrap_or_default();
    let folder = study.folder().display().to_string();
    said.replace(&format!("{folder}/"), "")
}

#[test]
fn coordinates_of_another_space_need_a_landmark_in_it() -> Outcome {
    let study = SmallStudy::of_patients()?;
    to_bids(&study, "Other")?;
    let said = refusal(&study);
    assert!(said.starts_with("electrodes of `p1` in `bids` are in the space `Other`"), "{said}");
    study.edit("study.toml", "task = \"story\"\n", "task = \"story\"\nlandmark = { space = \"Other\" }\n")?;
    let said = refusal(&study);
    assert!(said.starts_with("setting `bids.landmark` of `study.toml` needs `left`, `right` or both"), "{said}");
    study.edit("study.toml", "{ space = \"Other\" }", "{ space = \"Other\", left = [-39.0, -30.0, 12.0] }")?;
    walk(&study)?;
    let before = result(&study, "hierarchy.json")?;
    assert_eq!(before["without_distance"], 0);
    // Another landmark is another study: nothing is found again.
    study.edit("study.toml", "left = [-39.0, -30.0, 12.0]", "left = [-39.0, -30.0, 20.0]")?;
    assert!(walk(&study)?.ran.contains(&"hierarchy".to_owned()));
    let distance = |found: &Value| found["models"][0]["targets"][0]["distance"].as_f64();
    assert_eq!((distance(&before), distance(&result(&study, "hierarchy.json")?)), (Some(0.0), Some(8.0)));
    Ok(())
}

#[test]
fn a_study_has_plain_recordings_or_a_tree() -> Outcome {
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", "[[features]]", &format!("{BIDS}[[features]]"))?;
    let said = refusal(&study);
    assert!(
        said.contains("setting `recordings` of `study.toml` or `bids` or `simulation` must be given, one of them"),
        "{said}"
    );
    Ok(())
}
