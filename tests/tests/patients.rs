//! Studies of plain files with a known answer, from files to the report, and files that do not belong together.

use std::error::Error;
use std::fs;

use gyrus_tests::{LAG, LAYERS, PATIENTS, SmallStudy, distance, tensors, without_scripts};
use serde_json::Value;

use crate::walk::walk;

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

/// A JSON file and the page among the results of `study`.
fn results(study: &SmallStudy, file: &str) -> Result<(Value, String), Box<dyn Error>> {
    walk(study)?;
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(!without_scripts(&page).contains("NaN"));
    Ok((serde_json::from_slice(&fs::read(study.results().join(file))?)?, page))
}

#[test]
fn a_planted_hierarchy_is_found() -> Outcome {
    let (found, page) = results(&SmallStudy::of_patients()?, "hierarchy.json")?;
    let model = &found["models"][0];
    let targets = model["targets"].as_array().ok_or("no targets")?;
    assert_eq!(targets.len(), 24);
    for (i, target) in targets.iter().enumerate() {
        let planted = distance(i / 8, i % 8) / 100.0;
        let peak = target["peak"]["value"].as_f64().ok_or("no peak")?;
        assert_eq!(target["subject"], PATIENTS[i / 8]);
        assert!((peak - planted).abs() <= 1.0 / (LAYERS - 1) as f64 + 1e-9, "{target}");
    }
    for values in ["peaks", "centres"] {
        let aligned = &model[values];
        assert!(aligned["rank"]["estimate"]["low"].as_f64() > Some(0.5), "{aligned}");
        assert!(aligned["mixed"]["slope"]["low"].as_f64() > Some(0.0) && aligned["mixed"]["degrees"] == 2, "{aligned}");
        assert!(aligned["permuted"]["p"].as_f64() < Some(0.01), "{aligned}");
        assert_eq!(aligned["by_patient"].as_array().map(Vec::len), Some(3));
    }
    assert!(model["reliability"]["half"].as_f64() > Some(0.8), "{model}");
    assert!(page.contains("Hierarchy") && !page.contains("nothing is shown for patients in general"));
    Ok(())
}

#[test]
fn two_patients_are_warned_of() -> Outcome {
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", "rate = 20.0\ntargets = \"p3.tsv\"", "rate = 20.0")?;
    let (found, page) = results(&study, "hierarchy.json")?;
    assert_eq!((found["patients"].as_array().map(Vec::len), &found["without_distance"]), (Some(2), &Value::from(8)));
    assert!(page.contains("Distances from auditory cortex are known in 2 of the patients"));
    Ok(())
}

#[test]
fn without_distances_nothing_is_claimed() -> Outcome {
    let study = SmallStudy::of_patients()?;
    PATIENTS.iter().try_for_each(|patient| study.edit("study.toml", &format!("targets = \"{patient}.tsv\""), ""))?;
    let (found, page) = results(&study, "hierarchy.json")?;
    assert_eq!(found["models"], serde_json::json!([]));
    assert!(page.contains("No distances known"));
    Ok(())
}

/// What a changed study says is wrong, from the step to the cause.
fn refusal(change: impl FnOnce(&SmallStudy) -> std::io::Result<()>) -> Result<String, Box<dyn Error>> {
    let study = SmallStudy::of_patients()?;
    change(&study)?;
    let error = walk(&study).expect_err("files that do not belong together");
    let (mut said, mut cause) = (error.to_string(), error.source());
    while let Some(next) = cause {
        said = format!("{said}: {next}");
        cause = next.source();
    }
    Ok(said.replace(&format!("{}/", study.folder().display()), ""))
}

#[test]
fn files_that_do_not_belong_together_are_named() -> Outcome {
    let said = refusal(|study| study.edit("p2.tsv", "E7\t", "E7\t1\nE8\t"))?;
    assert_eq!(said, "`p2.tsv` has 9 rows, `p2.safetensors` has 8 targets");
    let said = refusal(|study| study.edit("p1.tsv", "E1\t12.50", "E1\tnear"))?;
    assert_eq!(said, "`p1.tsv` row 2 (from 1, below the header) has no distance in mm: `near`");
    let said = refusal(|study| study.edit("study.toml", "subject = \"p2\"", "subject = \"p1\""))?;
    assert_eq!(said, "setting `recordings.subject` of `study.toml` is given twice: [\"p1\", \"p1\", \"p3\"]");
    let said = refusal(|study| study.edit("study.toml", "[-0.2, 0.0, 0.2, 0.4]", "[0.2, 5000.0]"))?;
    assert_eq!(said, "at lag 5000 s of `lags.seconds` no word lies inside the recording of `p1`");
    let said = refusal(|study| {
        study.edit("study.toml", "[-0.2, 0.0, 0.2, 0.4]\nmain = 0.2", "[0.2]\nmain = 0.2\ntarget = \"evoked\"")
    })?;
    assert_eq!(
        said,
        "setting `lags.target` of `study.toml` is \"evoked\", which needs several `lags.seconds` to choose from"
    );
    let short = tensors(&[("layer.0".to_owned(), 2, vec![0.0; 20])])?;
    let said = refusal(|study| study.write("features.safetensors", short))?;
    assert_eq!(said, "understand `features.safetensors`: tensor `layer.0` has 10 rows, the story has 320 words");
    Ok(())
}

