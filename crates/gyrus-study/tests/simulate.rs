//! `gyrus simulate`: the table of the story that lies in `datasets/story`, vectors, a cortex, and what is refused.

use std::error::Error;
use std::fs;
use std::path::Path;

use gyrus_recordings::{bids, read_counts, read_targets, read_vectors, read_words};
use gyrus_study::read_tensors;
use gyrus_types::Transcript;

use crate::arrays::{check_refused, program};

mod arrays;

type Outcome = Result<(), Box<dyn Error>>;

fn story(name: &str) -> String {
    format!("{}/../../datasets/story/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_story_is_read_as_it_lies_in_the_repository() -> Outcome {
    let folder = tempfile::tempdir()?;
    let arguments = ["simulate", "words", "--text", &story("story.txt"), "--seed", "6", "--out", "words.tsv"];
    let said = program().call(folder.path(), arguments)?.good()?;
    assert!(said.starts_with("5792 words, 5792 of them spoken, in 18"), "{said}");
    assert!(fs::read(folder.path().join("words.tsv"))? == fs::read(story("words.tsv"))?, "another table than its own");
    Ok(())
}

#[test]
fn its_table_is_a_table_of_words_with_times() -> Outcome {
    let (table, text) = (read_words(Path::new(&story("words.tsv")))?, fs::read_to_string(story("story.txt"))?);
    assert_eq!(table.text(), text.split_whitespace().collect::<Vec<_>>().join(" "));
    let times = table.timed().times;
    assert_eq!(times.len(), Transcript::untimed(text).words().len());
    assert!(times.iter().all(|time| time.duration() > 0.03 && time.duration() < 2.0));
    assert!(times.windows(2).all(|pair| pair[0].offset() <= pair[1].onset()));
    let seconds = times.last().map_or(0.0, |last| last.offset());
    assert!((1750.0..1950.0).contains(&seconds), "{seconds}");
    Ok(())
}

#[test]
fn a_text_without_words_and_an_impossible_rate_are_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("empty"), " - \n")?;
    fs::write(folder.path().join("text"), "a door")?;
    let check = |arguments: &str, expected: &[&str]| {
        check_refused(folder.path(), &format!("simulate words --seed 1 --out words.tsv {arguments}"), expected)
    };
    check("--text empty", &["`empty`", "the number of words that can be spoken must be at least 1"])?;
    check("--text text --rate 0", &["the number of words a minute must be positive and finite: `0`"])?;
    check("--text nowhere", &["could not read `nowhere`"])?;
    assert!(!folder.path().join("words.tsv").exists());
    Ok(())
}

const TEXT: &str = "the boat went over the river and the bell rang on the boat\nthe bell rang over the river\n";

/// A folder of texts, and a story of their words and one that they do not have.
fn sources(folder: &Path) -> Outcome {
    fs::create_dir(folder.join("texts"))?;
    fs::write(folder.join("texts/a.txt"), TEXT)?;
    fs::write(folder.join("texts/notes.md"), "not a text")?;
    fs::write(
        folder.join("story"),
        "The bell rang over the river, and \"the boat\" went on. Nobody rang. ".repeat(40),
    )?;
    program().call(folder, "simulate words --text story --seed 1 --out words.tsv".split(' '))?.good()?;
    Ok(())
}

const VECTORS: &str =
    "simulate vectors --text texts --words words.tsv --width 3 --least 1 --out vectors.txt --counts-out counts.tsv";
const CORTEX: &str = "simulate cortex --words words.tsv --vectors vectors.txt --counts counts.tsv --patients 2 \
                      --electrodes 4 --rate 25 --seed 3 --out";

#[test]
fn vectors_are_of_the_storys_words() -> Outcome {
    let folder = tempfile::tempdir()?;
    sources(folder.path())?;
    let said = program().call(folder.path(), VECTORS.split(' '))?.good()?;
    let expected = "19 words of 1 texts; 9 of the story's 10 spellings have a vector, 40 of its 520 words have none";
    assert!(said.starts_with(expected), "{said}");
    let wanted = ["bell", "nobody"].map(String::from).into();
    let found = read_vectors(&folder.path().join("vectors.txt"), &wanted)?;
    assert_eq!((found.width, found.words, found.vectors.len()), (3, 9, 1));
    let counts = read_counts(&folder.path().join("counts.tsv"))?;
    assert_eq!((counts["the"], counts["*"], counts.get("nobody")), (6.0, 0.0, None));
    fs::create_dir(folder.path().join("empty"))?;
    check_refused(folder.path(), "simulate vectors --text empty --words words.tsv --out x", &["ends with `.txt`"])
}

