//! Each command by hand, against what it should give by definition.

use std::error::Error;
use std::fs;
use std::path::Path;

use gyrus_study::read_tensors;
use gyrus_tests::{SmallStudy, changed, snapshot};
use gyrus_types::Transcript;
use gyrus_windows::{LastToken, Tokenizer, WordTokens};
use ndarray::ArrayD;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::arrays::{call, check_refused, columns, numbers, program, read_table, texts, write_tensors};

mod arrays;

type Outcome = Result<(), Box<dyn Error>>;

/// Steps of the small study, and their pieces.
const STEPS: usize = 18 + 3 + FITS;

/// Pieces of fits: two windows, a layer alone, a twin, shuffled words.
const FITS: usize = 5;

/// A short text that the tiny model reads at once.
const TEXT: &str = "ada looked at the gull, and the gull - looked at ada.";

#[test]
fn extract_hidden_states_and_verify_model_agree() -> Outcome {
    let study = SmallStudy::new()?;
    let model = study.path("models/tiny");
    study.write("text.txt", TEXT)?;
    let (tokenizer, story) = (Tokenizer::open(&model)?, Transcript::untimed(TEXT.into()));
    let tokens = tokenizer.tokens(TEXT)?;
    let ids: Vec<u32> = [tokens.prefix(), tokens.ids()].concat();
    let bytes: Vec<u8> = ids.iter().flat_map(|id| i64::from(*id).to_le_bytes()).collect();
    write_tensors(&study.path("ids"), vec![("input_ids", Dtype::I64, &[1, ids.len()], bytes.clone())])?;
    call(study.folder(), "extract --model models/tiny --transcript text.txt --windows full,1w --out {}.safetensors")?;
    call(study.folder(), "hidden-states --model models/tiny --ids ids --out states")?;

    let extracted = read_tensors(&study.path("full.safetensors"))?;
    let states = fs::read(study.path("states"))?;
    let states = SafeTensors::deserialize(&states)?;
    let words = WordTokens::new(&tokens, &story, LastToken::default())?;
    assert_eq!((extracted.len(), extracted[0].1.dim()), (3, (story.words().len(), 16)));
    for (layer, (name, found)) in extracted.iter().enumerate() {
        assert_eq!(name, &format!("layer.{layer}"));
        let expected = cube(&states.tensor(&format!("hidden.{layer}"))?)?;
        for (word, own) in words.ranges().iter().enumerate() {
            let token = tokens.prefix().len() + own.end - 1;
            let apart = &found.row(word) - &expected.slice(ndarray::s![0, token, ..]);
            assert!(apart.iter().all(|d| d.abs() < 1e-5), "layer {layer}, word {word}: {apart}");
        }
    }
    let short = read_tensors(&study.path("1w.safetensors"))?;
    assert_eq!(short[0].1, extracted[0].1, "the input of the first block knows no context");
    assert_ne!(short[2].1.row(5), extracted[2].1.row(5));

    let mut parity = vec![("input_ids", Dtype::I64, vec![1, ids.len()], bytes)];
    parity.extend(states.iter().map(|(name, view)| (name, view.dtype(), view.shape().to_vec(), view.data().to_vec())));
    check_verification(&study, &parity)
}

fn cube(view: &TensorView) -> Result<ArrayD<f32>, Box<dyn Error>> {
    let values = view.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Ok(ArrayD::from_shape_vec(view.shape(), values)?)
}

/// What the program says of its own states, and of states that are not its own.
fn check_verification(study: &SmallStudy, parity: &[(&str, Dtype, Vec<usize>, Vec<u8>)]) -> Outcome {
    let write = |tensors: &[(&str, Dtype, Vec<usize>, Vec<u8>)]| {
        let tensors = tensors.iter().map(|(name, kind, shape, bytes)| (*name, *kind, shape.as_slice(), bytes.clone()));
        write_tensors(&study.path("models/tiny/parity.safetensors"), tensors.collect())
    };
    write(parity)?;
    let said = call(study.folder(), "verify-model models/tiny")?;
    assert!(said.starts_with("ok  models/tiny  largest 0.0e0"), "{said}");
    let mut wrong = parity.to_vec();
    let logits = wrong.iter_mut().find(|tensor| tensor.0 == "logits").ok_or("no logits")?;
    logits.3[..4].copy_from_slice(&1e3_f32.to_le_bytes());
    write(&wrong)?;
    let answer = program().call(study.folder(), ["verify-model", "models/tiny"])?;
    assert!(answer.refusal()?.contains("1 of 1 models differ by more than 1e-4"), "{answer:?}");
    assert!(answer.output.starts_with("DIFFERS  models/tiny"), "{answer:?}");
    wrong.retain(|tensor| tensor.0 != "hidden.1");
    write(&wrong)?;
    check_refused(study.folder(), "verify-model models/tiny", &["parity.safetensors` has no tensor `hidden.1`"])
}

