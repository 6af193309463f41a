//! `gyrus simulate`: the table of the story that lies in `datasets/story`, and what it refuses.

use std::error::Error;
use std::fs;
use std::path::Path;

use gyrus_recordings::read_words;
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
