//! A response planted at a known lag, in a tree like the Podcast ECoG data set's, is found there and nowhere else: from raw
//! recordings, and from the high gamma that is made of them.

use std::error::Error;
use std::fs;
use std::path::Path;

use gyrus_simulation::PlantedParams;
use gyrus_study::SimulatedPodcast;
use gyrus_tests::{SmallStudy, snapshot};
use serde_json::Value;

use crate::walk::walk;

mod walk;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The lags of the study, in seconds.
const LAGS: [f64; 11] = [-0.5, -0.375, -0.25, -0.125, 0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75];
/// What a layer adds at least where it is planted, and at most anywhere where none is.
const HEARD: f64 = 0.4;
const UNHEARD: f64 = 0.2;
/// The largest mean r, over electrodes, at lags that are not the planted one.
const AWAY: f64 = 0.06;

const RAW: &str = r#"
[preparation]
reference = "common-average"
[[preparation.steps]]
filter = { notch = { frequencies = [60.0, 120.0, 180.0] } }
[[preparation.steps]]
high_gamma = { bands = [[70.0, 150.0]] }
[[preparation.steps]]
resample = { rate = 128.0 }
"#;

const DERIVATIVE: &str = "derivative = \"ecogprep\"\ndescription = \"highgamma\"\n";

/// A study of the tree, with more lines about its recordings.
fn study_file(recordings: &str) -> String {
    format!(
        r#"schema = 1
name = "podcast"
title = "A planted response"
seed = 7

[story]
words = "tree/stimuli/podcast_transcript.csv"
targets = "own"

[bids]
folder = "tree"
task = "podcast"
{recordings}
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
seconds = {LAGS:?}
main = 0.25
window = 0.1
anchor = "onset"

[controls]
words = []

[encoding]
folds = 4
inner_folds = 3
gap = 4
penalties = "1e0:1e4:5"
block = 20

[inference]
draws = 100
shifts = 59

[text]
characters = 300
"#
    )
}

fn tree(folder: &Path, params: PlantedParams, seed: u64) -> Outcome {
    Ok(SimulatedPodcast::new(folder, params, seed)?.write_tree(folder)?)
}