/// Rows of one layer that differ between two files.
fn unequal(study: &SmallStudy, one: &str, other: &str, layer: usize) -> Result<Vec<usize>, Box<dyn Error>> {
    let (one, other) = (read_tensors(&study.path(one))?, read_tensors(&study.path(other))?);
    let rows = one[layer].1.rows().into_iter().zip(other[layer].1.rows());
    Ok(rows.enumerate().filter(|(_, (one, other))| one != other).map(|(row, _)| row).collect())
}

#[test]
fn bos_and_punctuation_are_read_as_told() -> Outcome {
    let study = SmallStudy::new()?;
    study.write("text.txt", TEXT)?;
    let extract =
        |rest: &str| call(study.folder(), &format!("extract --model models/tiny --transcript text.txt {rest}"));
    extract("--windows 1w --out own")?;
    extract("--windows 1w --out always --bos always --word-tokens whole-text")?;
    extract("--windows 1w --out never --bos never")?;
    extract("--windows 1w --out alone --word-tokens word-by-word")?;
    assert!(unequal(&study, "own", "always", 2)?.is_empty(), "the tokenizer's own rule has a BOS already");
    assert!(unequal(&study, "own", "never", 0)?.is_empty());
    assert_eq!(unequal(&study, "own", "never", 2)?.len(), TEXT.split_whitespace().count());
    let punctuated = TEXT.split_whitespace().enumerate().filter(|(_, word)| word.ends_with([',', '.']));
    assert_eq!(unequal(&study, "own", "alone", 0)?, punctuated.map(|(at, _)| at).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn extract_and_hidden_states_refuse_what_the_model_cannot_read() -> Outcome {
    let study = SmallStudy::new()?;
    let ids = |name: &str, ids: &[i64]| {
        let bytes = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        write_tensors(&study.path(name), vec![("input_ids", Dtype::I64, &[1, ids.len()], bytes)])
    };
    ids("beyond", &[1, 5, 40])?;
    ids("negative", &[1, -5])?;
    ids("long", &[1; 65])?;
    let states = |name: &str, expected: &[&str]| {
        check_refused(study.folder(), &format!("hidden-states --model models/tiny --ids {name} --out o"), expected)
    };
    states("beyond", &["token 2 (from 0) has the id `40`, the vocabulary has 40"])?;
    states("negative", &["`negative`", "holds `-5`, which is no token id"])?;
    states("long", &["65 tokens long, the model's limit is 64"])?;
    states("study.toml", &["`study.toml`", "not a whole safetensors file"])?;
    study.write("words.csv", "word,start,end\nada,0.5,0.9\nrows,0.4,1.0\n")?;
    let extract = |rest: &str, expected: &[&str]| {
        check_refused(study.folder(), &format!("extract --model models/tiny --out o {rest}"), expected)
    };
    extract("--transcript words.csv", &["`words.csv` row 2 (from 1, below the header) begins before", "`0.4`"])?;
    extract("--transcript absent.txt", &["`absent.txt`", "No such file"])?;
    extract("--transcript data/story.txt --windows 1,2", &["several windows need `{}` in `--out`"])?;
    extract("--transcript data/story.txt --windows 64", &["window `64` and a prefix of 1 exceed the model's limit"])?;
    assert!(!study.path("o").exists());
    Ok(())
}

#[test]
fn data_check_vouches_for_good_data_and_names_the_damage() -> Outcome {
    let study = SmallStudy::new()?;
    let said = call(study.folder(), "data check manifest.toml data")?;
    assert_eq!(said, "pier: 14 files as the manifest describes them\n");
    study.edit("data/story.txt", "ada", "eda")?;
    fs::remove_file(study.path("data/story.TextGrid"))?;
    study.write("data/signals/s01-rate.txt", "1\n")?;
    let answer = program().call(study.folder(), ["data", "check", "manifest.toml", "data"])?;
    assert!(answer.refusal()?.contains("3 of 14 files of `pier` are missing or not as the manifest"), "{answer:?}");
    for line in
        ["`story.txt` has sha256:", "`story.TextGrid` is missing\n", "`signals/s01-rate.txt` has 2 bytes instead of "]
    {
        assert!(answer.output.contains(line), "{line}: {answer:?}");
    }
    Ok(())
}

#[test]
fn a_dry_run_writes_nothing() -> Outcome {
    let study = SmallStudy::new()?;
    let files = snapshot(study.folder())?;
    let run = ["run", "study.toml", "--out", "results", "--dry-run"];
    let answer = program().call(study.folder(), run)?;
    assert_eq!(
        (answer.status, answer.complaint.matches(" would be run: about ").count()),
        (Some(0), STEPS - FITS),
        "{answer:?}"
    );
    assert!(answer.complaint.contains(&format!("fits would be run, {FITS} pieces: about ")), "{answer:?}");
    assert_eq!(changed(&files, &snapshot(study.folder())?), Vec::<&Path>::new());
    call(study.folder(), "run study.toml --out results")?;
    study.edit("study.toml", "draws = 100", "draws = 101")?;
    let files = snapshot(study.folder())?;
    let answer = program().call(study.folder(), run)?;
    for line in ["text found\n", "encoding would be run: about ", "similarity found\n", "report would be run: about "] {
        assert!(answer.complaint.contains(line), "{line}: {answer:?}");
    }
    assert_eq!(changed(&files, &snapshot(study.folder())?), Vec::<&Path>::new());
    Ok(())
}

#[test]
fn a_dry_run_tells_time_memory_and_disk() -> Outcome {
    let study = SmallStudy::new()?;
    let answer = program().call(study.folder(), ["run", "study.toml", "--out", "results", "--dry-run"])?;
    assert!(answer.complaint.contains(&format!("{STEPS} steps would be run, 0 found: about ")), "{answer:?}");
    for part in [" of memory, ", " on disk of ", " that are free\n"] {
        assert!(answer.complaint.contains(part), "{part}: {answer:?}");
    }
    let json = ["run", "study.toml", "--out", "results", "--dry-run", "--log", "json"];
    let answer = program().call(study.folder(), json)?;
    let events = answer.complaint.lines().map(serde_json::from_str).collect::<Result<Vec<serde_json::Value>, _>>()?;
    let costs: Vec<_> = events.iter().filter(|event| event["event"] == "planned").map(|event| &event["cost"]).collect();
    assert_eq!(costs.len(), STEPS);
    assert!(costs.iter().all(|cost| cost["seconds"].as_f64().is_some_and(|seconds| seconds < 60.0)), "{costs:?}");
    assert!(costs.iter().all(|cost| cost["memory"].as_u64().is_some_and(|bytes| bytes < 2 << 30)), "{costs:?}");
    Ok(())
}

#[test]
fn figures_are_published_in_the_style_that_is_asked_for() -> Outcome {
    let study = SmallStudy::new()?;
    call(study.folder(), "run study.toml --out results")?;
    let before = snapshot(&study.results())?;
    study.write("style.toml", "double = 100.0\ncolors = [\"#123456\"]")?;
    let answer = call(study.folder(), "run study.toml --out results --style style.toml")?;
    assert!(answer.contains("1 steps run"), "{answer}");
    let outlined = fs::read_to_string(study.results().join("figures/score-by-layer-outlined.svg"))?;
    assert!(outlined.contains("width=\"100.00mm\"") && outlined.contains("#123456") && !outlined.contains("<text"));
    assert!(fs::read(study.results().join("figures/score-by-layer.png"))?.starts_with(b"\x89PNG"));
    assert!(fs::read_to_string(study.results().join("report.html"))?.contains("#123456"));
    let after = snapshot(&study.results())?;
    let numbers = |path: &&Path| path.extension().is_some_and(|extension| extension == "parquet");
    assert_eq!(changed(&before, &after).into_iter().filter(numbers).collect::<Vec<_>>(), Vec::<&Path>::new());
    study.write("style.toml", "dpi = 5.0")?;
    let answer = program().call(study.folder(), ["run", "study.toml", "--style", "style.toml"])?;
    assert!(answer.refusal()?.contains("`style.toml`: `dpi` must lie between 36 and 1200"), "{answer:?}");
    Ok(())
}

#[test]
fn status_tells_what_results_hold() -> Outcome {
    let study = SmallStudy::new()?;
    let answer = program().call(study.folder(), ["status", "results"])?;
    assert!(answer.refusal()?.contains("`results` is no folder"), "{answer:?}");
    call(study.folder(), "run study.toml --out results --only text")?;
    let told = call(study.folder(), "status results")?;
    assert!(told.contains("1 steps done") && told.contains("not there: activations, benchmarks"), "{told}");
    let mut lock = gyrus_study::Lock::take(&study.results(), "process 7")?;
    lock.say("process 7 on `host`, at `encoding`");
    let told = call(study.folder(), "status results")?;
    assert!(told.contains("under way: process 7 on `host`, at `encoding`"), "{told}");
    drop(lock);
    fs::remove_file(study.results().join("text.json"))?;
    assert!(call(study.folder(), "status results")?.contains("files gone"));
    Ok(())
}

#[test]
fn the_cache_tells_why_and_what_is_left_over() -> Outcome {
    let study = SmallStudy::new()?;
    call(study.folder(), "run study.toml --out results")?;
    let told = call(study.folder(), "cache explain study.toml --out results")?;
    assert_eq!(told.lines().filter(|line| line.ends_with(": found")).count(), STEPS, "{told}");
    study.edit("study.toml", "[\"1w\", \"3w\"]", "[\"3w\"]")?;
    let told = call(study.folder(), "cache explain study.toml --out results")?;
    assert!(told.contains("activations-tiny-trained: made anew, because `"), "{told}");
    assert!(told.contains("text: found") && told.contains("report: made anew, because it reads"), "{told}");
    study.edit("study.toml", "name = \"tiny\"", "name = \"small\"")?;
    let before = snapshot(&study.results())?;
    let told = call(study.folder(), "cache prune study.toml --out results --dry-run")?;
    assert!(told.contains("results/activations/tiny/1w.safetensors") && told.contains("would be removed"), "{told}");
    assert_eq!(changed(&before, &snapshot(&study.results())?), Vec::<&Path>::new());
    call(study.folder(), "cache prune study.toml --out results")?;
    assert!(!study.results().join("activations/tiny/1w.safetensors").exists());
    assert!(study.results().join("scores.parquet").exists());
    assert!(call(study.folder(), "cache prune study.toml --out results")?.starts_with("0.0 MiB removed"));
    Ok(())
}

#[test]
fn completions_and_the_manual_know_every_command() -> Outcome {
    let folder = tempfile::tempdir()?;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = call(folder.path(), &format!("completions {shell}"))?;
        assert!(script.contains("hidden-states") && script.contains("dry-run"), "{shell}");
    }
    assert!(call(folder.path(), "man")?.contains(".TH gyrus"));
    let pages = call(folder.path(), "man --out man")?;
    for page in ["gyrus.1", "gyrus-run.1", "gyrus-simulate-cortex.1"] {
        assert!(pages.contains(page) && folder.path().join("man").join(page).is_file(), "{page}: {pages}");
    }
    Ok(())
}

#[test]
fn a_misspelt_name_is_guessed_and_nothing_is_coloured() -> Outcome {
    let study = SmallStudy::new()?;
    let answer = program().call(study.folder(), ["run", "study.toml", "--only", "encodign"])?;
    assert!(answer.complaint.contains("hint: did you mean `encoding`?"), "{answer:?}");
    study.edit("study.toml", "inner_folds", "inner_fold")?;
    let answer = program().call(study.folder(), ["run", "study.toml"])?;
    assert!(answer.complaint.contains("hint: did you mean `inner_folds`?"), "{answer:?}");
    assert!(!answer.complaint.contains('\u{1b}'), "{answer:?}");
    let answer = program().call(study.folder(), ["run", "--dry-rnu", "study.toml"])?;
    assert!(answer.complaint.contains("--dry-run"), "{answer:?}");
    Ok(())
}

#[test]
fn the_number_of_threads_changes_no_byte() -> Outcome {
    let study = SmallStudy::new()?;
    call(study.folder(), "run study.toml --out one --threads 1 --device cpu")?;
    call(study.folder(), "run study.toml --out two --threads 2 --device cpu")?;
    let (one, two) = (snapshot(&study.path("one"))?, snapshot(&study.path("two"))?);
    assert_eq!(changed(&one, &two), [Path::new("run-log.json")]);
    Ok(())
}

#[test]
fn the_silent_listener_is_in_no_score() -> Outcome {
    let study = SmallStudy::new()?;
    call(study.folder(), "run study.toml --out results")?;
    let table = read_table(&study.results().join("scores.parquet"))?;
    let expected =
        ["model", "variant", "window", "predictors", "subject", "target", "layer", "lag", "fold", "r", "penalty"];
    assert!(expected.iter().all(|name| columns(&table).iter().any(|column| column == name)), "{:?}", columns(&table));
    let mut subjects = texts(&table, "subject")?;
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects, ["mean recording", "s01", "s03"]);
    assert!(numbers(&table, "r")?.iter().all(|r| r.is_finite()));
    Ok(())
}

