//! A study that has its recordings simulated: made once, read as any others, and what was planted is found.

use std::error::Error;
use std::fs;

use gyrus_tests::{Draws, SmallStudy, without_scripts};
use serde_json::Value;

use crate::walk::{walk, walk_only};

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

/// What stands in the study file instead of recordings and features.
const SIMULATION: &str = "[simulation]\nvectors = \"vectors.txt\"\ncounts = \"counts.tsv\"\npatients = 2\n\
                          electrodes = 16\nsignal = 0.8\nrate = 20.0\nlevels = \"planted\"\n\n[lag_map]\nshifts = 0\n\n[power]\ndraws = 0\n\n";

/// Words in no order that comes again, so that no shift of the recording fits them.
fn story() -> String {
    let mut draws = Draws::new(3);
    let mut time = 1.0;
    let mut row = |_| {
        let word = ["the", "gull", "sat", "by", "its", "lamp", "again"][(7.0 * draws.uniform()) as usize];
        let (start, end) = (time, time + 0.15 + 0.2 * draws.uniform());
        time = end + 0.2 * draws.uniform();
        format!("{word}\t{start:.3}\t{end:.3}\n")
    };
    format!("word\tstart\tend\n{}", (0..320).map(&mut row).collect::<String>())
}

fn study() -> Result<SmallStudy, Box<dyn Error>> {
    let study = SmallStudy::of_patients()?;
    study.write("vectors.txt", "the 1 0 0\ngull 0 1 0\nsat 0 0 1\nby 1 1 0\nits 0 1 1\nlamp 1 0 1\nagain -1 0 1\n")?;
    study.write("counts.tsv", "word\tcount\nthe\t900\ngull\t3\nsat\t20\nby\t300\nits\t80\nlamp\t9\nagain\t40\n")?;
    let text = fs::read_to_string(study.file())?;
    let (begin, end) = (text.find("[[recordings]]").ok_or("no recordings")?, text.find("[words]").ok_or("no words")?);
    study.write("study.toml", format!("{}{SIMULATION}{}", &text[..begin], &text[end..]))?;
    study.write("story.tsv", story())?;
    Ok(study)
}

#[test]
fn recordings_are_made_once_and_say_what_was_planted() -> Outcome {
    let study = study()?;
    let first = walk(&study)?;
    assert_eq!(first.ran.first().map(String::as_str), Some("simulation"));
    let hierarchy: Value = serde_json::from_slice(&fs::read(study.results().join("hierarchy.json"))?)?;
    assert_eq!(hierarchy["models"][0]["targets"].as_array().map(Vec::len), Some(32));
    let rho = hierarchy["models"][0]["peaks"]["pooled"]["spearman"].as_f64().ok_or("no number")?;
    assert!(rho > 0.3, "{rho}");
    let truth = result(&study, "truth.json")?;
    assert_eq!((&truth["electrodes"], &truth["hearing"], &truth["map"]), (&32.into(), &24.into(), &"hierarchy".into()));
    // The slope over all targets is the one of the hierarchy's section, and the deaf flatten it.
    assert_eq!(truth["slopes"]["all"]["found"], hierarchy["models"][0]["peaks"]["slope"]["estimate"]);
    assert_eq!((&truth["slopes"]["all"]["electrodes"], &truth["slopes"]["all"]["deaf"]), (&32.into(), &8.into()));
    assert_eq!((&truth["detection"][0]["model"], &truth["detection"][0]["hearing"]), (&"planted".into(), &24.into()));
    let planted = truth["slopes"]["all"]["planted"].as_f64().ok_or("no slope")?;
    assert!((0.005..0.03).contains(&planted), "{planted}");
    assert!(truth["reached"]["ratio"].as_f64().is_some_and(|ratio| (0.3..1.2).contains(&ratio)), "{truth}");
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(page.contains("What was planted and what was found") && !without_scripts(&page).contains("NaN"));
    assert!(study.results().join("truth.parquet").is_file());
    let again = walk(&study)?;
    assert!(again.ran.is_empty() && again.found.first().map(String::as_str) == Some("simulation"), "{again:?}");
    // What was planted decides nothing: no step is run again when the truth is gone, but for what made it.
    fs::remove_file(study.results().join("recordings/truth.json"))?;
    assert_eq!(walk(&study)?.ran, ["simulation"]);
    study.edit("study.toml", "seed = 7", "seed = 8")?;
    assert!(walk(&study)?.ran.len() > 10, "another seed is another cortex");
    let other = result(&study, "truth.json")?;
    assert!(other["slopes"] != truth["slopes"] && other["peaks"] != truth["peaks"], "{other}");
    Ok(())
}

