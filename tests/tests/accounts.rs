//! What a study answers beside its scores: parts of the variance, ceilings, and the dimensions of layers.

use std::error::Error;
use std::fs;

use gyrus_tests::{Draws, SmallStudy, without_scripts};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::Value;

use crate::walk::{Walk, walk};

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

/// What a step left for the report, and the page.
fn found(study: &SmallStudy, file: &str) -> Result<(Value, String), Box<dyn Error>> {
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(!without_scripts(&page).contains("NaN"));
    Ok((serde_json::from_slice(&fs::read(study.results().join(file))?)?, page))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} and {b}");
}

/// A study that divides variance among bands; `settings` stand before them.
fn with_bands(settings: &str) -> Result<SmallStudy, Box<dyn Error>> {
    let study = SmallStudy::new()?;
    let bands = "[partition.bands]\nlexical = [\"frequency\", \"length\"]\nprediction = [\"surprisal\", \"entropy\"]\nsound = [\"duration\", \"rate\"]\n";
    study.edit("study.toml", "[text]", &format!("[partition]\n{settings}\n{bands}\n[text]"))?;
    Ok(study)
}

#[test]
fn parts_of_the_variance_add_up() -> Outcome {
    for settings in ["shares = 3\nrounds = 1", "banded = false\nlisteners = false"] {
        let study = with_bands(settings)?;
        let Walk { ran, notes, .. } = walk(&study)?;
        assert!(ran.contains(&"partition".to_owned()), "{ran:?}");
        assert!(notes.iter().any(|note| note.contains("of `3w` have less before them")), "{notes:?}");
        let (found, page) = found(&study, "partition.json")?;
        let model = &found["models"][0];
        assert_eq!(model["bands"], serde_json::json!(["lexical", "prediction", "sound", "layer"]));
        assert_eq!(model["listeners"].is_null(), settings.starts_with("banded"));
        let layers = model["layers"].as_array().into_iter().flatten();
        let layers = layers.chain([&model["chosen"]]).flat_map(|places| places.as_array().into_iter().flatten());
        for parts in layers.chain(Some(&model["listeners"]).filter(|parts| !parts.is_null())) {
            let unique: f64 = parts["bands"].as_array().into_iter().flatten().map(|b| number(&b["unique_r2"])).sum();
            let beyond = number(&parts["joint_r2"]) - number(&parts["controls_r2"]);
            close(unique + number(&parts["shared_r2"]), beyond);
            for band in parts["bands"].as_array().into_iter().flatten() {
                let unique = number(&parts["joint_r"]["value"]) - number(&band["without_r"]["value"]);
                close(number(&band["unique_r"]["value"]), unique);
                assert!(band["unique_r"]["low"].is_number());
            }
        }
        assert!(page.contains("What only one kind of feature explains"));
        assert!(page.contains("In a band and among the controls at once: rate"));
    }
    Ok(())
}

#[test]
fn other_bands_rerun_the_partition_alone() -> Outcome {
    let study = with_bands("shares = 2\nrounds = 0")?;
    walk(&study)?;
    study.edit("study.toml", "\"length\"]", "\"length\", \"position-in-story\"]")?;
    assert_eq!(walk(&study)?.ran, ["partition", "report"]);
    Ok(())
}

#[test]
fn a_band_of_a_file_needs_a_row_for_every_word() -> Outcome {
    let study = SmallStudy::new()?;
    study.edit(
        "study.toml",
        "[text]",
        "[partition]\nshares = 2\nbands = { speech = \"speech.safetensors\" }\n\n[text]",
    )?;
    study.write("speech.safetensors", matrices(&[("speech", vec![vec![0.5]; 9])])?)?;
    let error = walk(&study).expect_err("too few words").to_string();
    assert!(error.contains("tensor `speech` has 9 rows, the story has 163 words"), "{error}");
    let rows = (0..163).map(|word| vec![f64::from(word * word % 17), f64::from(word % 5)]).collect();
    study.write("speech.safetensors", matrices(&[("speech", rows)])?)?;
    walk(&study)?;
    assert_eq!(found(&study, "partition.json")?.0["models"][0]["bands"], serde_json::json!(["speech", "layer"]));
    Ok(())
}

