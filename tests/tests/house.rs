//! The small study walked through the whole house: from files to the report, and again.

use std::error::Error;
use std::fs;
use std::path::Path;

use gyrus_tests::{SmallStudy, changed, snapshot, without_scripts};

use crate::walk::{Walk, walk, walk_only};

mod walk;

type Outcome = Result<(), Box<dyn Error>>;

const STEPS: [&str; 18] = [
    "activations-tiny-trained",
    "activations-tiny-twin-1",
    "activations-tiny-shuffled",
    "text",
    "benchmarks",
    "encoding",
    "canaries",
    "hierarchy",
    "lags",
    "generalisation",
    "ceilings",
    "dimension",
    "power",
    "similarity",
    "convergence",
    "context",
    "claims",
    "report",
];

/// Steps of the brain's side, which the data or the plan of the analysis change.
const ANALYSIS: [&str; 11] = [
    "encoding",
    "canaries",
    "hierarchy",
    "lags",
    "generalisation",
    "ceilings",
    "dimension",
    "power",
    "convergence",
    "claims",
    "report",
];

/// Runs a good study, changes it, and runs it again: exactly the steps `expected` run anew.
fn check_reruns(change: impl FnOnce(&SmallStudy) -> std::io::Result<()>, expected: &[&str]) -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    change(&study)?;
    assert_eq!(walk(&study)?.ran, expected);
    assert_eq!(walk(&study)?.found, STEPS);
    Ok(())
}

/// As [`check_reruns`] for a study file in which `from` has become `to`.
fn check_setting(from: &str, to: &str, expected: &[&str]) -> Outcome {
    check_reruns(|study| study.edit("study.toml", from, to), expected)
}

#[test]
fn from_files_to_the_report() -> Outcome {
    let study = SmallStudy::new()?;
    assert_eq!(walk(&study)?.ran, STEPS);
    let files = [
        "manifest.json",
        "activations/tiny/1w.safetensors",
        "activations/tiny/3w.safetensors",
        "activations/tiny-twin-1/3w.safetensors",
        "scores.parquet",
        "models.parquet",
        "targets.parquet",
        "folds.parquet",
        "ceilings.parquet",
        "dimension.parquet",
        "similarity.parquet",
        "correspondence.parquet",
        "layer-map.parquet",
        "context.parquet",
        "figures/score-by-layer.svg",
        "report.html",
    ];
    for file in files {
        assert!(study.results().join(file).is_file(), "{file}");
    }
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(page.contains("A study of nobody") && page.contains("2 listeners") && page.contains("163 words"));
    Ok(())
}

#[test]
fn every_file_is_listed_by_a_step() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let files = snapshot(&study.results())?;
    let (steps, results): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| path.starts_with("steps"));
    let steps: Vec<String> = steps.into_iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    for (path, _) in results {
        let listed = format!("\"{}\"", path.display());
        assert!(steps.iter().any(|step| step.contains(&listed)), "{listed} could change unseen");
    }
    Ok(())
}

#[test]
fn the_silent_listener_is_named() -> Outcome {
    let study = SmallStudy::new()?;
    let notes = walk(&study)?.notes;
    assert!(notes[0].contains("s02 is left out: the signal is zero in every region"), "{notes:?}");
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(page.contains("Listener s02 was refused and is in no number"));
    let summary = summary(&study)?;
    assert_eq!(summary["listeners"], serde_json::json!(["s01", "s03"]));
    assert_eq!(summary["refused"][0]["subject"], "s02");
    Ok(())
}

#[test]
fn a_second_run_finds_every_step_and_changes_no_byte() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let before = snapshot(&study.results())?;
    let again = walk(&study)?;
    assert_eq!((again.ran.len(), again.found.len()), (0, STEPS.len()));
    assert_eq!(changed(&before, &snapshot(&study.results())?), Vec::<&Path>::new());
    Ok(())
}

