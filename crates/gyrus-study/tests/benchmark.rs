//! `gyrus benchmark`, against what its scores should be by definition.

use std::error::Error;
use std::fs;

use gyrus_activations::{Checkpoint, DeviceChoice, Precision, log_probabilities, open_device};
use gyrus_tests::SmallStudy;
use gyrus_windows::Tokenizer;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetWriter, Series};
use serde_json::Value;

use crate::arrays::{Outcome, call, check_refused, counts, numbers, program, read_table};

mod arrays;

const ITEMS: &str = r#"{"goal": "to catch a hen", "sol1": "run after it", "sol2": "sing", "label": 0}
{"goal": "the hat", "sol1": "eat it", "sol2": "wear it in the rain", "label": 1}
"#;

const PIQA: &str = "benchmark --model models/tiny --task piqa --data items.jsonl --out s.json --items-out t.parquet";

fn summary(study: &SmallStudy, file: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_str(&fs::read_to_string(study.path(file))?)?)
}

/// The log likelihood of `text` after `context` from one pass over both, and the model's limit.
fn expected(study: &SmallStudy, context: &str, text: &str) -> Result<f64, Box<dyn Error>> {
    let folder = study.path("models/tiny");
    let (checkpoint, tokenizer) = (Checkpoint::open(&folder)?, Tokenizer::open(&folder)?);
    let whole = tokenizer.tokens(&format!("{context}{text}"))?;
    let own = whole.ids().len() - tokenizer.tokens(context)?.ids().len();
    let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
    let logs = log_probabilities(&checkpoint, &device, &[[tokenizer.prefix(), whole.ids()].concat()])?.remove(0);
    Ok(logs[logs.len() - own..].iter().sum())
}

#[test]
fn every_choice_has_the_log_likelihood_of_its_own_pass() -> Outcome {
    let study = SmallStudy::new()?;
    study.write("items.jsonl", ITEMS)?;
    let said = call(study.folder(), PIQA)?;
    let table = read_table(&study.path("t.parquet"))?;
    let found = numbers(&table, "log_likelihood")?;
    let choices = [("to catch a hen", "run after it"), ("to catch a hen", "sing"), ("the hat", "eat it")];
    for ((goal, text), found) in choices.into_iter().chain([("the hat", "wear it in the rain")]).zip(&found) {
        let expected = expected(&study, &format!("Question: {goal}\nAnswer:"), &format!(" {text}"))?;
        assert!((found - expected).abs() < 1e-4, "{text}: {found} for {expected}");
    }
    assert_eq!(counts(&table, "right")?, [1, 0, 0, 1]);
    assert_eq!(counts(&table, "characters")?, [12, 4, 6, 19]);
    let right = |lengths: [f64; 4]| {
        let value = |i: usize| found[i] / lengths[i];
        (f64::from(u8::from(value(0) >= value(1))) + f64::from(u8::from(value(3) > value(2)))) / 2.0
    };
    let summary = summary(&study, "s.json")?;
    assert_eq!(summary["metrics"]["acc"]["value"], right([1.0; 4]));
    assert_eq!(summary["metrics"]["acc_norm"]["value"], right([12.0, 4.0, 6.0, 19.0]));
    assert_eq!((&summary["items"], &summary["shots"], &summary["bos"]["prefix"][0]), (&2.into(), &0.into(), &1.into()));
    assert_eq!(summary["model"]["hash"].as_str().map(str::len), Some(64));
    assert!(said.starts_with("piqa  acc ") && said.contains("acc_norm"), "{said}");
    Ok(())
}

#[test]
fn labels_apart_and_tables_give_the_same() -> Outcome {
    let study = SmallStudy::new()?;
    study.write("items.jsonl", ITEMS)?;
    call(study.folder(), PIQA)?;
    let first = summary(&study, "s.json")?;
    study.write("items.jsonl", ITEMS.replace(", \"label\": 0", "").replace(", \"label\": 1", ""))?;
    study.write("labels.lst", "0\n1\n")?;
    call(study.folder(), &format!("{PIQA} --labels labels.lst"))?;
    assert_eq!(summary(&study, "s.json")?["metrics"], first["metrics"]);
    study.write(
        "items.tsv",
        "goal\tsol1\tsol2\tlabel\nto catch a hen\trun after it\tsing\t0\nthe hat\teat it\twear it in the rain\t1\n",
    )?;
    call(study.folder(), &PIQA.replace("jsonl", "tsv"))?;
    assert_eq!(summary(&study, "s.json")?["metrics"], first["metrics"]);
    let text = |name: &str, texts: [&str; 2]| Series::new(name.into(), texts).into_column();
    let columns = vec![
        text("goal", ["to catch a hen", "the hat"]),
        text("sol1", ["run after it", "eat it"]),
        text("sol2", ["sing", "wear it in the rain"]),
        Series::new("label".into(), [0_i64, 1]).into_column(),
    ];
    ParquetWriter::new(fs::File::create(study.path("items.parquet"))?).finish(&mut DataFrame::new(2, columns)?)?;
    call(study.folder(), &PIQA.replace("jsonl", "parquet"))?;
    assert_eq!(summary(&study, "s.json")?["metrics"], first["metrics"]);
    Ok(())
}