#[test]
fn listeners_who_share_targets_have_ceilings() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let (found, page) = found(&study, "ceilings.json")?;
    let subjects: Vec<_> = found["found"].as_array().into_iter().flatten().map(|found| &found["subject"]).collect();
    assert_eq!(subjects, ["single listeners", "mean recording"]);
    for ceiling in found["found"].as_array().into_iter().flatten() {
        let model = &ceiling["models"][0];
        for target in 0..2 {
            let [score, part, bound] = [&model["scores"], &model["normalised"], &ceiling["ceilings"]]
                .map(|numbers| number(&numbers[target]["value"]));
            assert!(bound > 0.2, "listeners share a part of their signal: {bound}");
            close(part * bound, score);
        }
    }
    assert!(page.contains("leave-one-out inter-subject r, r with one of 2 listeners"));
    Ok(())
}

#[test]
fn one_listener_who_heard_it_once_has_no_ceiling() -> Outcome {
    let study = SmallStudy::new()?;
    study.edit("study.toml", "listeners = []", "listeners = [\"s01\"]")?;
    walk(&study)?;
    let (found, page) = found(&study, "ceilings.json")?;
    assert_eq!(found["found"], serde_json::json!([]));
    assert!(page.contains("There is no ceiling"));
    Ok(())
}

/// One listener with targets of one's own who heard the story three times, signal and noise of equal variance: the mean of
/// three can be predicted with sqrt(3 / 4).
fn repeated() -> Result<SmallStudy, Box<dyn Error>> {
    let study = SmallStudy::new()?;
    let text = fs::read_to_string(study.path("data/story.txt"))?;
    let words = text.split_whitespace().enumerate();
    // Words are not evenly spaced, so that their rate varies.
    let onset = |i: usize| 1.4 * i as f64 + 0.19 * (i * i % 7) as f64;
    let rows = words.map(|(i, word)| format!("\"{word}\",{},{}\n", onset(i), onset(i) + 0.3 + 0.05 * (i % 5) as f64));
    study.write("words.csv", format!("word,start,end\n{}", rows.collect::<String>()))?;
    let mut draws = Draws::new(5);
    let signal: Vec<Vec<f64>> = (0..600).map(|_| vec![draws.normal(), draws.normal()]).collect();
    let mut repeat = || signal.iter().map(|row| row.iter().map(|x| x + draws.normal()).collect()).collect();
    let repeats: [Vec<Vec<f64>>; 3] = [repeat(), repeat(), repeat()];
    let mean = |row: usize, target: usize| repeats.iter().map(|repeat| repeat[row][target]).sum::<f64>() / 3.0;
    let mean = (0..600).map(|row| vec![mean(row, 0), mean(row, 1)]).collect();
    study.write("signal.safetensors", matrices(&[("signal", mean)])?)?;
    let [a, b, c] = repeats;
    study.write("repeats.safetensors", matrices(&[("a", a), ("b", b), ("c", c)])?)?;
    let data = "[data]\nmanifest = \"manifest.toml\"\nfolder = \"data\"\nradius = 10\nlisteners = []\n";
    let own = "[story]\nwords = \"words.csv\"\ntargets = \"own\"\n\n[[recordings]]\nsubject = \"one\"\nsignal = \"signal.safetensors\"\nrate = 2.5\nrepeats = \"repeats.safetensors\"\n";
    study.edit("study.toml", data, own)?;
    Ok(study)
}