#[test]
fn a_setting_reruns_only_what_depends_on_it() -> Outcome {
    let draws = ["encoding", "canaries", "hierarchy", "ceilings", "power", "claims", "report"];
    check_setting("draws = 100", "draws = 101", &draws)?;
    check_setting("folds = 4", "folds = 3", &ANALYSIS)?;
    check_setting("[text]", "[lag_map]\nshifts = 0\n[text]", &["lags", "report"])?;
    check_setting("characters = 300", "characters = 200", &["text", "convergence", "claims", "report"])?;
    check_setting("[text]", "[similarity]\ngap = 2\n[text]", &["similarity", "convergence", "context", "report"])?;
    check_setting("A study of nobody", "A study of somebody", &["report"])
}

/// Files of states, under the results of `study`.
fn state_files(study: &SmallStudy) -> Result<Vec<String>, Box<dyn Error>> {
    let files = snapshot(&study.results())?.into_keys().map(|path| path.display().to_string());
    Ok(files.filter(|path| path.starts_with("activations")).collect())
}

#[test]
fn a_study_that_keeps_no_state_has_the_same_scores() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let tables = ["scores.parquet", "models.parquet", "targets.parquet", "layers.parquet"];
    let read = || tables.map(|table| fs::read(study.results().join(table)).expect("a table of the study"));
    let (kept, similarity) = (read(), cka(&study)?);
    fs::remove_dir_all(study.results())?;
    study.edit("study.toml", "twins = 1", "twins = 1\nkeep = \"none\"")?;
    let again = walk(&study)?;
    assert_eq!(again.ran, STEPS);
    assert_eq!(
        state_files(&study)?,
        [
            "activations/tiny/1w.reduced.safetensors",
            "activations/tiny/3w.reduced.safetensors",
            "activations/tiny/3w.safetensors",
            "activations/tiny-shuffled/3w.reduced.safetensors",
            "activations/tiny-twin-1/3w.reduced.safetensors",
            "activations/tiny-twin-1/3w.safetensors",
        ]
    );
    assert_eq!(read(), kept);
    assert!(again.notes.iter().any(|note| note.contains("comparisons read 100 components")), "{:?}", again.notes);
    let apart = cka(&study)?.iter().zip(&similarity).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 1e-5, "{apart}");
    study.edit("study.toml", "gap = 4", "gap = 5")?;
    // Where no states are kept nothing is asked of contexts.
    let apart = ["text", "benchmarks", "context"];
    let of_states: Vec<&str> = STEPS.into_iter().filter(|step| !apart.contains(step)).collect();
    assert_eq!(walk(&study)?.ran, of_states);
    Ok(())
}

/// The debiased CKA of every pair of layers.
fn cka(study: &SmallStudy) -> Result<Vec<f64>, Box<dyn Error>> {
    let found: serde_json::Value = serde_json::from_slice(&fs::read(study.results().join("similarity.json"))?)?;
    let rows = found["debiased"].as_array().into_iter().flatten().flat_map(|row| row.as_array().into_iter().flatten());
    Ok(rows.filter_map(serde_json::Value::as_f64).collect())
}

#[test]
fn another_model_reruns_what_reads_it() -> Outcome {
    check_reruns(|study| study.write_model("tiny", 32), &STEPS)
}

#[test]
fn another_recording_reruns_no_model() -> Outcome {
    let rescaled = |study: &SmallStudy| {
        let file = "data/signals/10mm/s01-timecourses.txt";
        let text = fs::read_to_string(study.path(file))?;
        study.write(file, text.replacen("e2", "e1", 1))
    };
    check_reruns(rescaled, &ANALYSIS)
}

#[test]
fn a_renamed_model_keeps_nothing_of_its_old_name() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    study.edit("study.toml", "name = \"tiny\"", "name = \"other\"")?;
    let steps = STEPS.map(|step| step.replace("-tiny-", "-other-"));
    assert_eq!(walk(&study)?.ran, steps);
    Ok(())
}