/// The findings of a study of the tree at `LAGS`, and what was said on the way.
fn found(study: &SmallStudy, recordings: &str) -> Outcome<(Value, Vec<String>)> {
    study.write("study.toml", study_file(recordings))?;
    let notes = walk(study)?.notes;
    Ok((serde_json::from_slice(&fs::read(study.results().join("lags.json"))?)?, notes))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Whose electrode it is, its name, and whether a response was planted in it, of all that are good.
fn electrodes(truth: &Value) -> Vec<(String, String, bool)> {
    let patients = truth["patients"].as_array().into_iter().flatten();
    let all = patients.flat_map(|patient| {
        let name = patient["name"].as_str().unwrap_or("").trim_start_matches("sub-").to_owned();
        let good = patient["electrodes"].as_array().into_iter().flatten().filter(|electrode| electrode["bad"] == false);
        good.map(move |electrode| {
            (name.clone(), electrode["name"].as_str().unwrap_or("").to_owned(), electrode["planted"] == true)
        })
    });
    all.collect()
}

/// That the findings are those that were planted.
fn check(found: &Value, truth: &Value) {
    let (electrodes, planted_layer) = (electrodes(truth), truth["layer"].as_u64().unwrap_or(u64::MAX));
    let (model, lag) = (&found["models"][0], &truth["lag"]);
    let targets = model["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert_eq!((targets.len(), electrodes.len()), (20, 20));
    for (i, (target, (patient, name, planted))) in targets.iter().zip(&electrodes).enumerate() {
        assert_eq!(found["targets"][i], serde_json::json!([patient, name]));
        let added = number(&target["added"]);
        if *planted {
            assert!(&target["lag"] == lag && target["layer"] == planted_layer, "{patient} {name}: {target}");
            assert!(added > HEARD && number(&target["q"]) < 0.05, "{patient} {name}: {target}");
        } else {
            assert!(added < UNHEARD, "{patient} {name}: {target}");
        }
    }
    let mean = |layer: usize, at: usize| number(&model["mean"][layer][at]);
    for layer in 0..4 {
        let away = (0..LAGS.len()).filter(|at| LAGS[*at] != number(lag));
        away.for_each(|at| assert!(mean(layer, at).abs() < AWAY, "{layer} {}: {}", LAGS[at], mean(layer, at)));
    }
}

#[test]
fn a_planted_response_is_found_in_raw_recordings_and_in_their_high_gamma() -> Outcome {
    let study = SmallStudy::of_patients()?;
    tree(&study.path("tree"), PlantedParams::default(), 1)?;
    let truth: Value = serde_json::from_slice(&fs::read(study.path("tree/truth.json"))?)?;
    let (raw, notes) = found(&study, RAW)?;
    check(&raw, &truth);
    let (derived, more) = found(&study, DERIVATIVE)?;
    check(&derived, &truth);
    for said in [
        "2 of 12 channels of `01` are left out: G4 (bad: noisy), G9 (bad: noisy)",
        "4 of 14 channels of `02` are left out: G4 (bad: noisy), G9 (bad: noisy), DC1 (type MISC), Pulse Rate (type MISC)",
    ] {
        assert!([&notes, &more].iter().all(|notes| notes.iter().any(|note| note == said)), "{notes:?} {more:?}");
    }
    // Of another band and at another rate, and yet much the same.
    for target in 0..20 {
        let [a, b] = [&raw, &derived].map(|found| number(&found["models"][0]["targets"][target]["added"]));
        assert!((a - b).abs() < 0.1, "{target}: {a} {b}");
    }
    // It is in the loudness of high gamma and nowhere else.
    let (unprepared, _) = found(&study, "")?;
    let targets = unprepared["models"][0]["targets"].as_array().ok_or("no targets")?;
    assert!(targets.len() == 20 && targets.iter().all(|target| number(&target["added"]) < UNHEARD), "{targets:?}");
    Ok(())
}

#[test]
fn another_lag_is_found_where_it_is() -> Outcome {
    let study = SmallStudy::of_patients()?;
    let params = PlantedParams { lag: 0.5, patients: 2, ..PlantedParams::default() };
    tree(&study.path("tree"), params, 2)?;
    let truth: Value = serde_json::from_slice(&fs::read(study.path("tree/truth.json"))?)?;
    check(&found(&study, DERIVATIVE)?.0, &truth);
    Ok(())
}

/// The electrodes that answer to speech are kept and the others named; files of signals are read without a tree, too.
#[test]
fn electrodes_that_do_not_answer_are_left_out_by_name() -> Outcome {
    let study = SmallStudy::of_patients()?;
    tree(&study.path("tree"), PlantedParams::default(), 4)?;
    let truth: Value = serde_json::from_slice(&fs::read(study.path("tree/truth.json"))?)?;
    let (all, _) = found(&study, DERIVATIVE)?;
    let bids = format!("[bids]\nfolder = \"tree\"\ntask = \"podcast\"\n{DERIVATIVE}");
    let file = |n: usize| {
        let path = format!("tree/derivatives/ecogprep/sub-0{n}/ieeg/sub-0{n}_task-podcast_desc-highgamma_ieeg.fif");
        format!("[[recordings]]\nsubject = \"0{n}\"\nsignal = \"{path}\"\n\n")
    };
    study.edit("study.toml", &bids, &format!("{}{}", file(1), file(2)))?;
    walk(&study)?;
    let plain: Value = serde_json::from_slice(&fs::read(study.results().join("lags.json"))?)?;
    assert_eq!(plain["models"][0]["mean"], all["models"][0]["mean"]);
    let electrodes = "[electrodes]\nresponsive = \"evoked\"\nshifts = 199\n";
    let (some, notes) = found(&study, &format!("{DERIVATIVE}\n{electrodes}"))?;
    let kept: Vec<Value> = some["targets"].as_array().cloned().unwrap_or_default();
    let planted = self::electrodes(&truth).into_iter().filter(|(.., planted)| *planted);
    for (patient, name, _) in planted {
        assert!(kept.contains(&serde_json::json!([patient, name])), "{patient} {name}: {kept:?}");
    }
    assert!(kept.len() < 20, "{kept:?}");
    let said = |patient: &str| {
        let own = kept.iter().filter(|target| target[0] == patient).count();
        let begin = format!("{own} of 10 electrodes of `{patient}` answer to ");
        notes.iter().any(|note| note.starts_with(&begin) && note.contains("left out: "))
    };
    assert!(said("01") && said("02"), "{notes:?}");
    Ok(())
}

#[test]
fn a_seed_decides_every_byte() -> Outcome {
    let short = PlantedParams { seconds: 30.0, ..PlantedParams::default() };
    let [a, b] = [tempfile::tempdir()?, tempfile::tempdir()?];
    tree(a.path(), short, 3)?;
    tree(b.path(), short, 3)?;
    assert_eq!(snapshot(a.path())?, snapshot(b.path())?);
    Ok(())
}