/// A JSON file among the results of `study`.
fn result(study: &SmallStudy, file: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(study.results().join(file))?)?)
}

/// The planted latency of each electrode that hears, and the lag at which its responses are taken.
fn lags(study: &SmallStudy) -> Result<Vec<(f64, f64)>, Box<dyn Error>> {
    let (truth, summary) = (result(study, "recordings/truth.json")?, result(study, "summary.json")?);
    let patients = truth["patients"].as_array().ok_or("no patients")?;
    let electrodes = patients.iter().filter_map(|patient| patient["electrodes"].as_array()).flatten();
    let lags = summary["lags"].as_array().ok_or("no lags")?;
    assert_eq!((lags.len(), electrodes.clone().count()), (32, 32));
    let both = electrodes.zip(lags).filter(|(electrode, _)| !electrode["height"].is_null());
    both.map(|(electrode, lag)| Ok((electrode["latency"].as_f64().ok_or("no latency")?, lag.as_f64().ok_or("no lag")?)))
        .collect()
}

#[test]
fn electrodes_answer_each_at_its_own_lag() -> Outcome {
    let study = study()?;
    study.edit("study.toml", "[-0.2, 0.0, 0.2, 0.4]", "[0.0, 0.1, 0.2, 0.3]")?;
    walk(&study)?;
    assert!(lags(&study)?.iter().all(|(_, lag)| *lag == 0.2));
    study.edit("study.toml", "main = 0.2", "main = 0.2\ntarget = \"evoked\"")?;
    let ran = walk(&study)?.ran;
    assert!(ran.contains(&"encoding".into()) && ran.contains(&"hierarchy".into()), "{ran:?}");
    let lags = lags(&study)?;
    let near = lags.iter().filter(|(latency, lag)| (latency - lag).abs() <= 0.1).count();
    assert!(near * 10 >= lags.len() * 8, "{lags:?}");
    let found = &result(&study, "truth.json")?["latencies"];
    let responsive = found["evoked"]["electrodes"].as_u64().ok_or("no lags")?;
    assert!((1..=24).contains(&responsive) && found["evoked"]["near"].as_u64() <= Some(responsive), "{found}");
    assert_eq!(found["best"]["electrodes"], responsive);
    // Results that are not of what was planted are named.
    let summary = fs::read_to_string(study.results().join("summary.json"))?;
    let other = summary.replace("\"name\": \"planted\"", "\"name\": \"other\"");
    fs::write(study.results().join("summary.json"), other)?;
    let error = walk_only(&study, Some("truth")).expect_err("another study's results");
    let cause = error.source().and_then(Error::source).ok_or("no cause")?.to_string();
    assert!(error.to_string().contains("truth") && cause.contains("it has no features `planted`"), "{error}: {cause}");
    Ok(())
}

#[test]
fn where_nothing_is_heard_the_page_says_so() -> Outcome {
    let study = study()?;
    study.edit("study.toml", "signal = 0.8", "signal = 0.0\nmap = \"shallow\"")?;
    walk(&study)?;
    let truth = result(&study, "truth.json")?;
    assert_eq!((&truth["hearing"], &truth["peaks"]["electrodes"]), (&0.into(), &0.into()), "{truth}");
    assert_eq!((&truth["detection"][0]["deaf"], &truth["slopes"]["all"]["deaf"]), (&32.into(), &32.into()));
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(page.contains("No electrode hears anything, and ") && page.contains("No language model could show"));
    assert!(!without_scripts(&page).contains("NaN") && !study.results().join("figures/truth-peaks.svg").exists());
    Ok(())
}

#[test]
fn a_study_without_planted_features_is_not_told_the_truth() -> Outcome {
    let study = study()?;
    study.edit(
        "study.toml",
        "levels = \"planted\"\n\n",
        "\n[[features]]\nname = \"own\"\nfile = \"features.safetensors\"\n",
    )?;
    let ran = walk(&study)?.ran;
    assert!(!ran.contains(&"truth".into()) && !study.results().join("truth.json").exists(), "{ran:?}");
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