#[test]
fn scores_of_old_activations_never_pass_for_new_ones() -> Outcome {
    let pool = |study: &SmallStudy| study.edit("study.toml", "pooling = \"last\"", "pooling = \"mean\"");
    let (study, fresh) = (SmallStudy::new()?, SmallStudy::new()?);
    walk(&study)?;
    pool(&study)?;
    walk_only(&study, Some("encoding"))?;
    walk(&study)?;
    pool(&fresh)?;
    walk(&fresh)?;
    let scores = |study: &SmallStudy| fs::read(study.results().join("scores.parquet"));
    assert_eq!(scores(&study)?, scores(&fresh)?);
    Ok(())
}

#[test]
fn a_table_that_the_manifest_does_not_list_counts() -> Outcome {
    let unlisted = |study: &SmallStudy| {
        let file = "data/signals/s01-sndpwr.txt";
        let manifest = fs::read_to_string(study.path("manifest.toml"))?;
        let (head, files) = manifest.split_once("[[file]]").expect("files in the manifest");
        let kept = files.split("[[file]]").filter(|file| !file.contains("s01-sndpwr"));
        let kept: String = kept.map(|file| format!("[[file]]{file}")).collect();
        study.write("manifest.toml", format!("{head}{kept}"))?;
        let text = fs::read_to_string(study.path(file))?;
        let (first, rest) = text.split_once('\n').expect("rows");
        study.write(file, format!("{}\n{rest}", first.trim().parse::<f64>().expect("a number") + 0.5))
    };
    check_reruns(unlisted, &ANALYSIS)
}

#[test]
fn a_lost_or_altered_result_is_made_again() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let before = snapshot(&study.results())?;
    for (file, expected) in [
        ("activations/tiny/1w.safetensors", STEPS[0]),
        ("activations/tiny-twin-1/3w.safetensors", STEPS[1]),
        ("scores.parquet", "encoding"),
        ("generalisation.parquet", "generalisation"),
        ("power.parquet", "power"),
        ("similarity.parquet", "similarity"),
        ("figures/text.svg", "report"),
        ("steps/text.json", "text"),
    ] {
        let path = study.results().join(file);
        fs::remove_file(&path)?;
        assert_eq!(walk(&study)?.ran, [expected], "{file} lost");
        let mut bytes = fs::read(&path)?;
        bytes[10] ^= 1;
        fs::write(&path, bytes)?;
        assert_eq!(walk(&study)?.ran, [expected], "{file} altered");
    }
    assert_eq!(changed(&before, &snapshot(&study.results())?), Vec::<&Path>::new());
    Ok(())
}

#[test]
fn a_run_that_fails_in_the_middle_is_resumed() -> Outcome {
    let whole = SmallStudy::new()?;
    walk(&whole)?;
    let study = SmallStudy::new()?;
    // A folder where the table should be: the encoding cannot leave it there.
    let obstacle = study.results().join("targets.parquet");
    fs::create_dir_all(obstacle.join("in the way"))?;
    let error = walk(&study).expect_err("a table that cannot be written");
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(error.to_string() == "step `encoding`" && cause.contains("targets.parquet"), "{error}: {cause}");
    let earlier = snapshot(&study.results().join("activations"))?;
    assert_eq!(changed(&earlier, &snapshot(&whole.results().join("activations"))?), Vec::<&Path>::new());
    fs::remove_dir_all(obstacle)?;
    assert_eq!(
        walk(&study)?,
        Walk {
            ran: STEPS[5..].iter().map(ToString::to_string).collect(),
            found: STEPS[..5].iter().map(ToString::to_string).collect(),
            notes: walk(&whole)?
                .notes
                .iter()
                .map(|note| note.replace(&text(whole.folder()), &text(study.folder())))
                .collect(),
            // Fits, and what was found of the model, were whole.
            pieces: ["dimension-tiny", "context-tiny"].map(Into::into).to_vec(),
        }
    );
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// What the study found.
fn summary(study: &SmallStudy) -> Result<serde_json::Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(study.results().join("summary.json"))?)?)
}

