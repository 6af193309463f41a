//! The facts known of the real data and models, where `../shared` is at hand.

use std::error::Error;
use std::path::{Path, PathBuf};

use gyrus_activations::{Checkpoint, DeviceChoice, Precision, greedy, open_device};
use gyrus_study::{Options, Study, Summary, bits_per_character, run};
use gyrus_windows::{Tokenizer, WindowSpec};

type Outcome = Result<(), Box<dyn Error>>;

/// The folder beside the repository, if it is there.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from("../../shared");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared is absent");
    None
}

/// The Alice study with one model, one window and no twins: everything about the recordings, in seconds.
fn brief_study() -> Result<Study, Box<dyn Error>> {
    let mut study = Study::open(Path::new("../studies/alice.toml"))?;
    study.models.truncate(1);
    study.words.main = "1w".parse::<WindowSpec>()?;
    study.words.windows = vec![study.words.main];
    study.words.twins = 0;
    (study.inference.draws, study.inference.shifts) = (100, 19);
    Ok(study)
}

fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

/// Bits per character of the first 1,500 characters, as other programs find them.
#[test]
fn models_predict_the_story_as_well_as_elsewhere() -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    let text = std::fs::read_to_string(shared.join("data/alice/alice_transcription_with_punctuation.txt"))?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let beginning: String = text.chars().take(1500).collect();
    let device = open_device(DeviceChoice::Cpu, Precision::Full)?;
    for (model, expected) in [("stories260K", 2.207), ("babyllama-361", 2.213), ("babyllama-105", 2.465)] {
        let folder = shared.join("models").join(model);
        let (checkpoint, tokenizer) = (Checkpoint::open(&folder)?, Tokenizer::open(&folder)?);
        close(bits_per_character(&checkpoint, &tokenizer, &beginning, &device)?, expected, 0.01, model);
    }
    Ok(())
}

#[test]
fn stories_begin_as_they_were_trained_to() -> Outcome {
    let Some(shared) = shared() else { return Ok(()) };
    let folder = shared.join("models/stories260K");
    let tokenizer = Tokenizer::open(&folder)?;
    let ids =
        greedy(&Checkpoint::open(&folder)?, &open_device(DeviceChoice::Cpu, Precision::Full)?, tokenizer.prefix(), 60)?;
    let text = tokenizer.decode(&ids)?;
    let expected = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. \
                    One day, she saw a big, red ball.";
    assert!(text.trim_start_matches("<s>").trim_start().starts_with(expected), "{text}");
    Ok(())
}

#[test]
fn recordings_are_as_published() -> Outcome {
    if shared().is_none() {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let options = Options::new(folder.path().to_owned(), "the tests".into());
    run(&brief_study()?, &open_device(DeviceChoice::Cpu, Precision::Full)?, &options, &mut |_| ())?;
    let summary: Summary = serde_json::from_slice(&std::fs::read(folder.path().join("summary.json"))?)?;
    assert_eq!((summary.listeners.len(), summary.words, summary.timed_words), (27, 2088, 2086));
    assert_eq!((summary.refused.len(), summary.refused[0].subject.as_str()), (1, "s33"));
    assert!(summary.word_rate_check > 0.95, "{}", summary.word_rate_check);
    let published = [0.253, 0.202, 0.381, 0.233, 0.216, 0.180];
    for ((region, found), expected) in summary.regions.iter().zip(&summary.inter_subject).zip(published) {
        close(found.ok_or("an inter-subject r")?, expected, 0.02, region);
    }
    Ok(())
}