#[test]
fn news_for_machines_is_json() -> Outcome {
    let study = SmallStudy::new()?;
    let answer = program().call(study.folder(), ["run", "study.toml", "--out", "results", "--log", "json"])?;
    let events = answer.complaint.lines().map(serde_json::from_str).collect::<Result<Vec<serde_json::Value>, _>>()?;
    let finished = |event: &&serde_json::Value| event["event"] == "finished";
    assert_eq!(events.iter().filter(finished).count(), STEPS);
    assert_eq!(events.last().map(|event| &event["step"]), Some(&"report".into()));
    assert!(answer.output.starts_with(&format!("results/report.html  ({STEPS} steps run, 0 found")), "{answer:?}");
    let log: serde_json::Value = serde_json::from_slice(&fs::read(study.results().join("run-log.json"))?)?;
    assert_eq!(log["steps"].as_array().map(Vec::len), Some(STEPS));
    Ok(())
}

/// A model that is trained in a moment.
const RECIPE: &str = r#"
seed = 1
[text]
folder = "."
held_out = 0.2
files = [{ name = "text.txt" }]
[tokenizer]
vocabulary = 262
[training]
length = 8
sequences = 2
together = 1
warm_up = 1
last_rate = 0.1
betas = [0.9, 0.95]
weight_decay = 0.1
clip = 1.0
log_every = 2
save_every = 2
[[models]]
name = "tiny"
steps = 6
learning_rate = 0.01
also_after = [1]
config = { model_type = "gpt2", n_embd = 8, n_layer = 1, n_head = 2, n_positions = 8 }
"#;