#[test]
fn a_region_that_never_varies_is_undefined() -> Outcome {
    let study = SmallStudy::new()?;
    for listener in ["s01", "s03"] {
        let file = format!("data/signals/10mm/{listener}-timecourses.txt");
        let text = fs::read_to_string(study.path(&file))?;
        let still = text.lines().filter_map(|row| row.split_whitespace().next()).map(|left| format!("{left} 5.0\n"));
        study.write(&file, still.collect::<String>())?;
    }
    walk(&study)?;
    let summary = summary(&study)?;
    assert!(summary["controls"][0]["value"].is_number() && summary["controls"][1]["value"].is_null());
    assert!(summary["controls"][0]["low"].is_number() && summary["controls"][1]["low"].is_null());
    // The mean over regions is that of the region that varies.
    assert!(summary["models"][0]["score_listeners"]["low"].is_number());
    Ok(())
}

/// Runs a study file in which `from` has become `to`: gives what it found and the page, which never says NaN.
fn changed_study(from: &str, to: &str) -> Result<(serde_json::Value, String), Box<dyn Error>> {
    let study = SmallStudy::new()?;
    study.edit("study.toml", from, to)?;
    walk(&study)?;
    let page = fs::read_to_string(study.results().join("report.html"))?;
    assert!(!without_scripts(&page).contains("NaN"));
    Ok((summary(&study)?, page))
}

/// Two folds share no training rows, and one block says nothing about spread.
#[test]
fn scores_without_intervals_are_said_to_have_none() -> Outcome {
    for (from, to) in [("folds = 4", "folds = 2"), ("block = 6", "block = 100")] {
        let (summary, page) = changed_study(from, to)?;
        let model = &summary["models"][0];
        for estimate in
            [&model["score"], &model["slope"], &model["over_controls"]["difference"], &model["score_listeners"]]
        {
            assert!(estimate["value"].is_number() && estimate["low"].is_null() && estimate["high"].is_null(), "{to}");
        }
        assert!(model["over_controls"]["p"].is_number(), "{to}");
        assert_eq!(model["peaks"][0]["low"].is_null(), to == "block = 100");
        assert!(page.contains("Scores have no intervals"), "{to}");
    }
    Ok(())
}

#[test]
fn one_listener_says_nothing_of_listeners() -> Outcome {
    let (summary, page) = changed_study("listeners = []", "listeners = [\"s01\"]")?;
    let model = &summary["models"][0];
    assert!(model["score"]["low"].is_number() && model["over_controls_listeners"]["value"].is_number());
    assert!(model["over_controls_listeners"]["low"].is_null());
    assert!(page.contains("which says nothing of listeners in general"));
    Ok(())
}

#[test]
fn a_supplied_rate_that_never_varies_is_undefined() -> Outcome {
    let study = SmallStudy::new()?;
    for listener in ["s01", "s03"] {
        study.write(format!("data/signals/{listener}-rate.txt"), "1.0\n".repeat(120))?;
    }
    walk(&study)?;
    assert!(summary(&study)?["word_rate_check"].is_null());
    Ok(())
}

#[test]
fn scripts_in_names_are_escaped() -> Outcome {
    let study = SmallStudy::new()?;
    study.edit("study.toml", "name = \"tiny\"", "name = \"<script>alert(1)<script>\"")?;
    study.edit("study.toml", "A study of nobody", "</title><script>alert(2)</script>")?;
    study.edit("manifest.toml", "title = \"The keeper", "title = \"<script>alert(3)</script>")?;
    walk(&study)?;
    for (path, bytes) in snapshot(&study.results())? {
        let shown = path.extension().is_some_and(|extension| extension == "html" || extension == "svg");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!shown || !without_scripts(&text).contains("<script"), "{}", path.display());
        assert!(!shown || !text.contains("<script>alert("), "{}", path.display());
        assert!(
            path != Path::new("report.html") || (1..=3).all(|n| text.contains(&format!("&lt;script&gt;alert({n})")))
        );
    }
    Ok(())
}