/// A column `group` of the tables of all patients, with what `group` says of each electrode.
fn with_groups(study: &SmallStudy, group: impl Fn(usize) -> String) -> Outcome {
    for patient in PATIENTS {
        let table = fs::read_to_string(study.path(format!("{patient}.tsv")))?;
        let with = |(row, line): (usize, &str)| {
            let known: Vec<&str> = line.split('\t').take(2).collect();
            let group = row.checked_sub(1).map_or_else(|| "group".to_owned(), &group);
            format!("{}\t{group}\n", known.join("\t"))
        };
        study.write(format!("{patient}.tsv"), table.lines().enumerate().map(with).collect::<String>())?;
    }
    Ok(())
}

#[test]
fn groups_of_one_are_no_groups() -> Outcome {
    let alone = results(&SmallStudy::of_patients()?, "hierarchy.json")?.0;
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", "[encoding]\n", "[encoding]\nshare = \"groups\"\n")?;
    with_groups(&study, |electrode| electrode.to_string())?;
    assert_eq!(results(&study, "hierarchy.json")?.0, alone);
    with_groups(&study, |electrode| (electrode / 4).to_string())?;
    assert_ne!(results(&study, "hierarchy.json")?.0, alone);
    Ok(())
}

#[test]
fn groups_and_patients_that_are_not_there_are_named() -> Outcome {
    let share = |study: &SmallStudy| study.edit("study.toml", "[encoding]\n", "[encoding]\nshare = \"groups\"\n");
    let said = refusal(share)?;
    assert!(said.starts_with("no target of `p1` has a group, and `encoding.share` is \"groups\""), "{said}");
    let said = refusal(|study| {
        study.edit("study.toml", "targets = \"p3.tsv\"", "")?;
        share(study)
    })?;
    assert!(
        said.starts_with("setting `encoding.share` of `study.toml` is \"groups\", which needs `targets`"),
        "{said}"
    );
    let said = refusal(|study| study.write("p2.tsv", "target\tpatient\n0\tp2\n1\tp3\n2\n3\n4\n5\n6\n7\n"))?;
    assert_eq!(said, "target 1 (from 0) of `p2.tsv` is one of patient `p3`, the recording is of `p2`");
    Ok(())
}

#[test]
fn a_planted_lag_is_found() -> Outcome {
    let study = SmallStudy::of_patients()?;
    let (found, page) = results(&study, "lags.json")?;
    let model = &found["models"][0];
    let targets = model["targets"].as_array().ok_or("no targets")?;
    assert_eq!((targets.len(), &found["lags"]), (24, &serde_json::json!([-0.2, 0.0, 0.2, 0.4])));
    assert!(targets.iter().all(|target| target["lag"] == LAG && target["q"].as_f64() < Some(0.05)), "{model}");
    // The map at the main lag is what the headline numbers are made of.
    let summary: Value = serde_json::from_slice(&fs::read(study.results().join("summary.json"))?)?;
    for layer in 0..LAYERS {
        let [map, score] = [&model["mean"][layer][2], &summary["models"][0]["joint"][layer][24]["value"]];
        let [map, score] = [map, score].map(|r| r.as_f64().unwrap_or(f64::NAN));
        assert!((map - score).abs() < 1e-9, "{layer}: {map} {score}");
    }
    assert!(page.contains("Layers and lags") && study.results().join("figures/lags-planted.svg").is_file());
    Ok(())
}

#[test]
fn one_lag_makes_no_map_and_no_shifts_no_p_values() -> Outcome {
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", "[text]", "[lag_map]\nshifts = 0\n\n[text]")?;
    let (found, page) = results(&study, "lags.json")?;
    assert!(found["models"][0]["targets"][0]["p"].is_null() && page.contains("No null was asked for"));
    study.edit("study.toml", "[-0.2, 0.0, 0.2, 0.4]", "[0.2]")?;
    let (found, page) = results(&study, "lags.json")?;
    assert!(found["models"] == serde_json::json!([]) && !page.contains("Layers and lags"));
    Ok(())
}

#[test]
fn a_study_needs_no_controls() -> Outcome {
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", "words = [\"length\"]", "words = []")?;
    let (found, _) = results(&study, "lags.json")?;
    assert!(found["models"][0]["targets"][0]["lag"] == LAG);
    Ok(())
}

#[test]
fn targets_that_are_shared_are_averaged() -> Outcome {
    let study = SmallStudy::of_patients()?;
    study.edit("study.toml", "targets = \"own\"", "targets = \"shared\"")?;
    let (found, _) = results(&study, "lags.json")?;
    assert_eq!(found["targets"][0], serde_json::json!(["mean recording", "E0"]));
    assert_eq!(found["models"][0]["targets"].as_array().map(Vec::len), Some(8));
    Ok(())
}
