//! A study that has its recordings simulated: made once, read as any others, and what was planted is found.

use std::error::Error;
use std::fs;

use gyrus_tests::SmallStudy;
use serde_json::Value;

use crate::walk::walk;

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

/// What stands in the study file instead of recordings and features.
const SIMULATION: &str = "[simulation]\nvectors = \"vectors.txt\"\ncounts = \"counts.tsv\"\npatients = 3\n\
                          electrodes = 16\nsignal = 0.8\nrate = 20.0\nlevels = \"planted\"\n\n";

fn study() -> Result<SmallStudy, Box<dyn Error>> {
    let study = SmallStudy::of_patients()?;
    study.write("vectors.txt", "the 1 0 0\ngull 0 1 0\nsat 0 0 1\nby 1 1 0\nits 0 1 1\nlamp 1 0 1\nagain -1 0 1\n")?;
    study.write("counts.tsv", "word\tcount\nthe\t900\ngull\t3\nsat\t20\nby\t300\nits\t80\nlamp\t9\nagain\t40\n")?;
    let text = fs::read_to_string(study.file())?;
    let (begin, end) = (text.find("[[recordings]]").ok_or("no recordings")?, text.find("[words]").ok_or("no words")?);
    study.write("study.toml", format!("{}{SIMULATION}{}", &text[..begin], &text[end..]))?;
    Ok(study)
}

#[test]
fn recordings_are_made_once_and_say_what_was_planted() -> Outcome {
    let study = study()?;
    let first = walk(&study)?;
    assert_eq!(first.ran.first().map(String::as_str), Some("simulation"));
    let hierarchy: Value = serde_json::from_slice(&fs::read(study.results().join("hierarchy.json"))?)?;
    assert_eq!(hierarchy["models"][0]["targets"].as_array().map(Vec::len), Some(48));
    let rho = hierarchy["models"][0]["peaks"]["pooled"]["spearman"].as_f64().ok_or("no number")?;
    assert!(rho > 0.3, "{rho}");
    let again = walk(&study)?;
    assert!(again.ran.is_empty() && again.found.first().map(String::as_str) == Some("simulation"), "{again:?}");
    // What was planted decides nothing: no step is run again when the truth is gone, but for what made it.
    fs::remove_file(study.results().join("recordings/truth.json"))?;
    assert_eq!(walk(&study)?.ran, ["simulation"]);
    study.edit("study.toml", "seed = 7", "seed = 8")?;
    assert!(walk(&study)?.ran.len() > 10, "another seed is another cortex");
    Ok(())
}

#[test]
fn a_study_has_one_kind_of_recordings() -> Outcome {
    let study = study()?;
    study.edit("study.toml", "[simulation]", "[bids]\nfolder = \".\"\ntask = \"story\"\n\n[simulation]")?;
    let said = walk(&study).expect_err("two kinds").to_string();
    assert!(said.contains("`bids` or `simulation`"), "{said}");
    Ok(())
}