#[test]
fn a_training_goes_on_and_its_model_is_read() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("text.txt"), "the cat sat on the mat and the rat ran ".repeat(20))?;
    fs::write(folder.path().join("recipe.toml"), RECIPE)?;
    assert_eq!(call(folder.path(), "train recipe.toml --out zoo --device cpu --steps 3")?, "");
    let said = call(folder.path(), "train recipe.toml --out zoo --device cpu")?;
    let lines: Vec<_> = said.lines().map(|line| line.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(lines, ["tiny-1", "tiny"], "{said}");
    assert_eq!(call(folder.path(), "train recipe.toml --out zoo --device cpu")?, said);
    let card = fs::read_to_string(folder.path().join("zoo/README.md"))?;
    assert!(card.contains("| `tiny` | gpt2 | 1 | 8 |"), "{card}");
    call(folder.path(), "extract --model zoo/tiny --transcript text.txt --windows 2w --out states --device cpu")?;
    assert_eq!(read_tensors(&folder.path().join("states"))?[1].1.dim(), (200, 8));
    Ok(())
}

#[test]
fn a_bad_recipe_is_refused_before_training() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("recipe.toml"), RECIPE.replace("clip = 1.0", "clip = -1.0"))?;
    let expected = ["could not train: `recipe.toml` has `training.clip`: `-1`, expected a positive number"];
    check_refused(folder.path(), "train recipe.toml --device cpu", &expected)?;
    check_refused(folder.path(), "train absent.toml", &["could not train: read `absent.toml`"])
}

#[test]
fn every_command_explains_itself() -> Outcome {
    let folder = tempfile::tempdir()?;
    let overview = call(folder.path(), "--help")?;
    let commands = "run extract hidden-states verify-model encode controls positions similarity train data";
    for command in commands.split(' ').chain(["data check"]) {
        let first = command.split(' ').next().unwrap_or_default();
        assert!(overview.contains(&format!("\n  {first} ")), "{first} is not in the overview");
        let help = call(folder.path(), &format!("{command} --help"))?;
        assert!(help.contains(&format!("Usage: gyrus {command}")), "{help}");
    }
    assert!(call(folder.path(), "--version")?.starts_with("gyrus "));
    Ok(())
}