#[test]
fn a_cortex_is_heard_as_files_of_a_study_and_its_truth_apart() -> Outcome {
    let folder = tempfile::tempdir()?;
    sources(folder.path())?;
    program().call(folder.path(), VECTORS.split(' '))?.good()?;
    let line = format!("{CORTEX} heard --layout arrays --repeats 2 --levels-out levels.safetensors");
    let said = program().call(folder.path(), line.split(' ').filter(|part| !part.is_empty()))?.good()?;
    assert!(said.starts_with("2 patients, 8 electrodes, "), "{said}");
    let heard = folder.path().join("heard");
    let (signal, repeats) =
        (read_tensors(&heard.join("sub-01.safetensors"))?, read_tensors(&heard.join("sub-01-repeats.safetensors"))?);
    assert_eq!((signal.len(), signal[0].1.ncols(), repeats.len()), (1, 4, 2));
    assert!(signal[0].1 == repeats[0].1 && signal[0].1 != repeats[1].1);
    let targets = read_targets(&heard.join("sub-02.tsv"))?;
    assert!(targets.len() == 4 && targets.iter().all(|target| target.region.is_some() && target.distance.is_some()));
    let truth: serde_json::Value = serde_json::from_slice(&fs::read(heard.join("truth.json"))?)?;
    assert_eq!(truth["patients"][1]["electrodes"][3]["name"], targets[3].name.as_str());
    let levels = read_tensors(&folder.path().join("levels.safetensors"))?;
    assert!(levels.len() == 11 && levels.iter().all(|(_, level)| level.nrows() == 520));
    assert_eq!(fs::read_to_string(heard.join("recordings.toml"))?.matches("[[recordings]]").count(), 2);
    Ok(())
}

/// Distances of the tree's reader are those that were planted: both sides know one landmark.
#[test]
fn a_cortex_is_heard_as_a_tree_with_the_places_that_were_planted() -> Outcome {
    let folder = tempfile::tempdir()?;
    sources(folder.path())?;
    program().call(folder.path(), VECTORS.split(' '))?.good()?;
    let line = format!("{CORTEX} heard");
    program().call(folder.path(), line.split(' ').filter(|part| !part.is_empty()))?.good()?;
    let heard = folder.path().join("heard");
    let selection = bids::Selection {
        folder: heard.clone(),
        task: "story".into(),
        derivative: None,
        description: Some("highgamma".into()),
        subjects: Vec::new(),
        start: 0.0,
        landmark: Some(bids::Landmark::heschl()),
        surfaces: None,
        preparation: None,
        threads: 1,
    };
    let found = bids::read(&selection)?;
    let truth: serde_json::Value = serde_json::from_slice(&fs::read(heard.join("truth.json"))?)?;
    assert_eq!((found.listeners.len(), found.refusals.len()), (2, 0));
    for (patient, listener) in found.listeners.iter().enumerate() {
        for (electrode, target) in listener.targets.iter().enumerate() {
            let planted = &truth["patients"][patient]["electrodes"][electrode];
            let (distance, expected) = (target.distance.expect("places are known"), planted["distance"].as_f64());
            assert!((distance - expected.expect("a number")).abs() < 0.01, "{target:?} {planted}");
            assert_eq!(
                (target.name.as_str(), target.region.as_deref()),
                (planted["name"].as_str().unwrap_or(""), planted["region"].as_str())
            );
        }
    }
    let words = bids::read_words(&heard.join("sub-01/ieeg/sub-01_task-story_events.tsv"), "word")?;
    assert_eq!(words.text(), read_words(&folder.path().join("words.tsv"))?.text());
    check_refused(folder.path(), &format!("{CORTEX} again --repeats 2"), &["`--layout arrays` has repeats"])
}

#[test]
fn an_impossible_cortex_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    sources(folder.path())?;
    program().call(folder.path(), VECTORS.split(' '))?.good()?;
    check_refused(
        folder.path(),
        &format!("{CORTEX} heard --signal 2"),
        &["the share of signal must lie between 0 and 1: `2`"],
    )?;
    assert!(!folder.path().join("heard").exists());
    Ok(())
}