/// The ceilings of both targets of [`repeated`] are near the planted one.
fn check_repeats(study: &SmallStudy, tolerance: f64) -> Outcome {
    let (found, page) = found(study, "ceilings.json")?;
    assert_eq!(found["found"][0]["subject"], "one");
    for target in 0..2 {
        let ceiling = number(&found["found"][0]["ceilings"][target]["value"]);
        assert!((ceiling - 0.75_f64.sqrt()).abs() < tolerance, "{ceiling}");
    }
    assert!(page.contains("r with the mean of 3 repeats"));
    Ok(())
}

#[test]
fn repeats_to_one_listener_are_a_ceiling() -> Outcome {
    let study = repeated()?;
    walk(&study)?;
    check_repeats(&study, 0.05)?;
    study.edit("study.toml", "[text]", "[ceiling]\nrepeats = \"split-half\"\n\n[text]")?;
    assert_eq!(walk(&study)?.ran, ["ceilings", "report"]);
    check_repeats(&study, 0.05)
}

#[test]
fn rows_that_are_words_are_asked_the_same() -> Outcome {
    let study = repeated()?;
    let lags = "[lags]\nseconds = [0.0, 0.4]\nmain = 0.4\nwindow = 0.8\n\n[partition]\nshares = 2\nbands = { lexical = [\"length\"], sound = [\"onset\", \"duration\"] }\n";
    study.edit("study.toml", "[scans]\nresponse = \"canonical\"\ncosines = 4\n", lags)?;
    walk(&study)?;
    check_repeats(&study, 0.1)?;
    let (found, _) = found(&study, "partition.json")?;
    assert_eq!(found["group"], "all targets");
    assert_eq!(found["places"], serde_json::json!(["one 0", "one 1", "mean over regions"]));
    // A single listener says nothing of others.
    let listeners = &found["models"][0]["listeners"];
    assert!(listeners["joint_r2"].is_number() && listeners["joint_r"]["low"].is_null());
    Ok(())
}

#[test]
fn layers_are_told_with_their_dimensions_and_cut_to_one_number() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let (all, _) = found(&study, "dimension.json")?;
    let variants: Vec<_> = all["models"].as_array().into_iter().flatten().map(|model| &model["variant"]).collect();
    assert_eq!(variants, ["trained", "twin-1"]);
    // Layers of three components cut to three are what they were; to one they are not.
    study.edit("study.toml", "[text]", "[dimension]\ncomponents = 3\n\n[text]")?;
    assert_eq!(walk(&study)?.ran, ["dimension", "report"]);
    let (same, page) = found(&study, "dimension.json")?;
    study.edit("study.toml", "[dimension]\ncomponents = 3", "[dimension]\ncomponents = 1")?;
    walk(&study)?;
    let (cut, _) = found(&study, "dimension.json")?;
    let of = |found: &Value, name: &str| number(&found["models"][0]["layers"][1][name]["value"]);
    close(of(&same, "matched"), of(&same, "score"));
    assert!((of(&cut, "matched") - of(&cut, "score")).abs() > 1e-6);
    assert_eq!((number(&cut["matched"]), number(&same["matched"])), (1.0, 3.0));
    assert!(page.contains("cut to 3 components (as the study asks; that is as many"));
    let first = &same["models"][0]["layers"][1]["dimension"];
    assert!(number(&first["participation_ratio"]) > 1.0 && number(&first["components"]) >= 1.0);
    Ok(())
}

/// A file of matrices in f32.
fn matrices(named: &[(&str, Vec<Vec<f64>>)]) -> Result<Vec<u8>, Box<dyn Error>> {
    let bytes =
        |rows: &Vec<Vec<f64>>| rows.iter().flatten().flat_map(|x| (*x as f32).to_le_bytes()).collect::<Vec<u8>>();
    let data: Vec<Vec<u8>> = named.iter().map(|(_, rows)| bytes(rows)).collect();
    let views = named.iter().zip(&data).map(|((name, rows), data)| {
        Ok((*name, TensorView::new(Dtype::F32, vec![rows.len(), rows.first().map_or(0, Vec::len)], data)?))
    });
    let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>()?;
    Ok(safetensors::serialize(views, None)?)
}