#[test]
fn our_own_items_are_scored_by_pairs() -> Outcome {
    let study = SmallStudy::new()?;
    for (task, groups) in
        [("agreement", 4), ("word-order", 5), ("plausibility", 1), ("coreference", 2), ("story-cloze", 1)]
    {
        let file = std::env::current_dir()?.join(format!("../../datasets/benchmarks/{task}.jsonl"));
        let line = format!("benchmark --model models/tiny --task {task} --out s.json --data {}", file.display());
        call(study.folder(), &line)?;
        let summary = summary(&study, "s.json")?;
        let items = summary["items"].as_u64().unwrap_or_default();
        assert_eq!(items, fs::read_to_string(&file)?.lines().count() as u64);
        let (metric, n) = if groups > 3 { ("acc", items) } else { ("acc_pair", items / 2) };
        assert_eq!(
            (summary["metric"].as_str(), summary["metrics"][metric]["n"].as_u64()),
            (Some(metric), Some(n)),
            "{task}"
        );
        assert!(summary["groups"].as_object().is_some_and(|found| found.len() >= groups), "{task}");
    }
    Ok(())
}

#[test]
fn long_items_lose_their_beginning_and_are_counted() -> Outcome {
    let study = SmallStudy::new()?;
    let long = ITEMS.replace("the hat", &"the hat ".repeat(20)).replace("sing", &"sing ".repeat(30));
    study.write("items.jsonl", long)?;
    let answer = program().call(study.folder(), PIQA.split(' '))?;
    assert!(answer.complaint.contains("note: 2 of 2 items lost the beginning of a context"), "{answer:?}");
    assert!(answer.complaint.contains("note: 1 of 2 items have a choice longer than the model can read"), "{answer:?}");
    let summary = summary(&study, "s.json")?;
    assert_eq!((&summary["truncated_items"], &summary["overlong_items"]), (&2.into(), &1.into()));
    Ok(())
}

#[test]
fn a_text_has_bits() -> Outcome {
    let study = SmallStudy::new()?;
    study.write("text.txt", "ada looked at the gull, and the gull - looked at ada.")?;
    call(
        study.folder(),
        "benchmark --model models/tiny --task text --data text.txt --out s.json --items-out t.parquet",
    )?;
    let found = numbers(&read_table(&study.path("t.parquet"))?, "log_likelihood")?[0];
    let summary = summary(&study, "s.json")?;
    let bits = summary["metrics"]["bits_per_character"].as_f64().unwrap_or_default();
    assert!((bits + found / std::f64::consts::LN_2 / 53.0).abs() < 1e-9, "{bits} for {found}");
    assert_eq!((&summary["characters"], &summary["words"]), (&53.into(), &12.into()));
    Ok(())
}

#[test]
fn what_cannot_be_scored_is_named() -> Outcome {
    let study = SmallStudy::new()?;
    let check = |content: &str, line: &str, expected: &[&str]| -> Outcome {
        study.write("items.jsonl", content)?;
        check_refused(study.folder(), line, expected)
    };
    check(ITEMS, &PIQA.replace("piqa", "pica"), &["there is no task `pica`; the tasks are `arc_easy`"])?;
    let missing = ITEMS.replace(r#""sol2": "wear it in the rain", "#, "");
    check(&missing, PIQA, &["`items.jsonl` line 2 has no field `sol2`, only: `goal`, `label`, `sol1`"])?;
    let unknown = ITEMS.replace(r#""label": 1"#, r#""label": 2"#);
    check(&unknown, PIQA, &["`items.jsonl` line 2 has `label`: `2`, expected one of `0`, `1`"])?;
    check("", PIQA, &["`items.jsonl` has no items"])?;
    check("{\"goal\": ", PIQA, &["`items.jsonl` line 1 is not a JSON object"])?;
    check(&ITEMS.replace("sing", ""), PIQA, &["`items.jsonl` line 1: choice 2 (from 1) has no token: ``"])?;
    study.write("labels.lst", "0\n")?;
    check(ITEMS, &format!("{PIQA} --labels labels.lst"), &["`labels.lst` has 1 labels for 2 items"])?;
    assert!(!study.path("s.json").exists());
    Ok(())
}

#[test]
fn tasks_are_listed() -> Outcome {
    let study = SmallStudy::new()?;
    let said = call(study.folder(), "benchmark --list")?;
    assert_eq!(said.lines().count(), 21);
    assert!(said.contains("piqa\tPIQA\tvalidation\tgoal, sol1, sol2, label\tacc_norm"), "{said}");
    Ok(())
}

/// Whether the files that were published are read whole; nothing is checked where they are not.
#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn published_files_are_read_whole() -> Outcome {
    let folder = std::env::current_dir()?.join("../../../shared/benchmarks");
    if !folder.is_dir() {
        eprintln!("skipped: `{}` is not there", folder.display());
        return Ok(());
    }
    let study = SmallStudy::new()?;
    for (task, files, items) in [
        ("piqa", "--data {}/piqa_valid.jsonl --labels {}/piqa_valid-labels.lst", 1838),
        ("openbookqa", "--data {}/openbookqa_test.tsv", 500),
    ] {
        let files = files.replace("{}", &folder.display().to_string());
        call(study.folder(), &format!("benchmark --model models/tiny --task {task} {files} --out s.json"))?;
        assert_eq!(summary(&study, "s.json")?["items"], items);
    }
    Ok(())
}