/// The canary `kind` of the small study, of its model if it is of one.
fn canary<'a>(found: &'a serde_json::Value, kind: &str) -> Result<&'a serde_json::Value, Box<dyn Error>> {
    let canaries = found["canaries"].as_array().ok_or("no canaries")?;
    Ok(canaries.iter().find(|canary| canary["kind"] == kind).ok_or_else(|| format!("no canary `{kind}`"))?)
}

/// Runs a study file in which `from` has become `to`: gives its canaries and its page.
fn canaries(from: &str, to: &str) -> Result<(serde_json::Value, String), Box<dyn Error>> {
    let study = SmallStudy::new()?;
    study.edit("study.toml", from, to)?;
    walk(&study)?;
    let found = serde_json::from_slice(&fs::read(study.results().join("canaries.json"))?)?;
    Ok((found, fs::read_to_string(study.results().join("report.html"))?))
}

const LEAK: &str = "Features that know where a row stands";

#[test]
fn position_predicts_nothing_and_warns_where_rows_leak() -> Outcome {
    let (found, page) = canaries("gap = 4", "gap = 4")?;
    assert!(canary(&found, "position")?["score"]["low"].as_f64() < Some(0.0) && !page.contains(LEAK), "{found}");
    let (found, page) = canaries("gap = 4", "gap = 0\nscheme = \"shuffled\"")?;
    assert!(canary(&found, "position")?["score"]["low"].as_f64() > Some(0.0), "{found}");
    assert!(page.contains(LEAK) && page.contains("The gap is 0") && page.contains("autocorrelation lasts"));
    Ok(())
}

#[test]
fn every_canary_stands_in_the_table() -> Outcome {
    let (found, page) = canaries("gap = 4", "gap = 4")?;
    let kinds = ["position", "controls", "twins", "shuffled-words"];
    for kind in kinds {
        assert!(canary(&found, kind)?["score"]["value"].is_number(), "{kind}: {found}");
    }
    let groups = found["canaries"].as_array().into_iter().flatten().filter(|c| c["kind"]["control-group"].is_string());
    assert_eq!(groups.map(|group| group["score"]["value"].is_number()).collect::<Vec<_>>(), [true; 3]);
    let (shuffled, shifted) = (canary(&found, "shuffled-words")?, canary(&found, "shifted-recording")?);
    assert!(shuffled["p"].is_number() && shuffled["beside"]["value"].is_number(), "{shuffled}");
    assert!(shifted["adds"]["value"].as_f64() < shifted["quantile"].as_f64(), "{shifted}");
    assert!(page.contains("Canaries") && page.contains("position in the run, no stimulus"));
    Ok(())
}

#[test]
fn shuffled_words_can_be_left_out() -> Outcome {
    let study = SmallStudy::new()?;
    study.edit("study.toml", "[text]", "[canaries]\nshuffled_words = false\n\n[text]")?;
    assert!(!walk(&study)?.ran.contains(&"activations-tiny-shuffled".to_owned()));
    assert!(!fs::read_to_string(study.results().join("report.html"))?.contains("shuffled words"));
    Ok(())
}

/// 4 cosines of 120 scans of 2 s are periods above 120 s.
#[test]
fn drift_is_removed_by_number_or_by_period() -> Outcome {
    let study = SmallStudy::new()?;
    walk(&study)?;
    let scores = || fs::read(study.results().join("scores.parquet"));
    let by_number = scores()?;
    study.edit("study.toml", "cosines = 4", "high_pass = 120.0")?;
    walk(&study)?;
    assert!(scores()? == by_number);
    study.edit("study.toml", "high_pass = 120.0", "high_pass = 120.0\ncosines = 4")?;
    let error = walk(&study).expect_err("a number and a period").to_string();
    assert!(error.contains("setting `scans.cosines`") && error.contains("or `high_pass` must be given"), "{error}");
    Ok(())
}
