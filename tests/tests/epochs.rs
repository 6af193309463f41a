//! Studies whose responses are resampled epochs, and of stories whose times step back.

use std::error::Error;
use std::fs;

use gyrus_tests::{LAG, LAYERS, SmallStudy};
use serde_json::Value;

use crate::walk::{Walk, walk};

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

const MEANS: &str = "seconds = [-0.2, 0.0, 0.2, 0.4]\nmain = 0.2\nwindow = 0.1\n";

/// The study of patients with epochs of 1.2 s at five lags a second, counted from the middle of the word.
fn study(epochs: &str) -> Result<SmallStudy, Box<dyn Error>> {
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", MEANS, &format!("epochs = {epochs}\nmain = 0.2\n"))?;
    Ok(study)
}

const EPOCHS: &str = "{ from = -0.4, to = 0.8, rate = 5.0 }";

fn found(study: &SmallStudy, file: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(study.results().join(file))?)?)
}

#[test]
fn a_planted_lag_is_found_by_epochs() -> Outcome {
    let study = study(EPOCHS)?;
    walk(&study)?;
    let (lags, summary) = (found(&study, "lags.json")?, found(&study, "summary.json")?);
    let seconds: Vec<f64> = lags["lags"].as_array().ok_or("no lags")?.iter().filter_map(Value::as_f64).collect();
    assert_eq!(seconds.len(), 6);
    assert!(seconds.iter().zip([-0.4, -0.2, 0.0, 0.2, 0.4, 0.6]).all(|(a, b)| (a - b).abs() < 1e-9), "{seconds:?}");
    let model = &lags["models"][0];
    let targets = model["targets"].as_array().ok_or("no targets")?;
    let there = targets.iter().filter(|target| target["lag"].as_f64().is_some_and(|lag| (lag - LAG).abs() < 1e-9));
    assert!(targets.len() == 24 && there.count() >= 20, "{model}");
    // The map at the main lag is what the headline numbers are made of.
    for layer in 0..LAYERS {
        let [map, score] = [&model["mean"][layer][3], &summary["models"][0]["joint"][layer][24]["value"]];
        let [map, score] = [map, score].map(|r| r.as_f64().unwrap_or(f64::NAN));
        assert!((map - score).abs() < 1e-9 && map > 0.1, "{layer}: {map} {score}");
    }
    Ok(())
}

#[test]
fn epochs_that_leave_a_recording_are_no_rows() -> Outcome {
    let study = study("{ from = -2.0, to = 4.0, rate = 5.0 }")?;
    study.edit("study.toml", "[text]", "[lag_map]\nshifts = 0\n\n[text]")?;
    let Walk { notes, .. } = walk(&study)?;
    // Words begin every .4 s from 1 s on, their middle is .15 s later, and the recording ends at 131 s.
    let said = notes.iter().find(|note| note.contains("an epoch leaves a recording")).ok_or("no note")?;
    assert_eq!(said, "8 of 320 words are left out: an epoch leaves a recording");
    Ok(())
}

#[test]
fn targets_may_have_their_own_lag_of_epochs() -> Outcome {
    let study = study(EPOCHS)?;
    study.edit("study.toml", "main = 0.2\n", "main = 0.2\ntarget = \"evoked\"\n")?;
    study.edit("study.toml", "words = [\"length\"]", "words = []")?;
    study.edit("study.toml", "penalties", "unit = \"columns\"\npenalties")?;
    walk(&study)?;
    let lags = found(&study, "summary.json")?["lags"].clone();
    let lags: Vec<f64> = lags.as_array().ok_or("no lags")?.iter().filter_map(Value::as_f64).collect();
    assert!(lags.len() == 24 && lags.iter().all(|lag| (-0.4..0.7).contains(lag)), "{lags:?}");
    Ok(())
}

#[test]
fn words_that_step_back_lose_their_time() -> Outcome {
    let study = SmallStudy::of_patients()?;
    // The eleventh word begins before the tenth, and the thirteenth ends before it begins.
    study.edit("story.tsv", "\t5.000\t5.300", "\t4.500\t5.300")?;
    study.edit("story.tsv", "\t5.800\t6.100", "\t5.800\t5.700")?;
    let said = walk(&study).expect_err("times that step back").to_string();
    assert!(said.contains("begins before the word in front of it: `4.5`"), "{said}");
    study.edit("study.toml", "targets = \"own\"", "backward = \"untimed\"\ntargets = \"own\"")?;
    let Walk { notes, .. } = walk(&study)?;
    assert!(notes.iter().any(|note| note.starts_with("2 of 320 words of `")), "{notes:?}");
    let summary = found(&study, "summary.json")?;
    assert_eq!((&summary["words"], &summary["timed_words"]), (&Value::from(320), &Value::from(318)));
    Ok(())
}

/// What the study file with `epochs` and `more` says is wrong.
fn refusal(epochs: &str, (from, to): (&str, &str)) -> Result<String, Box<dyn Error>> {
    let study = study(epochs)?;
    study.edit("study.toml", from, to)?;
    let said = walk(&study).expect_err("settings that make no sense").to_string();
    Ok(said.replace(&format!("{}/", study.folder().display()), ""))
}

#[test]
fn epochs_that_make_no_sense_are_named() -> Outcome {
    let same = ("main = 0.2", "main = 0.2");
    let said = refusal(EPOCHS, ("main = 0.2", "main = 0.25"))?;
    assert_eq!(
        said,
        "setting `lags.main` of `study.toml` is not one of the lags of `lags.epochs`, -0.4 s and on in steps of 0.2 s: `0.25`"
    );
    let said = refusal("{ from = 1.0, to = 0.8, rate = 5.0 }", same)?;
    assert!(said.starts_with("setting `lags.epochs` of `study.toml` makes no sense: the length of an epoch"), "{said}");
    let said = refusal(EPOCHS, ("main = 0.2", "main = 0.2\nwindow = 0.1"))?;
    assert!(
        said.starts_with("setting `lags.seconds` of `study.toml` and `window` must be given, or `epochs`"),
        "{said}"
    );
    let said = refusal("{ from = -0.4, to = 5000.0, rate = 0.2 }", ("main = 0.2", "main = -0.4"))?;
    assert!(said.starts_with("`lags.epochs` cannot be made of the recording of `p1`"), "{said}");
    let said = refusal(
        EPOCHS,
        ("words = \"story.tsv\"", "words = \"story.tsv\"\nformat = \"gentle\"\nbackward = \"untimed\""),
    )?;
    assert!(
        said.starts_with("setting `story.backward` of `study.toml` is \"untimed\", which is for a table"),
        "{said}"
    );
    Ok(())
}
